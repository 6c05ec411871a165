import { describe, expect, it } from 'vitest'
import { openBefriendingLimit } from '../../src/features/contacts.js'
import { contacts, type Befriending, type BefriendingState } from '../../src/index.js'
import { childOf, elementsOf } from '../spec/heard.js'
import type { Peer } from '../spec/peer.js'
import { logIn, online, rest, start } from '../spec/session.js'
import { bob, item, meet, presence, push, query, refusal, result, say, sentWhile } from './acquaintances.js'

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: unknown) =>
      error instanceof Error && 'code' in error ? error.code : error instanceof Error ? error.name : error,
  )
type Met = Awaited<ReturnType<typeof meet>>
type Edit = readonly [call: string, act: (people: Met['people']) => Promise<void>, said: object]
/** Whether a promise has come to an end, once all is quiet. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const note = () => {
    settled = true
  }
  promise.then(note, note)
  await rest()
  return settled
}
const itemOf = (request: Parameters<typeof childOf>[0]) => {
  const roster = childOf(request, 'query')
  const listed = roster === undefined ? undefined : childOf(roster, 'item')
  return {
    ...listed?.attributes,
    groups: listed === undefined ? [] : elementsOf(listed).flatMap(({ children }) => children),
  }
}
const inShort = (state: BefriendingState) =>
  state.status === 'handshaking'
    ? `${state.to}/${state.from}`
    : state.status === 'ended'
      ? `ended ${state.outcome}`
      : state.status
const record = (handshake: Befriending) => {
  const states: string[] = []
  handshake.state$.subscribe({
    next: (state) => states.push(inShort(state)),
    complete: () => states.push('complete'),
  })
  return states
}
/** What the client has sent last, answers aside. */
const last = (peer: Peer) => {
  const element = peer.elements.findLast(({ attributes }) => attributes['type'] !== 'result')
  if (element === undefined) throw new Error('nothing was sent')
  return element
}
/** The server takes the contact into the roster. */
const list = async (peer: Peer) => {
  const set = await peer.next('iq')
  await say(peer, `<iq type='set' id='push'>${query(item(bob))}</iq>` + result(set))
}

describe('an edit of the list (RFC 6121 §2.3, §2.4, §2.5)', () => {
  const edits: readonly Edit[] = [
    [
      'add() a whole contact',
      (people) => people.add('Bob@example.test/desk', { name: 'Bob', groups: ['A', 'B', 'A'] }),
      { name: 'Bob', groups: ['A', 'B'] },
    ],
    [
      'update() the groups alone',
      (people) => people.update(bob, { groups: ['C'] }),
      { name: 'Old', groups: ['C'] },
    ],
    [
      'update() the name alone',
      (people) => people.update(bob, { name: 'New', groups: undefined }),
      { name: 'New', groups: ['X', 'Y'] },
    ],
    [
      'update() to no groups',
      (people) => people.update(bob, { name: undefined, groups: [] }),
      { name: 'Old', groups: [] },
    ],
    ['remove() a contact', (people) => people.remove(bob), { subscription: 'remove', groups: [] }],
  ]
  it.each(edits)(
    '%s says what is meant, and returns when the server has confirmed it',
    async (_call, act, said) => {
      const { people, peer } = await meet(
        {},
        { items: `<item jid='${bob}' name='Old'><group>X</group><group>Y</group></item>` },
      )
      const done = act(people)
      const set = await peer.next('iq')
      expect(set.attributes).toMatchObject({ type: 'set' })
      expect(itemOf(set)).toMatchObject({ jid: bob, ...said })
      expect(itemOf(set)).not.toHaveProperty('ask')
      expect(await isSettled(done)).toBe(false)
      await say(peer, result(set))
      await done
    },
  )

  it.each(['item-not-found', 'not-allowed', 'not-acceptable'])('rejects with %s', async (condition) => {
    const { people, peer } = await meet({}, { items: item(bob) })
    for (const act of [
      () => people.add(bob),
      () => people.update(bob, { name: 'x' }),
      () => people.remove(bob),
    ]) {
      const done = code(act())
      peer.say(refusal(await peer.next('iq'), condition))
      expect(await done).toBe(`stanza.${condition}`)
    }
  })

  it('of somebody who is not in the list is refused here: update() adds nobody', async () => {
    const { people, peer } = await meet()
    const { raw } = peer
    expect(await code(people.update(bob, { name: 'Bob' }))).toBe('stanza.item-not-found')
    expect(peer.raw).toBe(raw)
  })

  it('rejects when the session ends in the middle of it, and outside one', async () => {
    const { people, peer, lose } = await meet({}, { items: item(bob) })
    const adding = code(people.add('carol@example.test'))
    await peer.next('iq')
    await lose()
    expect(await adding).toBe('transport.not-connected')
    for (const act of [people.add(bob), people.update(bob, {}), people.remove(bob)]) {
      expect(await code(act)).toBe('transport.not-connected')
    }
  })

  it('of an address that is none rejects, sends nothing, and throws nowhere', async () => {
    const { people, peer } = await meet()
    const { raw } = peer
    const calls = [
      people.add('@'),
      people.update('@', {}),
      people.remove('@'),
      people.refuse('@'),
      people.approve('@'),
      people.subscribe('@'),
      people.unsubscribe('@'),
      people.unfriend('@'),
      people.repair('@'),
      people.add(bob, { groups: [''] }),
    ]
    expect(await Promise.all(calls.map(code))).toEqual(calls.map(() => 'RangeError'))
    expect(peer.raw).toBe(raw)
  })
})

describe('what is said to a contact (RFC 6121 §3)', () => {
  it.each([
    ['subscribe', ['presence subscribe']],
    ['unsubscribe', ['presence unsubscribe']],
    ['approve', ['presence subscribed']],
    ['refuse', ['presence unsubscribed']],
    ['unfriend', ['presence unsubscribe', 'presence unsubscribed']],
  ] as const)('%s() returns when the server has heard it', async (call, said) => {
    const { people, peer } = await meet()
    let done: Promise<void> | undefined
    const sent = await sentWhile(peer, () => {
      done = people[call](`${bob}/desk`)
    })
    expect(sent).toEqual([...said.map((each) => `${each} ${bob}`), 'iq get ping'])
    if (done === undefined) throw new Error('nothing was called')
    expect(await isSettled(done)).toBe(false)
    const ping = peer.elements.at(-1)
    if (ping !== undefined) peer.say(refusal(ping, 'service-unavailable'))
    await done
  })

  it.each(['subscribe', 'unsubscribe', 'approve', 'refuse', 'unfriend'] as const)(
    '%s() rejects outside a session',
    async (call) => {
      const { people, lose } = await meet()
      await lose()
      expect(await code(people[call](bob))).toBe('transport.not-connected')
    },
  )

  it('can be a word with the request', async () => {
    const { people, peer } = await meet()
    void code(people.subscribe(bob, { message: 'It is me' }))
    expect((await peer.next('presence')).children).toMatchObject([{ name: 'status', children: ['It is me'] }])
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

  it('asks nobody about a request that it answers itself', async () => {
    const { people, peer } = await meet()
    const asked: string[] = []
    people.subscriptionRequest$.subscribe(({ from }) => asked.push(from.toString()))
    people.befriend(bob)
    await list(peer)
    await say(peer, presence(bob, 'subscribe'), presence('carol@example.test', 'subscribe'))
    expect(asked).toEqual(['carol@example.test'])
  })

  it('lets those in who have withdrawn and asked again', async () => {
    const { people, peer } = await meet({}, { items: item(bob, "ask='subscribe'") })
    const handshake = people.befriend(bob)
    await say(peer, presence(bob, 'subscribe'))
    expect(inShort(handshake.state)).toBe('awaited/granting')
    await say(peer, presence(bob, 'unsubscribe'))
    expect(inShort(handshake.state)).toBe('awaited/closed')
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
    expect(inShort(handshake.state)).toBe('awaited/closed')
  })

  it('waits for a session, and goes on in the next with what the roster says then', async () => {
    const { people, lose, again } = await meet({}, { items: item(bob, "ask='subscribe'") })
    const handshake = people.befriend(bob)
    await lose()
    expect(inShort(handshake.state)).toBe('waiting')
    const { peer } = await again({ items: item(bob, "subscription='to'") })
    expect(inShort(handshake.state)).toBe('granted/closed')
    expect(peer.raw).not.toContain('subscribe')
  })

  it('made before the client connects is done on coming online', async () => {
    const session = start({ roster: true })
    const handshake = session.client.use(contacts).befriend(bob)
    expect(inShort(handshake.state)).toBe('waiting')
    const peer = await session.peer()
    await logIn(peer)
    await say(peer, result(await peer.next('iq'), query(item(bob, "subscription='both'"))))
    expect(inShort(handshake.state)).toBe('listing')
  })

  it('is withdrawn when the client closes', async () => {
    const { client, people, peer } = await meet()
    const handshake = people.befriend(bob)
    await list(peer)
    const states = record(handshake)
    peer.cut()
    await client.close()
    expect(await handshake.settled).toEqual({ outcome: 'withdrawn', error: undefined })
    expect(inShort(handshake.state)).toBe('ended withdrawn')
    expect(states.slice(-2)).toEqual(['ended withdrawn', 'complete'])
  })

  it('of a closed client is withdrawn at once, and leaves nothing running', async () => {
    const { client, people } = await meet()
    await client.close()
    const handshake = people.befriend(bob)
    expect(await handshake.settled).toEqual({ outcome: 'withdrawn', error: undefined })
    expect(inShort(handshake.state)).toBe('ended withdrawn')
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
    expect(inShort(handshake.state)).toBe('waiting')
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

describe('use(contacts)', () => {
  it('fetches the list where nothing else did, in every session', async () => {
    const { client, peer: dialled } = await online({ roster: false })
    const people = client.use(contacts)
    const get = await dialled.next('iq')
    await say(dialled, result(get, query(item(bob, "subscription='both'"))))
    expect(people.standing(bob)).toMatchObject({ name: 'Both' })
  })

  it('in the middle of a session knows the list and goes on from there', async () => {
    const { client, peer } = await meet({}, { items: item(bob, "subscription='from'") })
    const late = client.use(contacts)
    expect(late.standing(bob)).toMatchObject({ name: 'From' })
    expect(await sentWhile(peer, () => late.befriend(bob))).toEqual([`presence subscribe ${bob}`])
  })

  it('works without presence, and without a roster of its own', async () => {
    const { people, peer } = await meet({ presence: false })
    const handshake = people.befriend(bob)
    await list(peer)
    expect(last(peer).attributes).toMatchObject({ type: 'subscribe' })
    await push(peer, item(bob, "subscription='both'"))
    expect(await handshake.settled).toMatchObject({ outcome: 'both' })
  })

  it('loses no handshake while the list is fetched anew', async () => {
    const { client, people, peer } = await meet({}, { items: item(bob, "ask='subscribe'") })
    const handshake = people.befriend(bob)
    const fetching = client.fetchRoster()
    const get = await peer.next('iq')
    await push(peer, item(bob, "subscription='to'"))
    await say(peer, presence(bob, 'subscribe'))
    await say(peer, result(get, query(item(bob, "subscription='to'"))))
    await fetching
    expect(inShort(handshake.state)).toBe('granted/granting')
  })
})

describe('who is there', () => {
  it('comes from the wire, and is nobody once the session is over', async () => {
    const { people, peer, lose } = await meet({}, { items: item(bob, "subscription='both'") })
    const seen: boolean[] = []
    people.presenceOf(bob).subscribe(({ available }) => seen.push(available))
    await say(peer, presence(`${bob}/desk`))
    await lose()
    expect(seen).toEqual([false, true, false])
  })
})

describe('the doctor', () => {
  it('knows a broken subscription by what was heard, and mends it as far as this side can', async () => {
    const { people, peer } = await meet({}, { items: item(bob, "subscription='to'") })
    expect(people.diagnose(bob).verdict).toBe('unknown')
    await say(peer, presence(`${bob}/desk`))
    expect(people.diagnose(bob).to.verdict).toBe('agreed')
    const { people: others, peer: theirs } = await meet(
      {},
      { items: item('carol@example.test', "subscription='from'") },
    )
    expect(others.diagnose('carol@example.test', { to: 'none' }).verdict).toBe('inconsistent')
    let repairing: Promise<unknown> | undefined
    const sent = await sentWhile(theirs, () => {
      repairing = others.repair('carol@example.test', { theirs: { to: 'none' } })
    })
    expect(sent).toEqual(['presence unsubscribed carol@example.test', 'iq get ping'])
    const ping = theirs.elements.at(-1)
    if (ping !== undefined) theirs.say(result(ping))
    expect(await repairing).toMatchObject({ stanzas: ['unsubscribed'], byContact: [] })
  })

  it('sends nothing where nothing is broken for sure', async () => {
    const { people, peer } = await meet({}, { items: item(bob, "subscription='to'") })
    const { raw } = peer
    expect(await people.repair(bob)).toMatchObject({ stanzas: [] })
    expect(peer.raw).toBe(raw)
  })

  it('forgets what it heard with the session', async () => {
    const { people, peer, lose } = await meet({}, { items: item(bob, "subscription='to'") })
    await say(peer, presence(`${bob}/desk`))
    await lose()
    expect(people.diagnose(bob).to.verdict).toBe('open')
  })
})
