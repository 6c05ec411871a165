import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { startClient } from '../../src/cli/challenge-command.js'
import { buildPrograms } from '../support/build-programs.js'
import { start } from './program.js'

const stubborn = `(trap '' TERM; exec sh -c 'echo $$ >> "$0"; exec sleep 600' "$0") & wait`
const programs = await buildPrograms(['src/cli/main.ts'])
afterAll(() => programs.remove())

test('challenge leaves nothing behind that a client has started, and that heeds no SIGTERM', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'xmpp-machines-challenge-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'pids')
  const end = await startClient(['sh', '-c', stubborn, file], false)
  const readPid = async () => (await readFile(file, 'utf8')).trim()
  await expect.poll(() => readPid().catch(() => '')).not.toBe('')
  await end()
  await expect.poll(async () => stateOf(await readPid())).toBe('gone')
})

test('challenge leaves no client behind, however it is ended', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'xmpp-machines-challenge-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'pids')
  const client = ['sh', '-c', 'echo $$ >> "$0"; exec sleep 600', file]
  const challenge = start(programs.file('src/cli/main.ts'), ['challenge', '--', ...client])
  const readPids = async () => (await readFile(file, 'utf8')).trim().split('\n')
  await expect.poll(() => readPids().catch(() => [])).toHaveLength(4)
  const pids = await readPids()
  challenge.signal('SIGINT')
  challenge.signal('SIGTERM')
  expect([130, 143]).toContain((await challenge.ended).code)
  await expect.poll(() => Promise.all(pids.map(stateOf))).toEqual(pids.map(() => 'gone'))
})

/** Nobody may have heard yet that it has ended. */
async function stateOf(pid: string): Promise<'gone' | 'there'> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '0 (sleep) Z')
  return /\) [XZ]/.test(state) ? 'gone' : 'there'
}
