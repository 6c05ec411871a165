import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
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

/** Runs the command on a terminal, lets that go once it shows this, and gives what a shell says of how the command ended. */
async function onTerminal(shown: RegExp, ...words: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'xmpp-machines-terminal-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [said, ended] = [join(folder, 'said'), join(folder, 'ended')]
  const command = [process.execPath, programs.file('src/cli/main.ts'), ...words].join(' ')
  // The kernel tells the shell alone.
  const shell = `${command} </dev/tty & trap "kill -HUP $!" HUP; wait $!; wait $!; echo $? >${ended}`
  const terminal = spawn('script', ['-qfc', shell, said], {
    env: { PATH: process.env.PATH ?? '', SHELL: '/bin/sh', BROWSER: 'none' },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  onTestFinished(() => void terminal.kill('SIGKILL'))
  const read = (file: string) => readFile(file, 'utf8').catch(() => '')
  while (!shown.test(await read(said))) await setTimeout(50)
  terminal.kill('SIGKILL')
  while ((await read(ended)) === '') await setTimeout(50)
  return (await read(ended)).trim()
}

describe('a terminal that has gone', () => {
  it.each([
    [/Ctrl-C stops/, ['serve']],
    [/›/, ['console', '--embedded']],
    [/Password of/, ['connect', '--jid', 'alice@localhost']],
  ])('ends what shows %s in order, and with 129', async (shown, words) => {
    expect(await onTerminal(shown, ...words)).toBe('129')
  })
})

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
