import { expect, test } from 'vitest'
import { createClient } from '../../src/client.js'
import type { ClientOptions } from '../../src/client-options.js'
import { challengeClient } from '../../src/testing/challenge.js'
import type { Way } from '../../src/testing/challenge-stage.js'

/** Shorter than the server is silent. */
const impatient = {
  headerMs: 2_500,
  featuresMs: 2_500,
  proceedMs: 2_500,
  tlsMs: 2_500,
  saslMs: 2_500,
  bindMs: 2_500,
}

const challenge = (way: Way, options: Partial<ClientOptions> = {}) =>
  challengeClient({
    domain: 'localhost',
    way,
    atOnce: 12,
    patienceMs: 2_000,
    silenceMs: 10_000,
    arrivalMs: 20_000,
    invite: async ({ ca, endpoint, jid, password }) => {
      const client = createClient({
        jid,
        password,
        endpoint,
        tls: { ca },
        timeouts: { ...impatient, closeMs: 500 },
        ...options,
      })
      client.connect().catch(() => undefined)
      return () => client.close()
    },
  })

const isNotRight = ({ verdict }: { readonly verdict: string }) => verdict !== 'right'

test('our own client does everything right over STARTTLS', { timeout: 300_000 }, async () => {
  const findings = await challenge('starttls')
  expect(findings.length).toBeGreaterThanOrEqual(40)
  expect(findings.filter(isNotRight)).toEqual([])
})

test.each(['tls', 'websocket'] as const)(
  'our own client does everything right over %s, where STARTTLS is not tried',
  { timeout: 300_000 },
  async (way) => {
    const rest = (await challenge(way)).filter(isNotRight)
    expect(rest.filter(({ verdict }) => verdict !== 'unseen')).toEqual([])
    expect(rest.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['starttls.stripped', 'starttls.refused', 'starttls.injected']),
    )
  },
)

test(
  'a client that goes on without encryption, and one that takes any password mechanism, are found out',
  { timeout: 300_000 },
  async () => {
    const findings = await challenge('starttls', { dangerouslyAllowPlaintext: true, mechanisms: ['PLAIN'] })
    expect(findings.filter(({ verdict }) => verdict === 'wrong').map(({ id }) => id)).toEqual([
      'login.scram',
      'starttls.stripped',
    ])
  },
)
