import type { AccountRequest, ServedFault, ServedSessionEvent } from '../../machines/served-facts.js'
import type { SaslFailureCondition, StanzaErrorCondition } from '../errors.js'
import type { SaslOffer } from '../sasl/downgrade-protection.js'
import { toBindResultElement } from '../stanza/bind.js'
import { toIqElement } from '../stanza/iq.js'
import { Jid, tryParseJid } from '../stanza/jid.js'
import { parseSaslElement, toSaslElement } from '../stanza/sasl.js'
import { toErrorReply } from '../stanza/stanza-error.js'
import { toStreamErrorElement } from '../stanza/stream-error.js'
import { toStreamFeaturesElement } from '../stanza/stream-features.js'
import { toHandledCountTooHigh, toStreamManagementElement } from '../stanza/stream-management.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** What an element means to the chart of a session that is not established. */
export function toEvent(element: XmlElement): ServedSessionEvent {
  if (element.is('starttls', ns.tls)) return { type: 'tls.requested' }
  if (element.namespace === ns.sasl) return toSaslEvent(element)
  if (element.is('error', ns.streams)) return { type: 'stream.ended' }
  if (element.namespace !== ns.client || !stanzaNames.has(element.name)) return { type: 'element.received' }
  const request = element.name === 'iq' ? toAccountRequest(element) : undefined
  if (request !== undefined) return { type: 'account.requested', request }
  const isBind = element.attribute('type') === 'set' && element.child('bind', ns.bind) !== undefined
  return { type: isBind && element.name === 'iq' ? 'resource.requested' : 'stanza.received' }
}

function toAccountRequest(element: XmlElement): AccountRequest | undefined {
  const type = element.attribute('type')
  const [payload] = element.elements(undefined)
  if ((type !== 'get' && type !== 'set') || payload === undefined) return undefined
  if (payload.is('query', ns.legacyAuth)) return 'identification'
  if (payload.is('preauth', ns.preAuthentication)) return 'invitation'
  return payload.is('query', ns.register) ? 'registration' : undefined
}

/** What goes its own way once there is a session. */
export const isOfStanza = ({ type }: ServedSessionEvent): boolean =>
  type === 'account.requested' || type === 'resource.requested' || type === 'stanza.received'

const stanzaNames: ReadonlySet<string> = new Set(['message', 'presence', 'iq'])

function toSaslEvent(element: XmlElement): ServedSessionEvent {
  switch (element.name) {
    case 'auth':
      return { type: 'sasl.begun', mechanism: element.attribute('mechanism') ?? '' }
    case 'response':
      return { type: 'sasl.responded' }
    case 'abort':
      return { type: 'sasl.aborted' }
    default:
      return { type: 'element.received' }
  }
}

/** The data of `<auth/>` or `<response/>`, or why there is none that can be read (RFC 6120 §6.5). */
export function readSaslData(
  element: XmlElement,
): { readonly data: Uint8Array | null } | { readonly condition: SaslFailureCondition } {
  const parsed = parseSaslElement(element)
  if (parsed.kind === 'auth' || parsed.kind === 'response') return { data: parsed.data }
  return { condition: parsed.kind === 'problem' ? parsed.condition : 'malformed-request' }
}

/** What a stream offers before authentication; nothing but TLS where that must come first (RFC 6120 §5.3.1). */
export function toOpenFeatures(
  offer: SaslOffer,
  startTls: { readonly required: boolean } | undefined,
  accountRequests: readonly AccountRequest[],
): XmlElement {
  return toStreamFeaturesElement({
    starttls: startTls,
    registration: accountRequests.includes('registration'),
    legacyAuthentication: accountRequests.includes('identification'),
    others: accountRequests.includes('invitation') ? [xml('register', ns.invitationFeature)] : [],
    mechanisms: offer.mechanisms,
    channelBindings: offer.channelBindings,
  })
}

/** What a stream offers to a client that has authenticated. */
export function toBindingFeatures(): XmlElement {
  return toStreamFeaturesElement({
    bind: true,
    session: { optional: true },
    streamManagement: true,
    clientState: true,
    rosterVersioning: true,
    subscriptionPreApproval: true,
  })
}

export const proceed = xml('proceed', ns.tls)
export const tlsFailure = xml('failure', ns.tls)

/** Why an authentication failed, in words that tell nothing about the account. */
export function toSaslFailure(condition: SaslFailureCondition, text: string | undefined): XmlElement {
  return toSaslElement({ kind: 'failure', condition, text, payloads: [] })
}

/** The resource that a bind request wants: prepared, `undefined` for any, `null` for one that cannot be (RFC 6120 §7.7). */
export function readWantedResource(request: XmlElement, account: Jid): string | undefined | null {
  const text = request.child('bind', ns.bind)?.child('resource')?.text() ?? ''
  return text === '' ? undefined : readResource(text, account)
}

/** A resource as prepared; `null` for one that cannot be. */
export function readResource(text: string, account: Jid): string | null {
  const jid = tryParseJid(`${account}/${text}`)
  return jid instanceof Jid ? (jid.resource ?? null) : null
}

/** Why a stream ends. */
export function toFault({ condition, text, overcount }: ServedFault): XmlElement {
  const application = overcount && toHandledCountTooHigh(overcount.handled, overcount.sent)
  return toStreamErrorElement({ condition, text, lang: 'en', application })
}

/** The refusal to enable or to resume. */
export function toManagementFailure(condition: StanzaErrorCondition, h?: number): XmlElement {
  return toStreamManagementElement({ kind: 'failed', condition, h })
}

/** The client's full JID, in answer to its bind request. */
export function toBound(request: XmlElement, jid: Jid): XmlElement {
  return toIqElement({ type: 'result', id: request.attribute('id') ?? '', payload: toBindResultElement(jid) })
}

/** The refusal of a bind request. */
export function toBindRefusal(request: XmlElement, condition: StanzaErrorCondition): XmlElement | undefined {
  return toErrorReply(request, { condition })
}
