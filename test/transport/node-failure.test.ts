import { describe, expect, it } from 'vitest'
import { TransportError } from '../../src/errors.js'
import { listenTcp } from '../../src/transport/listen.js'
import { toTransportError } from '../../src/transport/node-failure.js'
import { dialTcp } from '../../src/transport/tcp.js'
import { never } from './pairings.js'
import { rejection } from './peers.js'

const failure = (code: string): Error => Object.assign(new Error(`something ${code}`), { code })

describe('toTransportError()', () => {
  it.each([
    ['ENOTFOUND', 'unknown-host'],
    ['EAI_AGAIN', 'unreachable'],
    ['ECONNREFUSED', 'refused'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['ETIMEDOUT', 'unreachable'],
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['CERT_HAS_EXPIRED', 'certificate-expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate-mismatch'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate-untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate-untrusted'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls-failed'],
    ['EPROTO', 'tls-failed'],
    ['EMFILE', 'failed'],
  ])('takes %s for %s', (code, reason) => {
    const cause = failure(code)
    const error = toTransportError(cause, 'connecting to tcp://a.test:1')
    expect(error.reason).toBe(reason)
    expect(error.message).toBe(`connecting to tcp://a.test:1 failed: something ${code}`)
    expect(error.cause).toBe(cause)
  })

  it('takes a refusal at any of several addresses for a refusal, and tells them all', () => {
    const error = toTransportError(new AggregateError([failure('ETIMEDOUT'), failure('ECONNREFUSED')]), 'x')
    expect(error.reason).toBe('refused')
    expect(error.message).toBe('x failed: something ETIMEDOUT; something ECONNREFUSED')
  })

  it('keeps the reason of what is one already', () => {
    const cause = new TransportError('certificate-mismatch', 'not for a.test', { cause: 'deeper' })
    const error = toTransportError(cause, 'x')
    expect([error.reason, error.message, error.cause]).toEqual([
      'certificate-mismatch',
      'x failed: not for a.test',
      'deeper',
    ])
  })

  it.each([undefined, null, 'text', {}, { code: 7 }, new Error('')])(
    'names nothing it does not know (%#)',
    (cause) => {
      expect(toTransportError(cause, 'x').message).toBe('x failed: no reason was given')
      expect(toTransportError(cause, 'x', 'closed').reason).toBe('closed')
    },
  )
})

describe('dialTcp()', () => {
  it('says that nothing listens, and where', async () => {
    const { port, close } = await listenTcp({ onTransport: () => {} })
    await close()
    const error = await rejection(dialTcp({ host: '127.0.0.1', port, signal: never() }))
    expect(error.code).toBe('transport.refused')
    expect(error.message).toBe(
      `connecting to tcp://127.0.0.1:${port} failed: connect ECONNREFUSED 127.0.0.1:${port}`,
    )
  })

  it('takes IPv6 with or without brackets', async () => {
    const { port, close } = await listenTcp({ onTransport: () => {} })
    await close()
    for (const host of ['::1', '[::1]']) {
      const error = await rejection(dialTcp({ host, port, signal: never() }))
      expect(error.message).toContain(`tcp://[::1]:${port}`)
    }
  })

  it('refuses an impossible port', async () => {
    await expect(dialTcp({ host: '127.0.0.1', port: 65_536, signal: never() })).rejects.toThrow(RangeError)
  })
})
