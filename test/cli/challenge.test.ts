import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { buildPrograms } from '../support/build-programs.js'
import { start } from './program.js'

test('challenge leaves no client behind, however it is ended', async () => {
  const programs = await buildPrograms(['src/cli/main.ts'])
  onTestFinished(() => programs.remove())
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
