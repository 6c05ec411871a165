import { describe, expect, it } from 'vitest'
import { contacts } from '../../src/index.js'
import { online } from '../spec/session.js'
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
  refusal,
  result,
  say,
  sentWhile,
} from './acquaintances.js'

type Met = Awaited<ReturnType<typeof meet>>
type Edit = readonly [call: string, act: (people: Met['people']) => Promise<void>, said: object]

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
    expect(progressOf(handshake)).toBe('granted/granting')
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

  it('leaves a subscription alone that was refused once and approved after that', async () => {
    const { people, peer } = await meet({}, { items: item(bob, "subscription='none' ask='subscribe'") })
    await say(peer, presence(bob, 'unsubscribed'))
    await push(peer, item(bob, "subscription='none'"))
    await push(peer, item(bob, "subscription='none' ask='subscribe'"))
    await say(peer, presence(bob, 'subscribed'))
    await push(peer, item(bob, "subscription='to'"))
    expect(people.diagnose(bob).to.verdict).toBe('open')
    const { raw } = peer
    expect(await people.repair(bob)).toMatchObject({ stanzas: [], byContact: [] })
    expect(peer.raw).toBe(raw)
    // What is refused after that is refused, whatever the roster says.
    await say(peer, presence(bob, 'unsubscribed'))
    await push(peer, item(bob, "subscription='to' name='Bob'"))
    expect(people.diagnose(bob).to.verdict).toBe('broken')
  })

  it('forgets what it heard with the session', async () => {
    const { people, peer, lose } = await meet({}, { items: item(bob, "subscription='to'") })
    await say(peer, presence(`${bob}/desk`))
    await lose()
    expect(people.diagnose(bob).to.verdict).toBe('open')
  })
})

describe('what a view reads at any time', () => {
  it('is what the streams have told last, and the same until that changes', async () => {
    const { people, peer } = await meet({}, { items: item(bob) })
    const { roster, presence: before } = people
    expect([...roster.keys()]).toEqual([bob])
    expect(people.roster).toBe(roster)
    expect(people.presence).toBe(before)
    const told: unknown[] = []
    people.presence$.subscribe((all) => told.push(all === people.presence))
    people.roster$.subscribe((all) => told.push(all === people.roster))
    await say(peer, presence(`${bob}/desk`))
    expect(people.presence.get(bob)?.available).toBe(true)
    expect(people.presence).not.toBe(before)
    expect(told).toEqual([true, true, true])
  })
})
