import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { findPassword } from '../../src/cli/password.js'
import { fakeHost } from './fake-host.js'

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

  it('reads the first line of a pipe', async () => {
    const stdin = new PassThrough()
    stdin.end('secret\nand more\n')
    const host = { ...fakeHost(), stdin }
    expect(await findPassword(host, { password: undefined, file: '-' }, 'alice@example.test')).toBe('secret')
  })
})
