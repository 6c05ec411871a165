import { describe, expect, test } from 'vitest'
import { anonymousTraceLimit, createAnonymous } from '../../src/sasl/anonymous.js'
import { createAnonymousServer } from '../../src/sasl/anonymous-server.js'
import { createExternal } from '../../src/sasl/external.js'
import { createExternalServer } from '../../src/sasl/external-server.js'
import { bytes, text } from './exchange.js'

const alice = { username: 'alice', jid: 'alice@example.test' }
const admin = { username: 'admin', jid: 'admin@example.test' }

describe('EXTERNAL', () => {
  test.each([
    [[alice], '', { kind: 'success', username: 'alice', authzid: '', additional: null }],
    [[alice], alice.jid, { kind: 'success', username: 'alice', authzid: alice.jid, additional: null }],
    [[alice], admin.jid, { kind: 'failure', condition: 'invalid-authzid' }],
    [[alice, admin], admin.jid, { kind: 'success', username: 'admin', authzid: admin.jid, additional: null }],
    [[alice, admin], '', { kind: 'failure', condition: 'invalid-authzid' }],
    [[], '', { kind: 'failure', condition: 'not-authorized' }],
    [[], alice.jid, { kind: 'failure', condition: 'not-authorized' }],
    [[alice], 'a\0b', { kind: 'failure', condition: 'malformed-request' }],
  ])('a certificate of %j that asks for %j', async (accounts, authzid, end) => {
    expect(await createExternalServer({ accounts }).start(bytes(authzid))).toEqual(end)
  })

  test('sends data of length zero when nobody is named, and never NUL', async () => {
    expect((await createExternal().start()).response).toEqual(new Uint8Array())
    expect(text((await createExternal({ authzid: alice.jid }).start()).response)).toBe(alice.jid)
    expect(() => createExternal({ authzid: '\0' })).toThrow(RangeError)
  })

  test('asks for the name that did not come at once', async () => {
    const step = await createExternalServer({ accounts: [alice] }).start(null)
    if (step.kind !== 'challenge') throw new Error('no challenge')
    expect(await step.next(new Uint8Array())).toMatchObject({ kind: 'success', username: 'alice' })
  })

  test('refuses bytes that are not UTF-8', async () => {
    expect(await createExternalServer({ accounts: [alice] }).start(Uint8Array.of(0xff))).toEqual({
      kind: 'failure',
      condition: 'malformed-request',
    })
  })
})

describe('ANONYMOUS', () => {
  test('says nothing, or its trace', async () => {
    expect((await createAnonymous().start()).response).toBeNull()
    expect(text((await createAnonymous({ trace: 'sirhc' }).start()).response)).toBe('sirhc')
  })

  test('answers an empty challenge and ends there', async () => {
    const step = await (await createAnonymous().start()).next(new Uint8Array())
    expect(step.response).toBeNull()
    await expect(step.finish(null)).resolves.toBeUndefined()
  })

  test('a trace has 255 characters at most, on both sides', async () => {
    const trace = '\u{1F511}'.repeat(anonymousTraceLimit)
    const server = createAnonymousServer()
    expect(await server.start((await createAnonymous({ trace }).start()).response)).toMatchObject({
      kind: 'success',
    })
    expect(() => createAnonymous({ trace: `${trace}x` })).toThrow(RangeError)
    const malformed = { kind: 'failure', condition: 'malformed-request' }
    expect(await server.start(bytes(`${trace}x`))).toEqual(malformed)
    expect(await server.start(Uint8Array.of(0xff))).toEqual(malformed)
  })
})
