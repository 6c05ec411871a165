import { describe, expect, it } from 'vitest'
import { rest, start, streamCondition } from '../spec/session.js'
import { leadTo, phases, type Phase } from './phases.js'
import { leaveNothingBehind } from './remains.js'
import { aftermath, createVictim, defeatedBy, framings, unharmed } from './victim.js'

leaveNothingBehind('still')

const sasl = 'urn:ietf:params:xml:ns:xmpp-sasl'
const tls = 'urn:ietf:params:xml:ns:xmpp-tls'
const streams = "xmlns:stream='http://etherx.jabber.org/streams'"
const streamError = `<stream:error ${streams}>${streamCondition('conflict')}</stream:error>`

/** Words that mean something as a direct child of the stream, in one phase each. */
const negotiation = [
  ['the features', `<stream:features ${streams}><starttls xmlns='${tls}'/></stream:features>`],
  ['the go-ahead of TLS', `<proceed xmlns='${tls}'/>`],
  ['the failure of TLS', `<failure xmlns='${tls}'/>`],
  ['a challenge', `<challenge xmlns='${sasl}'>cj1h</challenge>`],
  ['a success', `<success xmlns='${sasl}'/>`],
  ['a failure', `<failure xmlns='${sasl}'><not-authorized/></failure>`],
  ['a request to authenticate', `<auth xmlns='${sasl}' mechanism='PLAIN'/>`],
  ['a go-ahead of compression', "<compressed xmlns='http://jabber.org/protocol/compress'/>"],
  ['an acknowledgement', "<a xmlns='urn:xmpp:sm:3' h='4294967295'/>"],
  ['a request to acknowledge', "<r xmlns='urn:xmpp:sm:3'/>"],
  ['a failure of stream management', "<failed xmlns='urn:xmpp:sm:3'/>"],
  ['a success of SASL 2', "<success xmlns='urn:xmpp:sasl:2'/>"],
] as const

const buried = [
  ...negotiation,
  ['a stream error', streamError],
  ['an opening of a framed stream', "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0'/>"],
  ['an end of a framed stream', "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>"],
  ['a redirection', "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='wss://evil.test/'/>"],
  [
    'a roster push',
    "<iq xmlns='jabber:client' type='set' id='x'><query xmlns='jabber:iq:roster'><item jid='mallory@evil.test' subscription='both'/></query></iq>",
  ],
  [
    'a bare list of contacts',
    "<query xmlns='jabber:iq:roster'><item jid='mallory@evil.test' subscription='both'/></query>",
  ],
  ['a ping', "<iq xmlns='jabber:client' type='get' id='x'><ping xmlns='urn:xmpp:ping'/></iq>"],
  ['a bound address', "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>mallory@evil.test/x</jid></bind>"],
] as const

const places: readonly (readonly [where: string, bury: (what: string) => string])[] = [
  ['a body', (what) => `<message from='mallory@evil.test'><body>${what}</body></message>`],
  ['a message', (what) => `<message from='mallory@evil.test'>${what}</message>`],
  [
    'a payload of a payload',
    (what) =>
      `<message from='mallory@evil.test'><event xmlns='http://jabber.org/protocol/pubsub#event'><items><item>${what}</item></items></event></message>`,
  ],
  [
    'a forwarded message',
    (what) =>
      `<message from='mallory@evil.test'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='example.test'>${what}</message></forwarded></message>`,
  ],
  ['a presence', (what) => `<presence from='mallory@evil.test/x'>${what}</presence>`],
  ['an error', (what) => `<message type='error' from='mallory@evil.test'><error>${what}</error></message>`],
  [
    'an answer that nobody asked for',
    (what) => `<iq type='result' id='none' from='mallory@evil.test/x'><x xmlns='urn:x'>${what}</x></iq>`,
  ],
]

const stanza = (text: string) => text.replace(/^<\w+/, (start) => `${start} xmlns='jabber:client'`)

describe.each(framings)('A15: over %s,', (framing) => {
  describe.each(places)('inside %s', (_where, bury) => {
    it.each(buried)('%s means nothing', async (_what, element) => {
      const victim = await createVictim(framing)
      const { raw } = victim.peer
      victim.peer.say(stanza(bury(element)))
      await rest()
      expect(victim.peer.raw).toBe(raw)
      expect(victim.reached.stanzas).toHaveLength(1)
      expect(victim.reached.contacts).toEqual([])
      expect(await aftermath(victim)).toEqual(unharmed)
    })
  })

  it('an answer inside another stanza answers nothing', async () => {
    const victim = await createVictim(framing)
    const forged = `<iq xmlns='jabber:client' type='result' id='${victim.requestId}' from='bob@example.test/home'><query xmlns='urn:example:thing'/></iq>`
    for (const [, bury] of places) victim.peer.say(stanza(bury(forged)))
    expect(await aftermath(victim)).toEqual(unharmed)
  })

  it('what is buried reaches the app as plain data', async () => {
    const { peer, reached } = await createVictim(framing)
    peer.say(stanza(`<message from='bob@example.test'><body>hi</body>${streamError}</message>`))
    await rest()
    expect(reached.messages).toMatchObject([{ body: 'hi', error: undefined, payloads: [{ name: 'error' }] }])
  })

  it.each(negotiation)('%s that comes while online means nothing', async (_what, element) => {
    const victim = await createVictim(framing)
    const { raw } = victim.peer
    victim.peer.say(element)
    await rest()
    expect(victim.peer.raw).toBe(raw)
    expect(victim.reached).toEqual({ stanzas: [], messages: [], presences: [], contacts: [] })
    expect(await aftermath(victim)).toEqual(unharmed)
  })

  it.each([
    ['an error of the content namespace', "<error xmlns='jabber:client'/>"],
    ['an error without a namespace', "<error xmlns=''/>"],
    ['features of the content namespace', "<features xmlns='jabber:client'/>"],
  ])('%s is no word of the stream', async (_what, element) => {
    const victim = await createVictim(framing)
    victim.peer.say(element)
    expect(await aftermath(victim)).toEqual(unharmed)
  })

  it('a stream error at its own place is one, and settles everything', async () => {
    const victim = await createVictim(framing)
    victim.peer.say(streamError)
    expect(await aftermath(victim)).toEqual(defeatedBy('stream.conflict'))
  })

  const expected: Readonly<Record<Phase, readonly string[]>> = {
    'the stream header': [],
    'the stream features': ['the features'],
    'the answer to the authentication': ['a challenge', 'a success', 'a failure'],
    'the header of the authenticated stream': [],
    'the features of the authenticated stream': ['the features'],
    'the answer to the binding': [],
  }
  describe.each(phases)('instead of %s', (phase) => {
    it.each(negotiation.filter(([what]) => !expected[phase].includes(what)))(
      '%s ends the stream',
      async (_what, element) => {
        const { client, peer, outcome } = start({}, { framing, secure: true })
        const server = await peer()
        await leadTo(phase, server, framing)
        server.say(element)
        await rest()
        expect(await outcome).toMatchObject({ code: 'protocol.bad-format' })
        expect(client.state).toMatchObject({ status: 'halted' })
        expect(server.ended).toBe(true)
      },
    )
  })
})
