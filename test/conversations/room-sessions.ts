import { afterEach, describe, expect, it } from 'vitest'
import { muc } from '../../src/index.js'
import { everybodyLeaves, next, online, person, tag } from './people.js'
import { toBreaks } from './room-breaks.js'
import { hears, rounds, saidTo, seesGo, toGuests } from './room-guests.js'
import type { ServerUnderTest } from './server-under-test.js'

/** How long a word is on its way, in milliseconds: the connection ends meanwhile. */
const lateMs = 1_000

/** What becomes of people in a room when their connections end: the same on every server. */
export function holdRoomSessions(server: ServerUnderTest): void {
  const { enters, newRoom } = toGuests(server)
  const { back, behindRelay, heal } = toBreaks(server)
  afterEach(async (context) => {
    await everybodyLeaves(context)
    await heal()
  })

  describe(`who is in a room on ${server.name}`, () => {
    it('stays in where the session goes on after a break, and misses nothing', async () => {
      const jid = newRoom()
      const alice = await enters('alice', jid)
      const bob = await behindRelay('bob', jid, true)
      const kinds: string[] = []
      alice.room.occupantChange$.subscribe(({ kind }) => kinds.push(kind))
      const statuses: string[] = []
      bob.room.state$.subscribe(({ status }) => statuses.push(status))
      const words = [await rounds(alice, bob)]
      bob.relay.goAway()
      const suspended = next(bob.client.state$, ({ status }) => status === 'suspended', 'the break')
      bob.relay.break('reset')
      await suspended
      const meanwhile = bob.room.send(tag())
      words.push(await rounds(alice))
      bob.relay.comeBack()
      bob.client.networkOnline()
      await back(bob.client, true)
      words.push(await rounds(alice, bob))
      await next(meanwhile.status$, ({ status }) => status === 'received', 'the reflection')
      expect(bob.heard.filter((line) => line.startsWith('alice'))).toEqual(
        words.map((word) => `alice: ${word}`),
      )
      expect(bob.heard.filter((line) => line.startsWith('bob'))).toHaveLength(1)
      expect(kinds).not.toContain('left')
      expect(new Set(statuses)).toEqual(new Set(['joined']))
    })

    it('is seen to leave when the connection ends, comes back by itself, and misses nothing', async () => {
      const jid = newRoom()
      const alice = await enters('alice', jid)
      const bob = await behindRelay('bob', jid, false)
      const statuses: string[] = []
      bob.room.state$.subscribe(({ status }) => {
        if (statuses.at(-1) !== status) statuses.push(status)
      })
      const words = [await rounds(alice, bob)]
      bob.relay.goAway()
      const left = seesGo(alice, 'bob')
      bob.relay.break('reset')
      await Promise.all([left, next(bob.room.state$, ({ status }) => status === 'waiting', 'the break')])
      const mine = bob.room.send(`${tag()} kept`)
      words.push(await rounds(alice), await rounds(alice))
      const entered = next(alice.room.occupantChange$, ({ kind }) => kind === 'entered', 'bob')
      bob.relay.comeBack()
      bob.client.networkOnline()
      await entered
      await next(mine.status$, ({ status }) => status === 'received', 'the reflection')
      words.push(await rounds(alice, bob))
      expect(statuses).toEqual(['joined', 'waiting', 'joining', 'joined'])
      expect(bob.heard.filter((line) => line.startsWith('alice'))).toEqual(
        words.map((word) => `alice: ${word}`),
      )
      expect(alice.heard.filter((line) => line.endsWith('kept'))).toHaveLength(1)
    })

    it('comes back where a session could not be resumed, with what was on its way', async () => {
      const jid = newRoom()
      const alice = await enters('alice', jid)
      const bob = await behindRelay('bob', jid, true)
      const words = [await rounds(alice, bob)]
      bob.relay.goAway()
      const suspended = next(bob.client.state$, ({ status }) => status === 'suspended', 'the break')
      bob.relay.break('reset')
      await suspended
      const sent = [`${tag()} sent`, `${tag()} sent`]
      const deliveries = sent.map((word) => bob.room.send(word))
      const left = seesGo(alice, 'bob')
      // Whoever takes the address ends the session that could have gone on.
      const other = await online(server, 'bob', { jid: bob.client.jid.toString() })
      await left
      await other.close()
      words.push(await rounds(alice))
      bob.relay.comeBack()
      bob.client.networkOnline()
      await back(bob.client, false)
      await Promise.all(
        deliveries.map(({ status$ }) =>
          next(status$, ({ status }) => status === 'received', 'the reflection'),
        ),
      )
      words.push(await rounds(alice, bob))
      expect(bob.heard.filter((line) => line.startsWith('alice'))).toEqual(
        words.map((word) => `alice: ${word}`),
      )
      expect(alice.heard.filter((line) => line.endsWith('sent'))).toEqual(sent.map((word) => `bob: ${word}`))
      expect([...alice.room.occupants.keys()].toSorted()).toEqual(['alice', 'bob'])
    })

    it.each([
      ['after', 'acknowledged'],
      ['before', 'acknowledged'],
      ['after', 'not acknowledged'],
      ['before', 'not acknowledged'],
    ] as const)(
      'is heard once by everybody where the connection ends %s the room has it, and what is sent is %s',
      async (when, managed) => {
        const jid = newRoom()
        const alice = await enters('alice', jid)
        const carol = await enters('carol', jid)
        const bob = await behindRelay('bob', jid, managed === 'acknowledged')
        await rounds(bob, alice, carol)
        const word = tag()
        const heard = [saidTo(alice, word), saidTo(carol, word)]
        const broken = next(bob.client.state$, ({ status }) => status !== 'online', 'the break')
        const left = seesGo(alice, 'bob')
        bob.relay.delay(lateMs)
        const delivery = bob.room.send(word)
        await (when === 'after'
          ? hears(alice, word)
          : next(delivery.status$, ({ status }) => status === 'written', 'what leaves'))
        bob.relay.goAway()
        bob.relay.break('reset')
        await broken
        expect(delivery.status.status).toBe('written')
        // The server would tell what it has had to who wants to go on.
        await bob.client.disconnect()
        // Whoever takes the address ends what has stayed of the session, which would say goodbye for the next one.
        if (managed === 'acknowledged')
          await (await online(server, 'bob', { jid: bob.client.jid.toString() })).close()
        await left
        expect(heard[0]).toEqual(when === 'after' ? [word] : [])
        const later = bob.room.send(`${word} later`)
        bob.relay.delay(0)
        bob.relay.comeBack()
        await bob.client.connect()
        for (const { status$ } of [delivery, later])
          await next(status$, ({ status }) => status === 'received', 'the reflection')
        await rounds(bob, alice, carol)
        expect(heard).toEqual([0, 1].map(() => [word, `${word} later`]))
      },
    )

    it('is told by the room, once it enters, what the server gives it of the session before', async () => {
      const jid = newRoom()
      const alice = await enters('alice', jid)
      const bob = await behindRelay('bob', jid, true)
      await rounds(alice, bob)
      bob.relay.goAway()
      const suspended = next(bob.client.state$, ({ status }) => status === 'suspended', 'the break')
      bob.relay.break('reset')
      await suspended
      const word = await rounds(alice)
      const left = seesGo(alice, 'bob')
      // As the next process does where one was killed, and kept nothing.
      const later = person(server, 'bob', { jid: bob.client.jid.toString() })
      const room = later.use(muc).room(jid)
      await later.connect()
      await left
      const told = next(room.message$, ({ body }) => body === word, 'the word')
      await room.join({ nickname: 'bob' })
      expect((await told).moment).toBeDefined()
    })

    it('misses nothing of a room where it had heard nothing, and had wanted nothing of before', async () => {
      const jid = newRoom()
      const alice = await enters('alice', jid)
      await rounds(alice)
      const bob = await behindRelay('bob', jid, false, { history: { maxMessages: 0 } })
      await next(bob.room.state$, (state) => state.status === 'joined' && state.isCurrent, 'the present')
      const left = seesGo(alice, 'bob')
      bob.relay.goAway()
      bob.relay.break('reset')
      await left
      const word = await rounds(alice)
      bob.relay.comeBack()
      bob.client.networkOnline()
      const end = await next(bob.room.message$, ({ body }) => body === word, 'what was missed')
      expect(end.moment).toBeDefined()
    })

    it('is not doubled there by many breaks', async () => {
      const jid = newRoom()
      const alice = await enters('alice', jid)
      const bob = await behindRelay('bob', jid, false)
      const words: string[] = []
      for (let count = 0; count < 3; count++) {
        words.push(await rounds(alice, bob))
        const left = seesGo(alice, 'bob')
        bob.relay.break('reset')
        await left
        words.push(await rounds(alice))
        bob.client.networkOnline()
        await next(bob.room.state$, ({ status }) => status === 'joined', 'the room')
      }
      words.push(await rounds(alice, bob))
      expect(bob.heard).toEqual(words.map((word) => `alice: ${word}`))
      expect([...alice.room.occupants.keys()].toSorted()).toEqual(['alice', 'bob'])
    })

    it('asks a silent room whether it still is, and stays', async () => {
      const jid = newRoom()
      await enters('alice', jid)
      const bob = await enters('bob', jid, { muc: { timeouts: { quietMs: 200 } } })
      const statuses: string[] = []
      bob.room.state$.subscribe((state) => statuses.push(state.status))
      // The room asks one’s own client what was asked of it, or answers for it.
      const pinged = next(
        bob.client.stanza$,
        ({ attributes, name }) =>
          name === 'iq' && attributes.some(({ name, value }) => name === 'from' && value === `${jid}/bob`),
        'a word of oneself through the room',
      )
      await pinged
      expect(bob.room.state).toMatchObject({ status: 'joined', isAnswering: true })
      expect(new Set(statuses)).toEqual(new Set(['joined']))
    })
  })
}
