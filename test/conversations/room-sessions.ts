import { afterEach, describe, expect, it } from 'vitest'
import { everybodyLeaves, next, online, tag } from './people.js'
import { toBreaks } from './room-breaks.js'
import { rounds, seesGo, toGuests } from './room-guests.js'
import type { ServerUnderTest } from './server-under-test.js'

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
