import type { StanzaErrorCondition } from '../errors.js'
import { toBindResultElement } from '../stanza/bind.js'
import { parseJid } from '../stanza/jid.js'
import { toIqElement } from '../stanza/iq.js'
import { toRosterElement, type RosterItemInput } from '../stanza/roster.js'
import { toSaslElement } from '../stanza/sasl.js'
import { toErrorReply } from '../stanza/stanza-error.js'
import { toStreamManagementElement } from '../stanza/stream-management.js'
import { toStreamFeaturesElement, type StreamFeatures } from '../stanza/stream-features.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { Reaction, ScriptedPeer } from './scripted-peer.js'

/** What a client waits for while it logs in, in order. */
export const loginPhases = [
  'header',
  'features',
  'authentication',
  'authenticatedHeader',
  'authenticatedFeatures',
  'binding',
] as const
/** A step of a login, by what the peer says in it. */
export type LoginPhase = (typeof loginPhases)[number]

/** What the peer says in a login. */
export interface LoginWords {
  /** The full JID that the client is given. Default `alice@example.test/scripted`. */
  readonly jid?: string | undefined
  /** Offered before authentication. Default: PLAIN, and STARTTLS first on a connection in clear. */
  readonly features?: Partial<StreamFeatures> | undefined
  /** Offered after it. Default: resource binding. */
  readonly authenticatedFeatures?: Partial<StreamFeatures> | undefined
  /** Default: empty. */
  readonly roster?: readonly RosterItemInput[] | undefined
  /** From here on the peer is silent: the client waits for this. Default: never. */
  readonly silentFrom?: LoginPhase | undefined
}

/** A server that lets everybody in, gives a roster, answers pings, and refuses stream management and any other request. */
export function logIn(words: LoginWords = {}): Reaction {
  let isAuthenticated = false
  const reach = (peer: ScriptedPeer, phase: LoginPhase, ...answer: readonly XmlElement[]): void => {
    if (peer.isSilent) return
    if (words.silentFrom === phase) peer.silence()
    else if (phase === 'header' || phase === 'authenticatedHeader') peer.openStream()
    else peer.say(...answer)
  }
  const meet = (peer: ScriptedPeer): void => {
    reach(peer, isAuthenticated ? 'authenticatedHeader' : 'header')
    const { features, authenticatedFeatures = { bind: true } } = words
    const offered = features ?? (peer.isSecure ? { mechanisms: ['PLAIN'] } : { starttls: { required: true } })
    reach(
      peer,
      isAuthenticated ? 'authenticatedFeatures' : 'features',
      toStreamFeaturesElement(isAuthenticated ? authenticatedFeatures : offered),
    )
  }
  const hear = (element: XmlElement, peer: ScriptedPeer): void => {
    if (element.is('starttls', ns.tls)) {
      peer.say(xml('proceed', ns.tls))
      void peer.startTls()
    } else if (element.is('auth', ns.sasl)) {
      reach(peer, 'authentication', toSaslElement({ kind: 'success', data: null }))
      isAuthenticated = true
      peer.restartStream()
    } else if (element.child('bind', ns.bind) !== undefined) {
      const payload = toBindResultElement(parseJid(words.jid ?? 'alice@example.test/scripted'))
      reach(peer, 'binding', answerTo(element, payload))
    } else if (element.is('enable', ns.streamManagement)) {
      refuseManagement(peer, 'feature-not-implemented')
    } else if (element.is('resume', ns.streamManagement)) {
      refuseManagement(peer, 'item-not-found')
    } else if (element.is('iq', ns.client)) answerRequest(element, peer, words)
  }
  return (heard, peer) => {
    if (heard.kind === 'header') meet(peer)
    else if (heard.kind === 'element') hear(heard.element, peer)
    else if (heard.kind === 'closing') {
      peer.closeStream()
      peer.hangUp()
    } else return false
    return true
  }
}

/** The result of a request. */
export function answerTo(request: XmlElement, payload?: XmlElement): XmlElement {
  return toIqElement({ type: 'result', id: request.attribute('id') ?? '', ...(payload && { payload }) })
}

/** @see XEP-0198 §3, §5 */
function refuseManagement(peer: ScriptedPeer, condition: StanzaErrorCondition): void {
  peer.say(toStreamManagementElement({ kind: 'failed', condition, h: undefined }))
}

function answerRequest(request: XmlElement, peer: ScriptedPeer, words: LoginWords): void {
  const type = request.attribute('type')
  if (type !== 'get' && type !== 'set') return
  const [payload] = request.elements()
  if (payload?.is('query', ns.roster) === true && type === 'get') {
    peer.say(answerTo(request, toRosterElement({ items: words.roster ?? [] })))
  } else if (payload?.is('ping', ns.ping) === true || payload?.is('session', ns.session) === true) {
    peer.say(answerTo(request))
  } else {
    const refusal = toErrorReply(request, { condition: 'service-unavailable' })
    if (refusal !== undefined) peer.say(refusal)
  }
}
