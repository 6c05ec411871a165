import { describe, expect, it } from 'vitest'
import { at, body, groupchat, inside, says, sentBy, statusOf } from '../spec/room.js'

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
      await says(peer, groupchat('Alice', body('Hello'), delivery.id) + error(at('Bob'), delivery.id, condition))
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
