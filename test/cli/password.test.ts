import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { findPassword } from '../../src/cli/password.js'
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

  it('reads the first line of a pipe', async () => {
    const stdin = new PassThrough()
    stdin.end('secret\nand more\n')
    const host = { ...fakeHost(), stdin }
    expect(await findPassword(host, { password: undefined, file: '-' }, 'alice@example.test')).toBe('secret')
  })
})
