import { describe, expect, it } from 'vitest'
import { rest, start } from '../spec/session.js'
import { isBeforeHeader, leadTo, phases } from './phases.js'
import { leaveNothingBehind } from './remains.js'
import { framings, listen } from './victim.js'

leaveNothingBehind('still')

const stanzas = [
  ['a message', "<message xmlns='jabber:client' from='mallory@evil.test'><body>early</body></message>"],
  ['presence', "<presence xmlns='jabber:client' from='mallory@evil.test/x'/>"],
  ['a subscription request', "<presence xmlns='jabber:client' type='subscribe' from='mallory@evil.test'/>"],
  ['a ping', "<iq xmlns='jabber:client' type='get' id='early'><ping xmlns='urn:xmpp:ping'/></iq>"],
  [
    'a roster push',
    "<iq xmlns='jabber:client' type='set' id='early'><query xmlns='jabber:iq:roster'><item jid='mallory@evil.test' subscription='both'/></query></iq>",
  ],
  ['an answer', "<iq xmlns='jabber:client' type='result' id='early'/>"],
] as const

describe.each(framings)('A13: before there is a session, over %s,', (framing) => {
  describe.each(phases)('instead of %s', (phase) => {
    it.each(stanzas)('%s ends the stream, is not delivered and not answered', async (_what, stanza) => {
      const { client, peer, outcome } = start({}, { framing, secure: true })
      const reached = listen(client)
      const server = await peer()
      await leadTo(phase, server, framing)
      const { length } = server.elements
      server.say(stanza)
      await rest()

      const condition = isBeforeHeader(phase) ? 'bad-format' : 'not-authorized'
      const error = await outcome
      expect(error).toMatchObject({ code: `protocol.${condition}` })
      expect(client.state).toMatchObject({ status: 'halted', error })
      expect(server.raw).toMatch(new RegExp(`<${condition} xmlns=.urn:ietf:params:xml:ns:xmpp-streams./>`))
      expect(server.elements.slice(length).map(({ name }) => name)).toEqual(['error'])
      expect(server.ended).toBe(true)
      expect(reached).toEqual({ stanzas: [], messages: [], presences: [], contacts: [] })
    })
  })

  it('what a client has to say to somebody waits or fails at once, and nothing is said to anybody', async () => {
    const { client, peer } = start({}, { framing, secure: true })
    const server = await peer()
    await leadTo('the answer to the binding', server, framing)
    const { raw } = server
    const delivery = client.send({ to: 'bob@example.test', body: 'too early' })
    expect(delivery.status).toEqual({ status: 'queued' })
    expect(() => client.sendPresence({ to: 'bob@example.test' })).toThrow('not online')
    client.sendPresence()
    await rest()
    expect(server.raw).toBe(raw)
  })
})
