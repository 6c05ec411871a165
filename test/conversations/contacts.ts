import { afterEach, describe, expect, it } from 'vitest'
import { filter, firstValueFrom, timeout } from 'rxjs'
import { ns, xml, XmppError, type Befriending, type BefriendingState } from '../../src/index.js'
import { toMeetingPlace, type Person } from './meeting-place.js'
import { everybodyLeaves, next, tag } from './people.js'
import type { Deviation, ServerUnderTest } from './server-under-test.js'

/** Every handshake between two real clients: the same transcript on every server. */
export function holdContacts(server: ServerUnderTest): void {
  afterEach(everybodyLeaves)

  const deviates = (deviation: Deviation) => server.deviations?.includes(deviation) === true
  const { friends, online, requestOf, stands, strangers } = toMeetingPlace(server)
  /** One server forgets the other's user, who hears nothing of it behind a block (XEP-0191). */
  const forget = async (one: Person, other: Person) => {
    await block(other, 'block', one.jid)
    await one.people.unfriend(other.jid)
    await stands(one, other, 'none')
    await block(other, 'unblock', one.jid)
  }
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
      const [carol, dave] = await friends()
      await carol.people.unfriend(dave.jid)
      await Promise.all([stands(carol, dave, 'none'), stands(dave, carol, 'none')])
      expect(carol.people.standing(dave.jid)).toMatchObject({ to: 'none' })
    })

    it('lets somebody in before they ask, where the server takes approvals in advance', async () => {
      const [carol, dave] = await strangers()
      await carol.people.approve(dave.jid)
      const isOffered =
        carol.client.state.status === 'online' && carol.client.state.features.includes(preApproval)
      expect(isOffered).toBe(!deviates('takes no approval in advance'))
      const isTold = isOffered && !deviates('tells of no approval in advance')
      expect((await firstValueFrom(carol.people.roster$)).get(dave.jid)?.approved === true).toBe(isTold)
      await dave.people.subscribe(carol.jid)
      const roster = await stands(dave, carol, isOffered ? 'to' : 'none')
      expect(roster.get(carol.jid)?.ask).toBe(!isOffered)
      const open = await next(
        carol.people.subscriptionRequests$,
        (requests) => requests.has(dave.jid) === !isOffered,
        'the request, or none',
      )
      expect(open.size).toBe(isOffered ? 0 : 1)
    })

    it('takes an approval in advance back', async () => {
      const [carol, dave] = await strangers()
      await carol.people.approve(dave.jid)
      await carol.people.refuse(dave.jid)
      await dave.people.subscribe(carol.jid)
      const isKept = deviates('keeps an approval that was taken back')
      const roster = await stands(dave, carol, isKept ? 'to' : 'none')
      expect(roster.get(carol.jid)?.ask).toBe(!isKept)
    })

    it('mends what two servers believe differently', async () => {
      const [carol, dave] = await friends()
      await forget(carol, dave)
      const theirs = { to: 'none', from: 'none' } as const
      expect(dave.people.diagnose(carol.jid, theirs).verdict).toBe('inconsistent')
      const repair = await dave.people.repair(carol.jid, { theirs })
      expect(repair.stanzas.toSorted()).toEqual(['unsubscribe', 'unsubscribed'])
      await stands(dave, carol, 'none')
      expect(dave.people.standing(carol.jid).name).toBe('None')
      expect(await dave.people.repair(carol.jid, { theirs })).toMatchObject({ stanzas: [], byContact: [] })
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
          timeout(45_000),
        ),
      )
      expect(roster.get(fresh)?.name).toBe('Fresh')
      for (const jid of [kept, fresh]) await other.people.remove(jid)
    })
  })
}

const preApproval = '{urn:xmpp:features:pre-approval}sub'

async function block({ client }: Person, name: 'block' | 'unblock', jid: string): Promise<void> {
  const blocking = 'urn:xmpp:blocking'
  await client.request({ type: 'set', payload: xml(name, blocking, {}, xml('item', blocking, { jid })) })
}
