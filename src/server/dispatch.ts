import type { ServedFault } from '../../machines/served-facts.js'
import { toBlockedCondition } from '../stanza/blocking.js'
import { Jid, tryParseJid } from '../stanza/jid.js'
import type { Presence } from '../stanza/presence.js'
import { toErrorReply, type StanzaErrorInput } from '../stanza/stanza-error.js'
import { parseStanza, type Stanza } from '../stanza/stanza.js'
import type { XmlElement } from '../xml/element.js'
import { serialize } from '../xml/serializer.js'
import { toEnvelope, type Envelope } from './envelope.js'
import { archive, copy } from './message-copies.js'
import { tellOfNodes } from './node-events.js'
import { answerProbe, becomeAvailable, becomeUnavailable, directPresence } from './presence-broadcast.js'
import type { Realm } from './realm.js'
import type { Resource } from './resource.js'
import { sendSubscription, type SubscriptionType } from './subscription-deeds.js'

/**
 * Takes what a client sends once it has an address, and does what it asks for.
 * @returns why the stream must end, if it must
 * @see RFC 6120 §8.1.2.1, §10.3
 */
export function dispatch(realm: Realm, resource: Resource, element: XmlElement): ServedFault | undefined {
  const claimed = element.attribute('from')
  if (claimed !== undefined && !isOwn(resource, claimed)) {
    return { condition: 'invalid-from', text: 'the stanza says that it comes from somebody else' }
  }
  const stanza = parseStanza(element)
  if (stanza === undefined) {
    return {
      condition: 'unsupported-stanza-type',
      text: 'this is neither a message, nor a presence, nor an IQ',
    }
  }
  if (stanza.kind === 'problem') {
    refuse(resource, element, { condition: stanza.condition, text: stanza.text, lang: 'en' })
  } else if (stanza.to !== undefined && resource.account.blocklist.blocks(stanza.to)) {
    // XEP-0191 §3.3
    refuse(resource, element, {
      condition: 'not-acceptable',
      type: 'cancel',
      application: toBlockedCondition(),
    })
  } else if (stanza.kind === 'presence') takePresence(realm, resource, stanza, element)
  else {
    const envelope = toEnvelope(element, resource.jid, stanza.to ?? resource.account.jid)
    if (stanza.kind === 'message') sendMessage(realm, resource, envelope)
    else realm.deliver(envelope)
  }
  return undefined
}

/** What is said to oneself is kept when it arrives. @see XEP-0280 §8, XEP-0313 §6.1.1 */
function sendMessage(realm: Realm, resource: Resource, envelope: Envelope): void {
  const { account } = resource
  const isToOneself = envelope.to.bare.equals(account.jid)
  if (!isToOneself) copy(account, 'sent', archive(realm, account, envelope), [resource])
  realm.deliver(envelope)
}

function isOwn({ jid }: Resource, claimed: string): boolean {
  const from = tryParseJid(claimed)
  return from instanceof Jid && (from.equals(jid) || from.equals(jid.bare))
}

function takePresence(realm: Realm, resource: Resource, presence: Presence, element: XmlElement): void {
  const { type, to } = presence
  const { jid } = resource
  if (to === undefined) broadcastPresence(realm, resource, presence, element)
  else if (isSubscription(type)) subscribe(realm, resource, to, type, element)
  else if (type === 'probe') probe(realm, resource, to)
  else if (type === 'error') realm.deliver(toEnvelope(element, jid, to))
  else directPresence(realm, resource, toEnvelope(element, jid, to))
}

/** @see RFC 6121 §4.2.2, §4.4.2, §4.5.2 */
function broadcastPresence(
  realm: Realm,
  resource: Resource,
  { type, priority }: Presence,
  element: XmlElement,
): void {
  if (type === undefined) {
    const before = resource.presence
    becomeAvailable(realm, resource, element, priority)
    tellOfNodes(realm, resource, before)
  } else if (type === 'unavailable') becomeUnavailable(realm, resource, element)
  else if (type !== 'error') {
    const text = `presence of type ${type} needs an address`
    refuse(resource, element, { condition: 'bad-request', text, lang: 'en' })
  }
}

function refuse(resource: Resource, element: XmlElement, error: StanzaErrorInput): void {
  const reply = toErrorReply(element, error)
  if (reply !== undefined) resource.send(reply)
}

function subscribe(
  realm: Realm,
  resource: Resource,
  to: Jid,
  type: SubscriptionType,
  element: XmlElement,
): void {
  const { account } = resource
  const contact = to.bare
  if (contact.equals(account.jid)) return
  if (account.roster.isFullFor(contact)) {
    return realm.refuse(toEnvelope(element, resource.jid, to), 'resource-constraint', 'the roster is full')
  }
  if (type === 'subscribe' && serialize(element).length > realm.limits.requestUnits) {
    return realm.refuse(toEnvelope(element, resource.jid, to), 'not-acceptable', 'the request is too long')
  }
  sendSubscription(realm, account, contact, type, element)
  if (!realm.isLocal(contact) && type === 'subscribe') {
    const isRoom = realm.rooms?.serves(contact) === true
    const condition = isRoom ? 'service-unavailable' : 'remote-server-not-found'
    realm.refuse(toEnvelope(element, resource.jid, to), condition)
  }
}

function probe(realm: Realm, resource: Resource, to: Jid): void {
  if (realm.isLocal(to)) answerProbe(realm, to, resource.jid)
}

function isSubscription(type: Stanza['type']): type is SubscriptionType {
  return type === 'subscribe' || type === 'subscribed' || type === 'unsubscribe' || type === 'unsubscribed'
}
