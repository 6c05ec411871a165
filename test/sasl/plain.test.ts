import { describe, expect, test } from 'vitest'
import { createPlain } from '../../src/sasl/plain.js'
import { createPlainServer, plainMessageLimitBytes } from '../../src/sasl/plain-server.js'
import { accountsOf, bytes, text } from './exchange.js'

const server = createPlainServer({ accounts: accountsOf({ tim: 'tanstaaftanstaaf', Kurt: 'xipj3plmq' }) })

describe('PLAIN', () => {
  test.each([
    { authzid: '', username: 'tim', password: 'tanstaaftanstaaf', message: '\0tim\0tanstaaftanstaaf' },
    { authzid: 'Ursel', username: 'Kurt', password: 'xipj3plmq', message: 'Ursel\0Kurt\0xipj3plmq' },
  ])('says what RFC 4616 §4 says', async ({ authzid, message, password, username }) => {
    const step = await createPlain({ authzid, username, password: () => password }).start()
    expect(text(step.response)).toBe(message)
    const success = { kind: 'success', username, authzid, additional: null }
    expect(await server.start(step.response)).toEqual(success)
  })

  test.each([undefined, '', '\u00AD', 'a\0b'])(
    'cannot be said without a usable password (%j)',
    async (password) => {
      await expect(createPlain({ username: 'tim', password: () => password }).start()).rejects.toMatchObject({
        code: 'authentication.credentials-missing',
        mechanism: 'PLAIN',
      })
    },
  )

  test('cannot be said without a user name, nor for an identity with NUL', async () => {
    await expect(createPlain({ username: '', password: () => 'x' }).start()).rejects.toMatchObject({
      code: 'authentication.credentials-missing',
    })
    expect(() => createPlain({ username: 'tim', password: () => 'x', authzid: '\0' })).toThrow(RangeError)
  })

  test('is said again when the server asks for it, once', async () => {
    const step = await createPlain({ username: 'tim', password: () => 'x' }).start()
    const again = await step.next(new Uint8Array())
    expect(text(again.response)).toBe('\0tim\0x')
    await expect(again.next(new Uint8Array())).rejects.toMatchObject({
      code: 'authentication.malformed-request',
    })
    await expect(again.finish(null)).resolves.toBeUndefined()
  })

  test('answers no question and takes no data', async () => {
    const step = await createPlain({ username: 'tim', password: () => 'x' }).start()
    const malformed = { code: 'authentication.malformed-request' }
    await expect(step.next(bytes('who?'))).rejects.toMatchObject(malformed)
    await expect(step.finish(bytes('v=1'))).rejects.toMatchObject(malformed)
    await expect(step.finish(new Uint8Array())).resolves.toBeUndefined()
  })
})

describe('the server of PLAIN', () => {
  test.each(['', 'tim', '\0tim', '\0tim\0', '\0\0pass', '\0tim\0pass\0', '\0tim\0bell\u0007'])(
    'finds %j malformed',
    async (message) => {
      expect(await server.start(bytes(message))).toEqual({ kind: 'failure', condition: 'malformed-request' })
    },
  )

  test('finds a message over the limit and one that is not UTF-8 malformed', async () => {
    const long = `\0tim\0${'x'.repeat(plainMessageLimitBytes - 5)}`
    expect(await server.start(bytes(long))).toEqual({ kind: 'failure', condition: 'not-authorized' })
    expect(await server.start(bytes(`${long}x`))).toEqual({ kind: 'failure', condition: 'malformed-request' })
    expect(await server.start(Uint8Array.of(0, 0xff, 0, 0x61))).toEqual({
      kind: 'failure',
      condition: 'malformed-request',
    })
  })

  test.each(['\0tim\0wrong', '\0nobody\0tanstaaftanstaaf'])('does not authorize %j', async (message) => {
    expect(await server.start(bytes(message))).toEqual({ kind: 'failure', condition: 'not-authorized' })
  })

  test('asks for what did not come at once', async () => {
    const step = await server.start(null)
    if (step.kind !== 'challenge') throw new Error('no challenge')
    expect(await step.next(bytes('\0tim\0tanstaaftanstaaf'))).toMatchObject({ kind: 'success' })
  })

  test('calls a lookup that fails a temporary failure', async () => {
    const accounts = {
      decoySecret: new Uint8Array(16),
      lookup: () => Promise.reject(new Error('disk on fire')),
    }
    expect(await createPlainServer({ accounts }).start(bytes('\0tim\0x'))).toEqual({
      kind: 'failure',
      condition: 'temporary-auth-failure',
    })
  })
})
