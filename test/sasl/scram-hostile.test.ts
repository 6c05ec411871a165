import { describe, expect, test, vi } from 'vitest'
import { AuthenticationError } from '../../src/errors.js'
import type { ScramErrorValue } from '../../src/sasl/scram-error.js'
import { hashing as inBrowser } from '../../src/sasl/hashing-browser.js'
import { createScramServer } from '../../src/sasl/scram-server.js'
import { scramIterationCeiling, scramIterationFloor } from '../../src/sasl/scram-keys.js'
import { scramMessageLimitBytes } from '../../src/sasl/scram-message.js'
import { createScram } from '../../src/sasl/scram.js'
import { refuseMissingCrypto, type ScramOptions } from '../../src/sasl/scram-settings.js'
import { accountsOf, bytes, text } from './exchange.js'

const password = 'canary-8f2c'
const options: ScramOptions = {
  hash: 'SHA-256',
  username: 'alice',
  password: () => password,
  nonce: () => 'clientNonce',
}
const salt = 'W22ZaJ0SNY7soEsUEjb6gQ=='

async function challenged(challenge: string | Uint8Array, more: Partial<ScramOptions> = {}) {
  const step = await createScram({ ...options, ...more }).start()
  return step.next(typeof challenge === 'string' ? bytes(challenge) : challenge)
}

/** The step after a correct first message, with the true signature beside it. */
async function proven() {
  const server = createScramServer({
    hash: 'SHA-256',
    bound: false,
    accounts: accountsOf({ alice: password }),
    offer: { mechanisms: ['SCRAM-SHA-256'] },
  })
  const first = await createScram(options).start()
  const challenge = await server.start(first.response)
  if (challenge.kind !== 'challenge') throw new Error('the server did not challenge')
  const step = await first.next(challenge.challenge)
  const success = await challenge.next(step.response ?? new Uint8Array())
  if (success.kind !== 'success') throw new Error('the server did not accept')
  return { step, signature: text(success.additional) }
}

describe('the client does not believe', () => {
  test.each([null, new Uint8Array(), bytes('v=AAAA')])(
    'success without any challenge',
    async (additional) => {
      const step = await createScram(options).start()
      await expect(step.finish(additional)).rejects.toMatchObject({
        code: 'authentication.server-not-verified',
      })
    },
  )

  test.each([null, new Uint8Array()])('success without a signature', async (additional) => {
    const { step } = await proven()
    await expect(step.finish(additional)).rejects.toMatchObject({
      code: 'authentication.server-not-verified',
    })
  })

  test.each([`v=${'A'.repeat(43)}=`, 'v=AAAA', 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ='])(
    'success with the wrong signature %s, in either place',
    async (signature) => {
      const { step } = await proven()
      const unverified = { code: 'authentication.server-not-verified', mechanism: 'SCRAM-SHA-256' }
      await expect(step.finish(bytes(signature))).rejects.toMatchObject(unverified)
      await expect(step.next(bytes(signature))).rejects.toMatchObject(unverified)
    },
  )

  test('a signature that was changed in one bit', async () => {
    const { signature, step } = await proven()
    const flipped = signature.replace(/^v=./, (start) => (start === 'v=A' ? 'v=B' : 'v=A'))
    await expect(step.finish(bytes(flipped))).rejects.toMatchObject({
      code: 'authentication.server-not-verified',
    })
    await expect(step.finish(bytes(signature))).resolves.toBeUndefined()
  })

  test('a challenge or data after the signature', async () => {
    const { signature, step } = await proven()
    const last = await step.next(bytes(signature))
    expect(last.response).toBeNull()
    const malformed = { code: 'authentication.malformed-request' }
    await expect(last.next(bytes(signature))).rejects.toMatchObject(malformed)
    await expect(last.finish(bytes(signature))).rejects.toMatchObject(malformed)
    await expect(last.finish(null)).resolves.toBeUndefined()
  })

  test.each([
    ['a foreign nonce', 'r=anotherNonce123'],
    ['a nonce that is not longer', 'r=clientNonce'],
    ['a nonce that only ends like ours', 'r=xclientNonce'],
  ])('%s', async (_what, nonce) => {
    await expect(challenged(`${nonce},s=${salt},i=4096`)).rejects.toMatchObject({
      code: 'authentication.server-not-verified',
    })
  })
})

describe('the client asks for no less than 4,096 rounds and does no more than 2,000,000', () => {
  test.each([1, scramIterationFloor - 1])('%d rounds are too weak', async (iterations) => {
    await expect(challenged(`r=clientNonceX,s=${salt},i=${iterations}`)).rejects.toMatchObject({
      code: 'authentication.mechanism-too-weak',
    })
  })

  test.each([scramIterationCeiling + 1, 10_000_000, 999_999_999_999_999])(
    '%d rounds are not even begun',
    async (iterations) => {
      const asked = vi.fn<() => string>(() => password)
      await expect(
        challenged(`r=clientNonceX,s=${salt},i=${iterations}`, { password: asked }),
      ).rejects.toMatchObject({ code: 'authentication.aborted' })
      expect(asked).not.toHaveBeenCalled()
    },
  )

  test('the limits can be moved, but not below the floor', async () => {
    const first = `r=clientNonceX,s=${salt},i=4096`
    await expect(challenged(first, { minIterations: 10_000 })).rejects.toMatchObject({
      message: 'SCRAM-SHA-256: 4096 iterations, at least 10000 are wanted',
    })
    await expect(
      challenged(`r=clientNonceX,s=${salt},i=5000`, { maxIterations: 4999 }),
    ).rejects.toMatchObject({ code: 'authentication.aborted' })
    await expect(
      challenged(`r=clientNonceX,s=${salt},i=5000`, { minIterations: 5000, maxIterations: 5000 }),
    ).resolves.toHaveProperty('response')
    expect(() => createScram({ ...options, minIterations: 4095 })).toThrow(RangeError)
    expect(() => createScram({ ...options, minIterations: 9000, maxIterations: 8000 })).toThrow(RangeError)
    expect(() => createScram({ ...options, minIterations: Number.NaN })).toThrow(RangeError)
  })
})

describe('the client refuses as malformed', () => {
  test.each([
    ['', 'nothing'],
    ['r=clientNonceX', 'no salt'],
    [`r=clientNonceX,i=4096,s=${salt}`, 'another order'],
    [`s=${salt},r=clientNonceX,i=4096`, 'another order'],
    [`r=clientNonceX,s=${salt}`, 'no count'],
    [`r=clientNonceX,s=,i=4096`, 'an empty salt'],
    [`r=clientNonceX,s=W22Z!,i=4096`, 'a salt that is not base64'],
    [`r=clientNonceX,s=W22ZaJ0SNY7soEsUEjb6gQ,i=4096`, 'a salt without padding'],
    [`r=clientNonceX,s=${salt},i=0`, 'no rounds'],
    [`r=clientNonceX,s=${salt},i=04096`, 'a leading zero'],
    [`r=clientNonceX,s=${salt},i=-4096`, 'a negative count'],
    [`r=clientNonceX,s=${salt},i=4096.5`, 'half a round'],
    [`r=clientNonceX,s=${salt},i=1e5`, 'an exponent'],
    [`r=clientNonceX,s=${salt},i=99999999999999999`, 'a count of 17 digits'],
    [`m=new,r=clientNonceX,s=${salt},i=4096`, 'a mandatory extension'],
    [`r=clientNonceX,s=${salt},i=4096,m=new`, 'a mandatory extension at the end'],
    [`r=clientNonceX,s=${salt},i=4096,i=5000`, 'a repeated attribute'],
    [`r=clientNonceX,s=${salt},i=4096,x=1,x=2`, 'a repeated extension'],
    [`r=clientNonceX,s=${salt},i=4096,`, 'a comma at the end'],
    [`r=clientNonceX,s=${salt},i=4096,xy=1`, 'an attribute with two letters'],
    [`r=clientNonceX,s=${salt},i=4096,1=1`, 'an attribute without a letter'],
    [`r=clientNonceX,s=${salt},i=4096,x=`, 'an empty extension'],
    [`r=clientNonceX,s=${salt},i=4096,x=\0`, 'a NUL'],
    [`r=clientNonceé,s=${salt},i=4096`, 'a nonce that is not ASCII'],
    [`r=clientNonceX,s=${salt},i=4096,h=?`, 'a digest that is not base64'],
  ])('%j: %s', async (challenge) => {
    const error = await challenged(challenge).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ code: 'authentication.malformed-request', mechanism: 'SCRAM-SHA-256' })
  })

  test('bytes that are not UTF-8', async () => {
    await expect(challenged(Uint8Array.of(0x72, 0x3d, 0xff))).rejects.toMatchObject({
      message: 'SCRAM-SHA-256: a message is not UTF-8',
    })
  })

  test('a message over the limit, and none at the limit', async () => {
    const first = `r=clientNonceX,s=${salt},i=4096,x=`
    const full = first + 'x'.repeat(scramMessageLimitBytes - first.length)
    await expect(challenged(full)).resolves.toHaveProperty('response')
    await expect(challenged(`${full}x`)).rejects.toMatchObject({ code: 'authentication.malformed-request' })
  })

  test.each(['', 'v=', 'v=?', 'x=1,v=AAAA', 'v=AAAA,v=AAAA', 'v=AAAA,m=1', 'v'])(
    '%j as the last message',
    async (final) => {
      const { step } = await proven()
      await expect(step.next(bytes(final))).rejects.toMatchObject({
        code: 'authentication.malformed-request',
      })
    },
  )

  test('nothing for an optional extension that it does not know', async () => {
    const step = await challenged(`r=clientNonceX,s=${salt},i=4096,d=AAAA,x=1`)
    expect(text(step.response)).toMatch(/^c=biws,r=clientNonceX,p=[A-Za-z0-9+/]{43}=$/)
  })
})

describe('the error of a server (e=)', () => {
  const expected = {
    'invalid-encoding': 'malformed-request',
    'extensions-not-supported': 'malformed-request',
    'invalid-proof': 'not-authorized',
    'channel-bindings-dont-match': 'server-not-verified',
    'server-does-support-channel-binding': 'server-not-verified',
    'channel-binding-not-supported': 'invalid-mechanism',
    'unsupported-channel-binding-type': 'invalid-mechanism',
    'unknown-user': 'not-authorized',
    'invalid-username-encoding': 'malformed-request',
    'no-resources': 'temporary-auth-failure',
    'other-error': 'not-authorized',
  } satisfies Readonly<Record<ScramErrorValue, string>>

  test.each(Object.entries(expected))('%s has its condition, wherever it comes', async (value, condition) => {
    const { step } = await proven()
    const reported = { condition, text: value, mechanism: 'SCRAM-SHA-256' }
    await expect(challenged(`e=${value}`)).rejects.toMatchObject(reported)
    await expect(step.next(bytes(`e=${value},x=1`))).rejects.toMatchObject(reported)
    await expect(step.finish(bytes(`e=${value}`))).rejects.toMatchObject(reported)
  })

  test('a word that RFC 5802 does not know is not repeated', async () => {
    await expect(challenged('e=<script>')).rejects.toMatchObject({
      condition: 'not-authorized',
      message: 'the server refused SCRAM-SHA-256: other-error',
      text: 'other-error',
    })
  })
})

describe('credentials', () => {
  test.each([undefined, ''])('a missing password (%j) is reported when it is needed', async (nothing) => {
    await expect(
      challenged(`r=clientNonceX,s=${salt},i=4096`, { password: () => nothing }),
    ).rejects.toMatchObject({ code: 'authentication.credentials-missing' })
  })

  test('what is no text is no password, and is not sent as one', async () => {
    const untyped: unknown = JSON.parse('[null, 7, {}]')
    for (const given of Array.isArray(untyped) ? untyped : []) {
      await expect(
        challenged(`r=clientNonceX,s=${salt},i=4096`, { password: () => given }),
      ).rejects.toMatchObject({ code: 'authentication.credentials-missing' })
    }
  })

  test.each(['\u00AD', 'bell\u0007'])(
    'a password of which SASLprep leaves nothing usable (%j)',
    async (bad) => {
      const error = await challenged(`r=clientNonceX,s=${salt},i=4096`, { password: () => bad }).catch(
        (reason: unknown) => reason,
      )
      expect(error).toMatchObject({ code: 'authentication.credentials-missing' })
      expect(String(error)).not.toContain('bell')
    },
  )

  test.each(['', '\u200D\u00AD', 'a\u0000b'])('a user name that cannot be used (%j)', async (username) => {
    await expect(createScram({ ...options, username }).start()).rejects.toMatchObject({
      code: 'authentication.credentials-missing',
    })
  })

  test('an authorization identity with NUL, a nonce with a comma: the caller is told at once', async () => {
    expect(() => createScram({ ...options, authzid: 'a\0b' })).toThrow(RangeError)
    await expect(createScram({ ...options, nonce: () => 'a,b' }).start()).rejects.toThrow(RangeError)
  })

  test('in a browser without WebCrypto the error says what to do', () => {
    const refuse = () => refuseMissingCrypto({ name: 'SCRAM-SHA-256' }, inBrowser)
    expect(refuse).not.toThrow()
    vi.stubGlobal('crypto', {})
    try {
      expect(refuse).toThrow(expect.objectContaining({ code: 'authentication.no-mechanism' }))
    } finally {
      vi.unstubAllGlobals()
    }
  })

  test('no error carries the password', async () => {
    const { step } = await proven()
    const failures = await Promise.all(
      [
        challenged(`r=clientNonceX,s=${salt},i=1`),
        challenged('r=clientNonceX'),
        step.next(bytes(`v=${'A'.repeat(43)}=`)),
        step.finish(null),
        step.finish(bytes('e=invalid-proof')),
      ].map((failing) => failing.catch((reason: unknown) => reason)),
    )
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(AuthenticationError)
      expect(`${JSON.stringify(failure)} ${describeAll(failure)}`).not.toContain(password)
    }
  })
})

function describeAll(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return `${error.stack ?? ''} ${describeAll(error.cause)}`
}
