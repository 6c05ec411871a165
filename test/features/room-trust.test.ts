import { describe, expect, it } from 'vitest'
import type { Room } from '../../src/index.js'
import {
  comesBackLate,
  at,
  body,
  entering,
  gone,
  groupchat,
  inside,
  outcomeOf,
  own,
  present,
  refused,
  says,
  seen,
  sentBy,
  statusOf,
  subject,
  tea,
} from '../spec/room.js'

const error = (from: string, id: string, condition: string) =>
  `<message type='error' from='${from}' to='alice@example.test/desk' id='${id}'>` +
  `<x xmlns='http://jabber.org/protocol/muc#user'/>` +
  `<error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`

describe('an occupant', () => {
  it.each(['not-acceptable', 'service-unavailable'])(
    'does not give back with %s what was said to everybody',
    async (condition) => {
      const { room, peer } = await inside()
      const delivery = room.send('Hello')
      await peer.next('message')
      const sent = await sentBy(peer, () => peer.say(error(at('Bob'), delivery.id, condition)))
      expect([sent, statusOf(room), delivery.status.status]).toEqual([[], 'joined', 'written'])
      await says(
        peer,
        groupchat('Alice', body('Hello'), delivery.id) + error(at('Bob'), delivery.id, condition),
      )
      expect(delivery.status.status).toBe('received')
    },
  )

  it('gives back what was said to it alone', async () => {
    const { room, peer } = await inside()
    const delivery = room.whisper('Bob', 'psst')
    await says(peer, error(at('Bob'), delivery.id, 'service-unavailable'))
    expect(delivery.status).toMatchObject({ status: 'failed', reason: { condition: 'service-unavailable' } })
  })
})

/** Whether somebody in the room learns what this client can do. */
async function answers({ peer }: Pick<Awaited<ReturnType<typeof inside>>, 'peer'>): Promise<string[]> {
  const request = `<iq type='get' from='${at('Bob')}' id='q'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`
  const sent = await sentBy(peer, () => peer.say(request))
  return sent.map(({ attributes }) => attributes['type'] ?? '')
}

describe('those in a room', () => {
  it('learn what one’s client can do while one is in, and no more once one has left', async () => {
    const session = await inside()
    expect(await answers(session)).toEqual(['result'])
    outcomeOf(session.room.leave())
    await says(session.peer, gone())
    expect(await answers(session)).toEqual(['error'])
  })

  it.each([
    ['kicked', gone('Alice', { codes: [307] })],
    ['banned', gone('Alice', { codes: [301] })],
    ['in a room that is gone', gone('Alice', { extension: '<destroy/>' })],
  ])('learn nothing any more of who is %s', async (_, words) => {
    const session = await inside()
    await says(session.peer, words)
    expect(statusOf(session.room)).toBe('outside')
    expect(await answers(session)).toEqual(['error'])
  })

  it('learn nothing of who was not let in', async () => {
    const session = await entering()
    await says(session.peer, refused('forbidden'))
    expect(await answers(session)).toEqual(['error'])
  })
})

describe('what is said while the service puts one out', () => {
  it('waits as well where it comes back', async () => {
    const { room, peer } = await inside({}, comesBackLate)
    const delivery = room.send('Hello')
    await peer.next('message')
    await says(peer, gone('Alice', { codes: [332] }) + error(tea, delivery.id, 'not-acceptable'))
    expect([statusOf(room), delivery.status.status]).toEqual(['returning', 'written'])
    outcomeOf(room.join({ nickname: 'Alice' }))
    await says(peer, own() + subject())
    const ids = peer.elements
      .filter(({ name }) => name === 'message')
      .map(({ attributes }) => attributes['id'])
    expect(ids).toEqual([delivery.id, delivery.id])
  })
})

describe('what a room calls its occupants (XEP-0421)', () => {
  const id = (name: string) => `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${name}'/>`
  const idsIn = (room: Room) => [...room.occupants.values()].map(({ occupantId }) => occupantId)

  it('is told of each, those included who were there before, and with what they say', async () => {
    const { peer, room } = await entering()
    const said = [seen(room.message$), seen(room.whisper$)]
    await says(peer, present('Bob', { content: id('b') }) + own('Alice', { content: id('a') }) + subject())
    await says(peer, present('Carol', { content: id('c') }))
    expect(idsIn(room)).toEqual(['b', 'a', 'c'])
    const whisper = `<message from='${at('Bob')}' type='chat'>${body('psst')}${id('b')}</message>`
    await says(peer, groupchat('Carol', body('Hello') + id('c')) + whisper)
    expect(said.map(({ values }) => values.map(({ occupantId }) => occupantId))).toEqual([['c'], ['b']])
    await says(peer, gone('Alice', { codes: [307] }))
    await says(peer, groupchat('Carol', body('Bye') + id('c')))
    expect(idsIn(room)).toEqual([])
  })

  it('is believed where one’s own presence has it alone: others can write what they like', async () => {
    const { peer, room } = await entering()
    const said = seen(room.message$)
    await says(peer, present('Bob', { content: id('forged') }) + own() + subject())
    await says(peer, present('Carol', { content: id('forged') }))
    await says(peer, groupchat('Carol', body('Hello') + id('forged')))
    expect(idsIn(room)).toEqual([undefined, undefined, undefined])
    expect(said.values).toMatchObject([{ body: 'Hello', occupantId: undefined }])
  })

  it('is believed in a room as it is now', async () => {
    const { peer, room } = await entering()
    await says(peer, own('Alice', { content: id('a') }) + subject() + gone('Alice', { codes: [307] }))
    outcomeOf(room.join({ nickname: 'Alice' }))
    await says(peer, present('Bob', { content: id('forged') }) + own() + subject())
    expect(idsIn(room)).toEqual([undefined, undefined])
  })
})
