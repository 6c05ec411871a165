import type { TestProject } from 'vitest/node'
import { startRealServers } from './real-servers.js'

/** Starts the real servers once for all tests that need them, and ends them afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await startRealServers()
  for (const { name, reason } of servers.facts.missing) {
    process.stdout.write(`no tests against ${name}: ${reason}\n`)
  }
  project.provide('realServers', servers.facts)
  return () => servers.stop()
}
