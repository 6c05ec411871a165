#!/usr/bin/env node
import { createRequire } from 'node:module'
import { basename, relative } from 'node:path'
import process from 'node:process'
import { watchInterruption } from './interruption.js'
import { run } from './run.js'

const { argv, env: environment, stderr, stdin, stdout } = process
const [, script = ''] = argv

process.exitCode = await run(argv.slice(2), {
  stdin,
  stdout,
  stderr,
  environment,
  program: toProgram(script),
  version: readVersion(),
  interruption: watchInterruption(),
})

/** As the person has called it, so that what is printed can be pasted. */
function toProgram(path: string): string {
  if (basename(path) === 'xmpp-machines' && environment.npm_command === 'exec') return 'npx xmpp-machines'
  return basename(path) === 'xmpp-machines' ? 'xmpp-machines' : `node ${relative(process.cwd(), path)}`
}

function readVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('xmpp-machines/package.json')
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : ''
}
