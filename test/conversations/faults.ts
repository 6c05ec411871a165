import { afterEach, describe, expect, it } from 'vitest'
import type { Client } from '../../src/client.js'
import type { ClientOptions } from '../../src/client-options.js'
import { startRelay, type Relay } from '../support/relay.js'
import { everybodyLeaves, next, online, tag } from './people.js'
import type { ServerUnderTest } from './server-under-test.js'

const faults = {
  'ends the connection': (relay: Relay) => relay.break('close'),
  'resets the connection': (relay: Relay) => relay.break('reset'),
  'swallows everything': (relay: Relay) => relay.break('black hole'),
  'swallows what the client sends': (relay: Relay) => relay.break('black hole up'),
  'swallows what the server sends': (relay: Relay) => relay.break('black hole down'),
  'cuts what the client sends in the middle': (relay: Relay) => void relay.breakAfter(137, 'up', 'reset'),
  'cuts what the server sends in the middle': (relay: Relay) => void relay.breakAfter(137, 'down', 'reset'),
} as const satisfies Readonly<Record<string, (relay: Relay) => void>>

const step = 5_000

/** Short waits, and no wait between attempts: `hurry()` sees to that. */
const hasty = {
  timeouts: {
    dialMs: step,
    headerMs: step,
    featuresMs: step,
    saslMs: step,
    bindMs: step,
    enableMs: step,
    ackMs: 500,
    ackPaceMs: 5,
    closeMs: 200,
  },
} as const satisfies Partial<ClientOptions>

/** A session comes through whatever the network does; held on each server that manages streams. */
export function holdFaults(server: ServerUnderTest, port: number, scheme: 'xmpp' | 'xmpps'): void {
  const relays: Relay[] = []
  afterEach(async (context) => {
    await everybodyLeaves(context)
    await Promise.all(relays.splice(0).map((relay) => relay.stop()))
  })

  const behindRelay = async (user: string, options: Partial<ClientOptions> = {}) => {
    const relay = await startRelay(port)
    relays.push(relay)
    const client = await online(server, user, {
      ...hasty,
      ...options,
      endpoint: `${scheme}://127.0.0.1:${relay.port}`,
    })
    await next(
      client.state$,
      (state) => state.status === 'online' && state.streamManagement === 'live',
      'stream management',
    )
    hurry(client)
    return { client, relay }
  }

  describe(`on ${server.name}, when the network`, () => {
    it.each(Object.entries(faults))('%s, every message arrives once and in order', async (how, act) => {
      const alice = await behindRelay('alice')
      const bob = await behindRelay('bob')
      const fates = await exchange(server, [alice, bob], (count) => {
        if (count % 10 === 5) act(alice.relay)
        if (count % 10 === 9) act(bob.relay)
      })
      expect(new Set(fates)).toEqual(new Set(['acknowledged']))
      expect(alice.relay.connections).toBeGreaterThan(1)
      const state = await next(alice.client.state$, ({ status }) => status === 'online', 'the session')
      // Such a cut may meet the word that the session goes on: whether the server still has it then is its own affair.
      const outcomes = how === 'cuts what the server sends in the middle' ? [true, false] : [true]
      expect(outcomes).toContain('resumed' in state && state.resumed)
    })

    it('cuts a stanza in two, it arrives once all the same, and so does what follows', async () => {
      const alice = await behindRelay('alice')
      const { client: bob } = await behindRelay('bob')
      const word = tag()
      const heard: string[] = []
      bob.message$.subscribe(({ body }) => {
        if (body?.startsWith(word) === true) heard.push(body)
      })
      const last = next(bob.message$, ({ body }) => body === `${word} last`, 'the last message')
      const large = `${word} ${'x'.repeat(60_000)}`
      void alice.relay.breakAfter(30_000, 'up', 'reset')
      alice.client.send({ to: bob.jid, type: 'chat', body: large })
      const { status$ } = alice.client.send({ to: bob.jid, type: 'chat', body: `${word} last` })
      await last
      await next(status$, ({ status }) => status === 'acknowledged', 'the acknowledgement')
      expect(heard).toEqual([large, `${word} last`])
      // A server that reads on where the last connection was cut hears nothing: twice is enough to find that out.
      expect(alice.relay.connections).toBeLessThanOrEqual(4)
    })

    it('is back, the session goes on after three round trips beyond TLS', async () => {
      const { client, relay } = await behindRelay('alice')
      const flights: number[] = []
      client.state$.subscribe((state) => {
        if (state.status === 'online' && state.resumed) flights.push(relay.flights)
      })
      const resumed = next(
        client.state$,
        (state) => state.status === 'online' && state.resumed,
        'the session',
      )
      relay.break('reset')
      await resumed
      // The first word is TLS's own; the others are the login, its proof, and the resumption.
      expect(flights[0]).toBe(1 + 3)
    })

    it('does any of it at random, every message arrives once and in order', async () => {
      const alice = await behindRelay('alice')
      const bob = await behindRelay('bob')
      const acts = Object.values(faults)
      const lots = drawLots(4_711)
      const fates = await exchange(server, [alice, bob], () => {
        const relay = lots() < 0.5 ? alice.relay : bob.relay
        if (lots() < 0.4) acts[Math.floor(lots() * acts.length)]?.(relay)
      })
      expect(new Set(fates)).toEqual(new Set(['acknowledged']))
    })
  })
}

/** Sends messages each way while the network is at fault, and resolves with what their senders were told. */
async function exchange(
  { deviations = [] }: ServerUnderTest,
  pair: readonly { readonly client: Client }[],
  breakNetwork: (count: number) => void,
): Promise<readonly string[]> {
  const word = tag()
  const count = 40
  const expected = Array.from({ length: count }, (_, index) => `${word} ${index}`)
  const [one, other] = pair
  if (one === undefined || other === undefined) throw new Error('it takes two')
  const sides = [
    { from: one.client, to: other.client },
    { from: other.client, to: one.client },
  ].map(({ from, to }) => {
    const heard: string[] = []
    to.message$.subscribe(({ body }) => {
      if (body?.startsWith(word) === true) heard.push(body)
    })
    return { from, to, heard, all: next(to.message$, () => new Set(heard).size === count, 'all of them') }
  })
  const deliveries = []
  for (const [index, body] of expected.entries()) {
    for (const { from, to } of sides) deliveries.push(from.send({ to: to.jid, type: 'chat', body }))
    breakNetwork(index)
    // Let the network have its turn, so that faults meet what is on its way.
    if (index % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(sides.map(({ all }) => all))
  const fates = await Promise.all(
    deliveries.map(({ status$ }) =>
      next(status$, ({ status }) => status === 'acknowledged' || status === 'failed', 'the fate'),
    ),
  )
  const arrange = deviations.includes('swaps what comes while a session moves')
    ? (bodies: readonly string[]) => bodies.toSorted()
    : (bodies: readonly string[]) => bodies
  for (const { heard } of sides) {
    expect(arrange(heard)).toEqual(arrange(expected))
  }
  return fates.map(({ status }) => status)
}

/** Every wait for the next attempt ends at once. */
function hurry(client: Client): void {
  client.state$.subscribe(({ status }) => {
    if (status === 'suspended' || status === 'backingOff') queueMicrotask(() => client.networkOnline())
  })
}

/** The same lots every time (mulberry32). */
function drawLots(start: number): () => number {
  let seed = start
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
