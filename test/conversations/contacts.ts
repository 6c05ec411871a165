import { afterEach, describe, expect, it } from 'vitest'
import { filter, firstValueFrom, timeout } from 'rxjs'
import type { Client } from '../../src/client.js'
import type { ClientOptions } from '../../src/client-options.js'
import {
  contacts,
  ns,
  xml,
  XmppError,
  type Befriending,
  type BefriendingState,
  type ContactsFeature,
} from '../../src/index.js'
import { everybodyLeaves, next, person, tag } from './people.js'
import type { Deviation, ServerUnderTest } from './server-under-test.js'

interface Person {
  readonly client: Client
  readonly people: ContactsFeature
  /** Bare. */
  readonly jid: string
}

/** Every handshake between two real clients: the same transcript on every server. */
export function holdContacts(server: ServerUnderTest): void {
  afterEach(everybodyLeaves)

  const deviates = (deviation: Deviation) => server.deviations?.includes(deviation) === true
  const meet = (user: string, options: Partial<ClientOptions> = {}): Person => {
    const client = person(server, user, options)
    return { client, people: client.use(contacts), jid: client.jid.bare.toString() }
  }
  const online = async (user: string, options: Partial<ClientOptions> = {}): Promise<Person> => {
    const one = meet(user, options)
    await one.client.connect()
    await one.client.fetchRoster()
    return one
  }
  /** Two who know nothing of each other, whatever happened before. */
  const strangers = async (): Promise<readonly [Person, Person]> => {
    const [carol, dave] = await Promise.all([online('carol'), online('dave')])
    for (const [one, other] of [
      [carol, dave],
      [dave, carol],
    ] as const) {
      await one.people.refuse(other.jid)
      await one.people.remove(other.jid).catch(() => undefined)
    }
    await Promise.all([gone(carol, dave), gone(dave, carol)])
    await Promise.all([carol.client.disconnect(), dave.client.disconnect()])
    return Promise.all([online('carol'), online('dave')])
  }
  const gone = (one: Person, other: Person) =>
    next(one.people.roster$, (roster) => !roster.has(other.jid), `${other.jid} out of the roster`)
  const stands = (one: Person, other: Person, subscription: string) =>
    next(
      one.people.roster$,
      (roster) => roster.get(other.jid)?.subscription === subscription,
      `${other.jid} as ${subscription}`,
    )
  const requestOf = (one: Person, other: Person) =>
    next(one.people.subscriptionRequest$, ({ from }) => from.toString() === other.jid, 'the request')
  const record = (handshake: Befriending) => {
    const states: BefriendingState[] = []
    handshake.state$.subscribe((state) => states.push(state))
    return states
  }

  describe(`contacts on ${server.name}`, () => {
    it('makes friends when one asks and the other accepts, each in one call', async () => {
      const [carol, dave] = await strangers()
      const word = tag()
      const asking = carol.people.befriend(dave.jid, {
        name: 'Dave',
        groups: ['Work', 'Chess'],
        message: word,
      })
      const states = record(asking)
      const request = await requestOf(dave, carol)
      expect(request.message).toBe(word)
      const accepting = dave.people.accept(request, { name: 'Carol' })
      expect(await Promise.all([asking.settled, accepting.settled])).toMatchObject([
        { outcome: 'both' },
        { outcome: 'both' },
      ])
      await Promise.all([stands(carol, dave, 'both'), stands(dave, carol, 'both')])
      const roster = await firstValueFrom(carol.people.roster$)
      const item = roster.get(dave.jid)
      expect(item).toMatchObject({ name: 'Dave', subscription: 'both', ask: false })
      expect([...(item?.groups ?? [])].sort()).toEqual(['Chess', 'Work'])
      expect(carol.people.standing(dave.jid)).toMatchObject({
        name: 'Both',
        to: 'subscribed',
        from: 'subscribed',
      })
      expect(states.at(0)?.status).toMatch(/waiting|listing/)
      expect(states.at(-1)).toMatchObject({ status: 'ended', outcome: 'both' })
      const present = await next(carol.people.presenceOf(dave.jid), ({ available }) => available, 'presence')
      expect(present.best?.from?.toString()).toBe(dave.client.jid.toString())
    })

    it('makes friends without a request to anybody when both wish it', async () => {
      const [carol, dave] = await strangers()
      const both = [carol.people.befriend(dave.jid), dave.people.befriend(carol.jid)]
      expect(await Promise.all(both.map(({ settled }) => settled))).toMatchObject([
        { outcome: 'both' },
        { outcome: 'both' },
      ])
    })

    it('tells who asked of a refusal', async () => {
      const [carol, dave] = await strangers()
      const asking = carol.people.befriend(dave.jid)
      await dave.people.refuse(await requestOf(dave, carol))
      expect(await asking.settled).toMatchObject({ outcome: 'refused' })
      expect(carol.people.standing(dave.jid).to).toBe('none')
    })

    it('takes a request back', async () => {
      const [carol, dave] = await strangers()
      const asking = carol.people.befriend(dave.jid)
      await requestOf(dave, carol)
      expect(await asking.withdraw()).toMatchObject({ outcome: 'withdrawn' })
      await next(
        carol.people.roster$,
        (roster) => roster.get(dave.jid)?.ask !== true,
        'the request out of the roster',
      )
      const isKept = deviates('keeps a withdrawn request')
      await carol.client
        .request({ type: 'get', payload: xml('ping', ns.ping), to: dave.client.jid })
        .catch(() => {})
      const open = await next(
        dave.people.subscriptionRequests$,
        (requests) => requests.has(carol.jid) === isKept,
        'the withdrawal',
      )
      expect(open.has(carol.jid)).toBe(isKept)
    })

    it('goes on after a reconnect half-way, on either side', async () => {
      const [carol, dave] = await strangers()
      const asking = carol.people.befriend(dave.jid)
      await requestOf(dave, carol)
      await Promise.all([carol.client.disconnect(), dave.client.disconnect()])
      expect(asking.state).toMatchObject({ status: 'waiting' })
      await dave.client.connect()
      const accepting = dave.people.accept(await requestOf(dave, carol))
      // Where the server takes approvals in advance, it is both at once.
      await next(
        dave.people.roster$,
        (roster) => ['from', 'both'].includes(roster.get(carol.jid)?.subscription ?? ''),
        'the approval',
      )
      await dave.client.disconnect()
      await carol.client.connect()
      await next(carol.people.roster$, (roster) => roster.get(dave.jid)?.subscription !== 'none', 'the grant')
      await dave.client.connect()
      expect(await Promise.all([asking.settled, accepting.settled])).toMatchObject([
        { outcome: 'both' },
        { outcome: 'both' },
      ])
    })

    it('sees that another device has finished the handshake', async () => {
      const [carol, dave] = await strangers()
      const asking = dave.people.befriend(carol.jid)
      const other = await online('dave')
      await carol.people.subscribe(dave.jid)
      await other.people.approve(carol.jid)
      await carol.people.approve(dave.jid)
      expect(await asking.settled).toMatchObject({ outcome: 'both' })
      await stands(other, carol, 'both')
    })

    it('sees that another device has given the handshake up', async () => {
      const [carol, dave] = await strangers()
      const asking = dave.people.befriend(carol.jid)
      await next(
        asking.state$,
        (state) => state.status === 'handshaking' && state.to === 'awaited',
        'the request',
      )
      const other = await online('dave')
      await other.people.remove(carol.jid)
      expect(await asking.settled).toMatchObject({ outcome: 'withdrawn' })
    })

    it('lets somebody see one’s presence, and takes it back', async () => {
      const [carol, dave] = await strangers()
      await carol.people.subscribe(dave.jid)
      await requestOf(dave, carol)
      await dave.people.approve(carol.jid)
      await stands(carol, dave, 'to')
      await next(carol.people.presenceOf(dave.jid), ({ available }) => available, 'presence')
      expect(dave.people.standing(carol.jid).name).toBe('From')
      await dave.people.refuse(carol.jid)
      await stands(carol, dave, 'none')
      await next(carol.people.presenceOf(dave.jid), ({ available }) => !available, 'absence')
      expect(carol.people.standing(dave.jid).to).toBe('none')
    })

    it('ends a friendship, and keeps the contact in the list', async () => {
      const [carol, dave] = await strangers()
      await Promise.all(
        [carol.people.befriend(dave.jid), dave.people.befriend(carol.jid)].map(({ settled }) => settled),
      )
      await carol.people.unfriend(dave.jid)
      await Promise.all([stands(carol, dave, 'none'), stands(dave, carol, 'none')])
      expect(carol.people.standing(dave.jid)).toMatchObject({ to: 'none' })
    })

    it('returns from each edit when the list shows it, with several groups', async () => {
      const erin = await online('erin')
      const jid = `${tag()}@elsewhere.test`
      const now = async () => (await firstValueFrom(erin.people.roster$)).get(jid)
      await erin.people.add(jid, { name: 'Somebody', groups: ['A', 'B', 'C'] })
      expect(await now()).toMatchObject({ name: 'Somebody', subscription: 'none' })
      await erin.people.update(jid, { groups: ['B', 'D'] })
      expect([(await now())?.name, [...((await now())?.groups ?? [])].sort()]).toEqual([
        'Somebody',
        ['B', 'D'],
      ])
      await erin.people.update(jid, { name: 'Somebody else' })
      expect([...((await now())?.groups ?? [])].sort()).toEqual(['B', 'D'])
      await erin.people.remove(jid)
      expect(await now()).toBeUndefined()
      await expect(erin.people.update(jid, { name: 'Nobody' })).rejects.toMatchObject({
        code: 'stanza.item-not-found',
      })
      const code = await erin.people.remove(jid).then(
        () => 'confirmed',
        (error: unknown) => (error instanceof XmppError ? error.code : error),
      )
      expect(code).toBe(deviates('confirms the removal of nobody') ? 'confirmed' : 'stanza.item-not-found')
    })

    it('learns what another device has changed meanwhile', async () => {
      const erin = await online('erin')
      const other = await online('erin')
      const [kept, gone, fresh] = [tag(), tag(), tag()].map((word) => `${word}@elsewhere.test`)
      if (kept === undefined || gone === undefined || fresh === undefined) throw new Error('no names')
      await erin.people.add(kept, { name: 'Kept' })
      await erin.people.add(gone, { name: 'Gone' })
      await erin.client.disconnect()
      await other.people.remove(gone)
      await other.people.add(fresh, { name: 'Fresh' })
      await other.people.update(kept, { name: 'Changed' })
      await erin.client.connect()
      const roster = await firstValueFrom(
        erin.people.roster$.pipe(
          filter((each) => each.has(fresh) && !each.has(gone) && each.get(kept)?.name === 'Changed'),
          timeout(10_000),
        ),
      )
      expect(roster.get(fresh)?.name).toBe('Fresh')
      for (const jid of [kept, fresh]) await other.people.remove(jid)
    })
  })
}
