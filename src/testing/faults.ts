import { saslFailureConditions, streamErrorConditions, type StreamErrorCondition } from '../errors.js'
import { toBindResultElement } from '../stanza/bind.js'
import { toIqElement } from '../stanza/iq.js'
import { parseJid } from '../stanza/jid.js'
import { toRosterElement } from '../stanza/roster.js'
import { toSaslElement } from '../stanza/sasl.js'
import { toStreamFeaturesElement } from '../stanza/stream-features.js'
import { toStreamManagementElement } from '../stanza/stream-management.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { ScriptedPeer } from './scripted-peer.js'
import { answerTo } from './scripted-peer-login.js'

/** Something that a server or a network does and should not do. */
export interface Fault {
  readonly name: string
  /** `fatal`: no session survives it. `stray`: a word out of place, which a session may survive where it means nothing. */
  readonly kind: 'fatal' | 'stream error' | 'SASL failure' | 'stray'
  /** Codes of the errors that it ends a session with, where the client waits for it or is online. */
  readonly code: RegExp
  /** Of a stream error. */
  readonly condition?: StreamErrorCondition | undefined
  /** Absent where it can happen over both. */
  readonly framing?: 'frames' | undefined
  /** Lets it happen. */
  readonly strike: (peer: ScriptedPeer) => void
}

const fatal = (name: string, code: RegExp, strike: Fault['strike']): Fault => ({
  name,
  kind: 'fatal',
  code,
  strike,
})

/** What is said of a stream has to be within one. */
const within = (peer: ScriptedPeer, ...words: readonly (XmlElement | string)[]): void => {
  if (!peer.isOpen) peer.openStream()
  peer.say(...words)
}

const anyError = /^[a-z]+\.[a-z-]+$/

const stray = (name: string, ...words: readonly XmlElement[]): Fault => ({
  name: `says ${name}, out of place`,
  kind: 'stray',
  code: anyError,
  strike: (peer) => within(peer, ...words),
})

/** The connection ends, or what comes over it is no XMPP. */
const fatalFaults: readonly Fault[] = [
  fatal('hangs up', /^transport\.closed$/, (peer) => peer.hangUp()),
  fatal('cuts the connection', /^transport\.(?:closed|reset)$/, (peer) => peer.reset()),
  fatal('closes the stream', /^transport\.closed$/, (peer) => peer.closeStream()),
  fatal('falls silent', /^timeout\./, (peer) => peer.silence()),
  fatal('speaks another protocol', /^protocol\./, (peer) =>
    peer.say('\u0001 HTTP/1.1 400 Bad Request\r\n\r\n<<<'),
  ),
  fatal('says half a tag', /^(?:protocol|transport)\./, (peer) => {
    within(peer, "<iq type='res")
    peer.hangUp()
  }),
  fatal('mixes its tags', /^protocol\./, (peer) => within(peer, '<a><b></a>')),
  fatal('opens a document type', /^protocol\./, (peer) => within(peer, '<!DOCTYPE a>')),
  fatal('says what no XML can carry', /^protocol\./, (peer) =>
    within(peer, '<message><body>\u0000</body></message>'),
  ),
]

/** What only a WebSocket can carry. @see RFC 7395 §3.3 */
const framingFaults: readonly Fault[] = [
  fatal('says an empty frame', /^protocol\.not-well-formed$/, (peer) => peer.say('')),
  fatal('says half a frame', /^protocol\./, (peer) => peer.say(`<open xmlns='${ns.framing}'>`)),
  fatal('says no word of framing', /^protocol\.bad-format$/, (peer) => peer.say(xml('x', ns.framing))),
].map((fault): Fault => ({ ...fault, framing: 'frames' }))

const bound = toBindResultElement(parseJid('alice@example.test/other'))

const strayWords: readonly Fault[] = [
  { name: 'opens a second stream', kind: 'stray', code: anyError, strike: (peer) => peer.openStream() },
  stray('features', toStreamFeaturesElement({ mechanisms: ['PLAIN'], bind: true })),
  stray('features twice', toStreamFeaturesElement({ bind: true }), toStreamFeaturesElement({ bind: true })),
  stray('proceed', xml('proceed', ns.tls)),
  stray('a refusal of TLS', xml('failure', ns.tls)),
  stray('a challenge', toSaslElement({ kind: 'challenge', data: new Uint8Array() })),
  stray('success', toSaslElement({ kind: 'success', data: null })),
  stray('a bound address', toIqElement({ type: 'result', id: 'nobody', payload: bound })),
  stray(
    'a roster that nobody asked for',
    toIqElement({ type: 'result', id: 'nobody', payload: toRosterElement() }),
  ),
  {
    name: 'says a message, out of place',
    kind: 'stray',
    code: /^protocol\.(?:bad-format|not-authorized)$/,
    strike: (peer) =>
      peer.say(xml('message', ns.client, { from: 'bob@example.test' }, xml('body', ns.client, {}, 'early'))),
  },
  stray(
    'that it counts',
    toStreamManagementElement({ kind: 'enabled', id: 'x', resume: true, max: 1, location: undefined }),
  ),
  stray('that it goes on', toStreamManagementElement({ kind: 'resumed', previd: 'x', h: 0 })),
  stray(
    'that it does not count',
    toStreamManagementElement({ kind: 'failed', condition: 'item-not-found', h: undefined }),
  ),
  stray('that it has more than was sent', toStreamManagementElement({ kind: 'a', h: 1_000_000 })),
  stray('what has no name here', xml('surprise', 'urn:example:surprise')),
  {
    name: 'answers everything again, the last first',
    kind: 'stray',
    code: anyError,
    strike: (peer) => {
      const requests = peer.elements.filter((element) => element.is('iq', ns.client))
      within(peer, ...requests.toReversed().flatMap((request) => [answerTo(request), answerTo(request)]))
    },
  },
]

/** Every fault: ends of the connection, garbage, each stream error and SASL failure, words twice and out of order. */
export const faults: readonly Fault[] = [
  ...fatalFaults,
  ...framingFaults,
  ...streamErrorConditions.map((condition): Fault => ({
    name: `ends the stream with ${condition}`,
    kind: 'stream error',
    code: new RegExp(`^stream\\.${condition}$`),
    condition,
    strike: (peer) => peer.fail({ condition, text: 'because' }),
  })),
  ...saslFailureConditions.map((condition): Fault => ({
    name: `refuses with ${condition}`,
    kind: 'SASL failure',
    code: new RegExp(`^(?:authentication\\.${condition}|protocol\\.bad-format)$`),
    strike: (peer) =>
      within(peer, toSaslElement({ kind: 'failure', condition, text: undefined, payloads: [] })),
  })),
  ...strayWords,
]
