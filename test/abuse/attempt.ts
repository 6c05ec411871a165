import { expect, onTestFinished } from 'vitest'
import { createClient, type Client } from '../../src/client.js'
import type { ClientOptions } from '../../src/client-options.js'
import { ns, xml } from '../../src/index.js'
import { listen } from './victim.js'

/** So short that no test waits long, so long that no loopback is too slow. */
export const shortTimeouts = {
  discoveryMs: 2_000,
  dialMs: 2_000,
  headerMs: 2_000,
  featuresMs: 2_000,
  proceedMs: 2_000,
  tlsMs: 2_000,
  saslMs: 2_000,
  bindMs: 2_000,
  closeMs: 50,
}

/** A client of this account, which is closed when the test is over. */
export function createTestClient(options: Partial<ClientOptions>): Client {
  const client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    roster: false,
    presence: false,
    reconnect: 'never',
    timeouts: shortTimeouts,
    ...options,
  })
  onTestFinished(() => client.close())
  return client
}

/**
 * Connects, which must fail: the error is the state's, advice included, no secret is in it, nothing reached the app, and
 * nothing is pending.
 */
export async function failToConnect(
  options: Partial<ClientOptions>,
): Promise<{ readonly error: unknown; readonly client: Client }> {
  const client = createTestClient(options)
  const reached = listen(client)
  const error = await client.connect().then(
    () => new Error('it went online'),
    (reason: unknown) => reason,
  )
  expect(client.state).toMatchObject({ status: 'halted', error })
  expect(error).toMatchObject({ advice: expect.stringMatching(/\w/) })
  expect(`${JSON.stringify(error)} ${String(error)}`).not.toContain('secret')
  expect(reached).toEqual({ stanzas: [], messages: [], presences: [], contacts: [] })
  await expect(client.request({ type: 'get', payload: xml('ping', ns.ping) })).rejects.toMatchObject({
    code: 'transport.not-connected',
  })
  return { error, client }
}
