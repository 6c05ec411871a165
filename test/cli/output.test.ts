import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms, type Programs } from '../support/build-programs.js'

let programs: Programs
beforeAll(async () => {
  programs = await buildPrograms(['src/cli/main.ts'])
})
afterAll(() => programs.remove())

/** Runs the command with an output that is always full. */
async function intoFull(...words: readonly string[]) {
  const full = await open('/dev/full', 'w')
  const child = spawn(process.execPath, [programs.file('src/cli/main.ts'), ...words], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', full.fd, 'pipe'],
  })
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await once(child, 'close')
  await full.close()
  return { code: child.exitCode, said }
}

describe('an output that is full', () => {
  it.each([[['--version']], [['serve']], [['demo', '--once', '--json']], [['demo', '--once']]])(
    'ends %j in order, with one sentence and 2',
    async (words) => {
      expect(await intoFull(...words)).toEqual({
        code: 2,
        said: '✗ The output cannot be written (ENOSPC).\n',
      })
    },
  )
})
