import { describe, expect, it } from 'vitest'
import { openBefriendingLimit } from '../../src/features/handshakes.js'
import { contacts, type Befriending } from '../../src/index.js'
import { logIn, rest, start } from '../spec/session.js'
import {
  bob,
  code,
  isSettled,
  item,
  itemOf,
  last,
  list,
  meet,
  presence,
  progressOf,
  push,
  query,
  result,
  say,
  sentWhile,
} from './acquaintances.js'

/** Everything that a handshake shows of itself. */
const record = (handshake: Befriending) => {
  const states: string[] = []
  handshake.state$.subscribe({
    next: (state) => states.push(progressOf({ state })),
    complete: () => states.push('complete'),
  })
  return states
}

describe('befriend() where there is no room for what it says', () => {
  const limits = { outboundLimitBytes: 2_000 }

  it('fails and says why', async () => {
    const { client, people } = await meet({ limits }, { items: item(bob) })
    client.send({ to: bob, body: 'x'.repeat(1_900) })
    const handshake = people.befriend(bob)
    expect(await handshake.settled).toMatchObject({
      outcome: 'failed',
      error: { code: 'transport.overflow' },
    })
  })

  it('takes back what was asked once there is room', async () => {
    const { client, people, peer } = await meet({ limits }, { items: item(bob, "ask='subscribe'") })
    const handshake = people.befriend(bob)
    client.send({ to: bob, body: 'x'.repeat(1_950) })
    const sent = await sentWhile(peer, () => handshake.withdraw())
    expect(sent).toEqual([`message ${bob}`, `presence unsubscribe ${bob}`])
  })
})

describe('befriend()', () => {
  it('is one call from the wish to both', async () => {
    const { people, peer } = await meet()
    const handshake = people.befriend(`${bob}/desk`, { name: 'Bob', groups: ['A'], message: 'Hi' })
    const states = record(handshake)
    expect(itemOf(await peer.next('iq'))).toMatchObject({ jid: bob, name: 'Bob', groups: ['A'] })
    await say(peer, `<iq type='set' id='push'>${query(item(bob))}</iq>`, result(last(peer)))
    const request = last(peer)
    expect([request.attributes, request.children]).toMatchObject([
      { type: 'subscribe', to: bob },
      [{ name: 'status', children: ['Hi'] }],
    ])
    await push(peer, item(bob, "ask='subscribe'"))
    await push(peer, item(bob, "subscription='to'"))
    expect(await sentWhile(peer, () => say(peer, presence(bob, 'subscribe')))).toEqual([
      `presence subscribed ${bob}`,
    ])
    await push(peer, item(bob, "subscription='both'"))
    expect(await handshake.settled).toEqual({ outcome: 'both', error: undefined })
    expect(states).toEqual([
      'listing',
      'asking/closed',
      'awaited/closed',
      'granted/closed',
      'granted/granting',
      'ended both',
      'complete',
    ])
    expect(people.standing(bob)).toMatchObject({ name: 'Both' })
  })

  it('gives the handshake that is under way, however the address is written', async () => {
    const { people, peer } = await meet()
    const one = people.befriend(bob)
    expect(people.befriend('BOB@Example.TEST/phone')).toBe(one)
    await list(peer)
  })

  it('begins anew once that one has ended, even in the moment of its end', async () => {
    const { people } = await meet()
    const one = people.befriend(bob)
    const again: Befriending[] = []
    one.state$.subscribe({ complete: () => again.push(people.befriend(bob)) })
    void one.withdraw()
    expect(again[0]).not.toBe(one)
    await rest()
    expect(people.befriend(bob)).toBe(again[0])
    expect(again[0]?.state.status).not.toBe('ended')
  })

  it('begins anew where the last one was taken back outside a session, and asks for no less', async () => {
    const home = { items: item(bob, "ask='subscribe'") }
    const { people, lose, again } = await meet({}, home)
    await lose()
    const one = people.befriend(bob)
    void one.withdraw()
    const another = people.befriend(bob)
    expect([one, another].map(progressOf)).toEqual(['ended withdrawn', 'waiting'])
    const { peer } = await again(home)
    expect(progressOf(another)).toBe('awaited/closed')
    expect(peer.raw).not.toContain('unsubscribe')
    expect(people.befriend(bob)).toBe(another)
  })

  it('asks nobody about a request that it answers itself', async () => {
    const { people, peer } = await meet()
    const asked: string[] = []
    people.subscriptionRequest$.subscribe(({ from }) => asked.push(from.toString()))
    const handshake = people.befriend(bob)
    await list(peer)
    await say(peer, presence(bob, 'subscribe'), presence('carol@example.test', 'subscribe'))
    expect(asked).toEqual(['carol@example.test'])
    void handshake.withdraw()
    await rest()
    expect(asked).toEqual(['carol@example.test', bob])
  })

  it('lets those in who have withdrawn and asked again', async () => {
    const { people, peer } = await meet({}, { items: item(bob, "ask='subscribe'") })
    const handshake = people.befriend(bob)
    await say(peer, presence(bob, 'subscribe'))
    expect(progressOf(handshake)).toBe('awaited/granting')
    await say(peer, presence(bob, 'unsubscribe'))
    expect(progressOf(handshake)).toBe('awaited/closed')
    expect(await sentWhile(peer, () => say(peer, presence(bob, 'subscribe')))).toEqual([
      `presence subscribed ${bob}`,
    ])
  })

  it('ends in the error that answers its request, and in no other', async () => {
    const { people, peer } = await meet()
    const handshake = people.befriend(bob)
    await list(peer)
    const { attributes } = last(peer)
    const back = (id: string, from = bob) =>
      `<presence type='error' id='${id}' from='${from}'><error type='cancel'><remote-server-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>`
    const { id = '' } = attributes
    await say(peer, back('another'), back(id, 'mallory@evil.test'))
    expect(await isSettled(handshake.settled)).toBe(false)
    await say(peer, back(id))
    expect(await handshake.settled).toMatchObject({
      outcome: 'failed',
      error: { code: 'stanza.remote-server-not-found' },
    })
  })

  it('is refused by whoever was asked, whichever comes first', async () => {
    for (const pushesFirst of [true, false]) {
      const { people, peer } = await meet({}, { items: item(bob, "ask='subscribe'") })
      const handshake = people.befriend(bob)
      const steps = [() => push(peer, item(bob)), () => say(peer, presence(bob, 'unsubscribed'))]
      for (const step of pushesFirst ? steps : steps.toReversed()) await step()
      expect(await handshake.settled).toMatchObject({ outcome: 'refused' })
    }
  })

  it('is not refused by a stranger, nor by a resource that looks like the contact', async () => {
    const { people, peer } = await meet({}, { items: item(bob, "ask='subscribe'") })
    const handshake = people.befriend(bob)
    await say(peer, presence('mallory@evil.test/bob@example.test', 'unsubscribed'))
    await say(peer, presence('b\u043Eb@example.test', 'unsubscribed'))
    expect(progressOf(handshake)).toBe('awaited/closed')
  })

  it('waits for a session, and goes on in the next with what the roster says then', async () => {
    const { people, lose, again } = await meet({}, { items: item(bob, "ask='subscribe'") })
    const handshake = people.befriend(bob)
    await lose()
    expect(progressOf(handshake)).toBe('waiting')
    const { peer } = await again({ items: item(bob, "subscription='to'") })
    expect(progressOf(handshake)).toBe('granted/closed')
    expect(peer.raw).not.toContain('subscribe')
  })

  it('made before the client connects is done on coming online', async () => {
    const session = start({ roster: true })
    const handshake = session.client.use(contacts).befriend(bob)
    expect(progressOf(handshake)).toBe('waiting')
    const peer = await session.peer()
    await logIn(peer)
    await say(peer, result(await peer.next('iq'), query(item(bob, "subscription='both'"))))
    expect(progressOf(handshake)).toBe('listing')
  })

  it('is withdrawn when the client closes', async () => {
    const { client, people, peer } = await meet()
    const handshake = people.befriend(bob)
    await list(peer)
    const states = record(handshake)
    peer.cut()
    await client.close()
    expect(await handshake.settled).toEqual({ outcome: 'withdrawn', error: undefined })
    expect(progressOf(handshake)).toBe('ended withdrawn')
    expect(states.slice(-2)).toEqual(['ended withdrawn', 'complete'])
  })

  it('of a closed client is withdrawn at once, and leaves nothing running', async () => {
    const { client, people } = await meet()
    await client.close()
    const handshake = people.befriend(bob)
    expect(await handshake.settled).toEqual({ outcome: 'withdrawn', error: undefined })
    expect(progressOf(handshake)).toBe('ended withdrawn')
  })

  it.each([
    ['a message that XML cannot carry', { message: 'a\u0000b' }],
    ['such a name', { name: 'a\uFFFF' }],
    ['such a group', { groups: ['A', 'a\uDC00'] }],
    ['a group without a name', { groups: ['A', ''] }],
  ])('begins nothing with %s', async (_what, options) => {
    const { people, peer } = await meet()
    const requests: Parameters<typeof people.accept>[0][] = []
    people.subscriptionRequest$.subscribe((request) => requests.push(request))
    await say(peer, presence(bob, 'subscribe'))
    const [request] = requests
    if (request === undefined) throw new Error('there was no request')
    const sent = await sentWhile(peer, () => {
      expect(() => people.befriend(bob, options)).toThrow(RangeError)
      expect(() => people.accept(request, options)).toThrow(RangeError)
    })
    expect(sent).toEqual([])
    expect(progressOf(people.befriend(bob))).toBe('listing')
  })

  it('is not for oneself', async () => {
    const { people } = await meet()
    expect(() => people.befriend('Alice@example.test/phone')).toThrow(RangeError)
  })

  it.each([0, -1, Number.NaN, Infinity, 2 ** 31, 30 * 24 * 60 * 60 * 1000])(
    'waits for no time like %s',
    async (ms) => {
      const { people } = await meet()
      for (const name of ['patienceMs', 'confirmMs', 'graceMs']) {
        expect(() => people.befriend(bob, { timeouts: { [name]: ms } })).toThrow(RangeError)
      }
    },
  )

  it(`is under way with at most ${openBefriendingLimit} at once`, async () => {
    const { people, lose } = await meet()
    await lose()
    const all = Array.from({ length: openBefriendingLimit }, (_, index) =>
      people.befriend(`s${index}@example.test`),
    )
    expect(() => people.befriend(bob)).toThrow(RangeError)
    expect(people.befriend('s0@example.test')).toBe(all[0])
  })
})

describe('unfriend()', () => {
  it('ends a handshake that is under way, and both subscriptions', async () => {
    const { people, peer } = await meet({}, { items: item(bob, "subscription='to'") })
    const handshake = people.befriend(bob)
    let done: Promise<void> | undefined
    const sent = await sentWhile(peer, () => {
      done = people.unfriend(bob)
    })
    expect(sent).toEqual([`presence unsubscribe ${bob}`, `presence unsubscribed ${bob}`, 'iq get ping'])
    const ping = peer.elements.at(-1)
    if (ping !== undefined) peer.say(result(ping))
    await done
    expect(await handshake.settled).toMatchObject({ outcome: 'withdrawn' })
  })

  it('outside a session rejects at once, and leaves the handshake to the next', async () => {
    const { people, lose } = await meet({}, { items: item(bob, "ask='subscribe'") })
    const handshake = people.befriend(bob)
    await lose()
    expect(await code(people.unfriend(bob))).toBe('transport.not-connected')
    expect(progressOf(handshake)).toBe('waiting')
  })
})

describe('accept() and refuse()', () => {
  it('grant a request and ask back, or answer it: then it waits no more', async () => {
    const { people, peer } = await meet({}, { items: item(bob) })
    const waiting: number[] = []
    people.subscriptionRequests$.subscribe(({ size }) => waiting.push(size))
    const sent = await sentWhile(peer, async () => {
      people.subscriptionRequest$.subscribe((request) => people.accept(request))
      await say(peer, presence(bob, 'subscribe'))
    })
    expect(sent).toEqual([`presence subscribe ${bob}`, `presence subscribed ${bob}`])
    await push(peer, item(bob, "subscription='from' ask='subscribe'"))
    expect(waiting).toEqual([0, 1, 0])
  })

  it('of a request that was withdrawn grants nothing in its place: it asks, and waits for another', async () => {
    const { people, peer } = await meet({}, { items: item(bob) })
    await say(peer, presence(bob, 'subscribe'))
    const requests: Parameters<typeof people.accept>[0][] = []
    people.subscriptionRequest$.subscribe((request) => requests.push(request))
    await say(peer, presence(bob, 'unsubscribe'))
    const [request] = requests
    if (request === undefined) throw new Error('there was no request')
    expect(await sentWhile(peer, () => people.accept(request))).toEqual([`presence subscribe ${bob}`])
  })

  it('refuse a request as it came, at once', async () => {
    const { people, peer } = await meet()
    people.subscriptionRequest$.subscribe((request) => void code(people.refuse(request)))
    const sent = await sentWhile(peer, () => say(peer, presence(bob, 'subscribe')))
    expect(sent).toEqual([`presence unsubscribed ${bob}`, 'iq get ping'])
    let size = 1
    people.subscriptionRequests$.subscribe((requests) => (size = requests.size))
    expect(size).toBe(0)
  })
})
