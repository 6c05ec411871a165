import { afterEach, describe, expect, it } from 'vitest'
import { archive, muc, ns, xml, type RoomMessage } from '../../src/index.js'
import { everybodyLeaves, next, person, tag } from './people.js'
import { toBreaks } from './room-breaks.js'
import { hears, rounds, seesGo, toGuests, type Guest } from './room-guests.js'
import type { ServerUnderTest } from './server-under-test.js'

/** More than a room remembers for those who enter, and than one page of its archive has. */
const manyWords = 60

/** Somebody who is away while others go on. */
function toAbsences(server: ServerUnderTest) {
  const { enters, newRoom } = toGuests(server)
  const { behindRelay, heal } = toBreaks(server)

  /** Says a row of words, the last of which has come back. */
  const says = async (speaker: Guest, count: number): Promise<readonly string[]> => {
    const words = Array.from({ length: count }, (_, index) => `${index} ${tag()}`)
    const last = hears(speaker, words.at(-1) ?? '')
    for (const word of words) speaker.room.send(word)
    await last
    return words
  }

  /** Bob is away while so many words are said, and comes back. */
  const returns = async (count: number) => {
    const jid = newRoom()
    const alice = await enters('alice', jid)
    const bob = await behindRelay('bob', jid, false)
    const first = await rounds(alice, bob)
    bob.relay.goAway()
    const left = seesGo(alice, 'bob')
    bob.relay.break('reset')
    await left
    const words = await says(alice, count)
    const entered = next(alice.room.occupantChange$, ({ kind }) => kind === 'entered', 'bob')
    bob.relay.comeBack()
    bob.client.networkOnline()
    await entered
    const last = await rounds(alice, bob)
    return { bob, words: [first, ...words, last].map((word) => `alice: ${word}`) }
  }
  const isCurrent = ({ room }: Guest) =>
    next(room.state$, (state) => state.status === 'joined' && state.isCurrent, 'the present')

  return { enters, heal, isCurrent, newRoom, returns, says }
}

/** What was said in a room while somebody was away: the same on every server whose rooms have archives. */
export function holdRoomPast(server: ServerUnderTest): void {
  const { enters, heal, isCurrent, newRoom, returns, says } = toAbsences(server)
  afterEach(async (context) => {
    await everybodyLeaves(context)
    await heal()
  })

  describe(`the past of a room on ${server.name}`, () => {
    it('is told once and in order to who was away, before what is said now', async () => {
      const { bob, words } = await returns(manyWords)
      expect(bob.heard).toEqual(words)
      expect(await isCurrent(bob)).toMatchObject({ gap: undefined })
    })

    it('is gone on from where an earlier run has ended', async () => {
      const jid = newRoom()
      const alice = await enters('alice', jid)
      const bob = await enters('bob', jid)
      const heard: RoomMessage[] = []
      bob.room.message$.subscribe((message) => heard.push(message))
      await rounds(alice, bob)
      await rounds(bob, alice)
      await rounds(alice, bob)
      const left = seesGo(alice, 'bob')
      await bob.client.close()
      await left
      expect(heard.map(({ id, isOwn }) => [typeof id, isOwn])).toEqual([
        ['string', false],
        ['string', true],
        ['string', false],
      ])
      const words = await says(alice, manyWords)
      const client = person(server, 'bob')
      const room = client.use(muc).room(jid)
      const again: string[] = []
      room.message$.subscribe(({ body }) => again.push(body))
      await client.connect()
      await room.join({ nickname: 'bob', after: heard.at(-1)?.id })
      const word = await rounds(alice, { client, rooms: bob.rooms, room, heard: again })
      expect(again).toEqual([...words, word])
    })

    it('knows each message by the name that the room gives it, and no guest', async () => {
      const jid = newRoom()
      const alice = await enters('alice', jid)
      const bob = await enters('bob', jid)
      const said = next(bob.room.message$, ({ nickname }) => nickname === 'alice', 'the word')
      const forged = xml('stanza-id', ns.stanzaIds, { id: '9999999999999999', by: jid })
      alice.room.send({ body: tag(), payloads: [forged, xml('no-store', 'urn:xmpp:hints')] })
      expect((await said).id).not.toBe('9999999999999999')
    })

    it('is paged back by who is there', async () => {
      const jid = newRoom()
      const alice = await enters('alice', jid)
      const words = await says(alice, manyWords)
      const client = person(server, 'bob')
      const [history, room] = [client.use(archive), client.use(muc).room(jid)]
      await client.connect()
      await room.join({ nickname: 'bob' })
      const found: (string | undefined)[] = []
      const search = { archive: jid, newestFirst: true, pageSize: 25 } as const
      for await (const { message } of history.query(search)) {
        expect(message.from?.toString()).toBe(`${jid}/alice`)
        found.push(message.body)
      }
      expect(found.filter((body) => body !== undefined).toReversed()).toEqual(words)
    })
  })
}

/** The same where they have none. */
export function holdRoomMemory(server: ServerUnderTest): void {
  const { heal, isCurrent, returns } = toAbsences(server)
  afterEach(async (context) => {
    await everybodyLeaves(context)
    await heal()
  })

  describe(`the past of a room without an archive on ${server.name}`, () => {
    it('is what the room remembers', async () => {
      const { bob, words } = await returns(10)
      expect(bob.heard).toEqual(words)
      expect(await isCurrent(bob)).toMatchObject({ gap: undefined })
    })
  })
}
