import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { findPassword } from '../../src/cli/password.js'
import { run } from '../../src/cli/run.js'
import { fakeHost } from './fake-host.js'

/** Somebody at a terminal, and each change of its mode with what had been asked by then. */
function typist() {
  const raw: (readonly [isRaw: boolean, asked: string])[] = []
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => raw.push([isRaw, host.complained()]),
  })
  const host = { ...fakeHost({ environment: {} }), stdin }
  return { host, stdin, raw }
}

describe('--password-file -', () => {
  it('asks without showing what is typed where standard input is a terminal', async () => {
    const raw: boolean[] = []
    const stdin = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (isRaw: boolean) => raw.push(isRaw),
    })
    const host = { ...fakeHost({ environment: { XMPP_PASSWORD: 'another' } }), stdin }
    const found = findPassword(host, { password: undefined, file: '-' }, 'alice@example.test')
    stdin.write('secret\r')
    expect(await found).toBe('secret')
    expect(raw).toEqual([true, false])
    expect(host.complained()).toBe('Password of alice@example.test: \n')
  })

  it('shows nothing of what is typed as soon as it is asked for', async () => {
    const { host, stdin, raw } = typist()
    const found = findPassword(host, { password: undefined, file: undefined }, 'alice@example.test')
    stdin.write('secret\r')
    await found
    expect(raw).toEqual([
      [true, ''],
      [false, 'Password of alice@example.test: '],
    ])
  })

  it('keeps what is typed behind the password for who reads next', async () => {
    const { host, stdin } = typist()
    const found = findPassword(host, { password: undefined, file: undefined }, 'alice@example.test')
    stdin.write('secret\rhello\r')
    await found
    await new Promise((resolve) => setImmediate(resolve))
    expect(stdin.read()).toBe('hello\r')
  })

  const pipe = { password: undefined, file: '-' }

  it.each([[['secret\nand more\n']], [['sec', 'ret\r\nand', ' more\n']]])(
    'reads the first line of a pipe and leaves the rest: %j',
    async (chunks) => {
      const stdin = new PassThrough()
      for (const chunk of chunks) stdin.write(chunk)
      stdin.end()
      expect(await findPassword({ ...fakeHost(), stdin }, pipe, 'alice@example.test')).toBe('secret')
      expect(await text(stdin)).toBe('and more\n')
    },
  )

  it('needs no end of a line, and waits for no end of the pipe', async () => {
    const [ended, open] = [new PassThrough(), new PassThrough()]
    ended.end('secret')
    open.write('secret\n')
    for (const stdin of [ended, open])
      expect(await findPassword({ ...fakeHost(), stdin }, pipe, 'alice@example.test')).toBe('secret')
  })

  it.each([true, false])('waits no longer than it may: interrupted before it waits: %s', async (isBefore) => {
    const interruption = new AbortController()
    const host = { ...fakeHost(), interruption: { signal: interruption.signal, exitCode: 143 } }
    if (isBefore) interruption.abort()
    const ended = run(['connect', '--jid', 'alice@example.test', '--password-file', '-'], {
      ...host,
      stdin: new PassThrough(),
    })
    await new Promise((resolve) => setImmediate(resolve))
    interruption.abort()
    expect(await ended).toBe(143)
  })
})
