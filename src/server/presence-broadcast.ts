import { toBlockedNames } from '../stanza/blocking.js'
import type { Jid } from '../stanza/jid.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { Account } from './account.js'
import { toEnvelope, type Envelope } from './envelope.js'
import { takeOffline } from './offline.js'
import type { Realm } from './realm.js'
import type { Resource } from './resource.js'

/**
 * The resource is available, or its availability has changed: everybody who may know hears of it. The first time it hears
 * of the others too, of requests that wait for an answer, and of messages that came meanwhile.
 * @see RFC 6121 §4.2, §4.4
 */
export function becomeAvailable(
  realm: Realm,
  resource: Resource,
  presence: XmlElement,
  priority: number,
): void {
  resource.priority = priority
  if (resource.visibility === 'invisible') return
  const isInitial = resource.presence === undefined
  resource.presence = presence
  broadcast(realm, resource, presence)
  if (isInitial) {
    tellOfOthers(realm, resource)
    tellOfRequests(resource)
  }
  tellOfMessages(resource)
}

/**
 * Whoever has seen the resource hears that it is gone, and from now on it is there unseen: what is for the account reaches
 * it, what it says to everybody reaches nobody. Directed presence goes on.
 * @param probe whether it hears who else is there, if it did not before
 * @see XEP-0186 §3.1
 */
export function becomeInvisible(realm: Realm, resource: Resource, probe: boolean): void {
  if (resource.visibility === 'invisible') return
  const isInitial = resource.presence === undefined
  becomeUnavailable(realm, resource)
  resource.visibility = 'invisible'
  if (!isInitial) return
  if (probe) tellOfOthers(realm, resource)
  tellOfRequests(resource)
  tellOfMessages(resource)
}

/**
 * The resource may be seen again: it is as one that has not sent its presence yet, which is for its client to do.
 * @see XEP-0186 §3.2
 */
export function becomeVisible(resource: Resource): void {
  resource.visibility = 'visible'
}

/**
 * The resource is no longer available, by its own word or because its session has ended: whoever has seen it available
 * hears of that, those included who have seen only directed presence.
 * @see RFC 6121 §4.5, §4.6.3
 */
export function becomeUnavailable(realm: Realm, resource: Resource, presence = unavailable()): void {
  const told = new Set<string>()
  noteLeaving(realm, resource, presence)
  if (resource.presence !== undefined) {
    for (const jid of subscribersOf(resource.account)) told.add(jid.toString())
    broadcast(realm, resource, presence)
    resource.presence = undefined
  }
  for (const jid of resource.directed.values()) {
    if (!told.has(jid.toString()) && !told.has(jid.bare.toString())) {
      realm.deliver(toEnvelope(presence, resource.jid, jid))
    }
  }
  resource.directed.clear()
}

/**
 * Presence for one address alone; the server remembers who must hear of the end.
 * @see RFC 6121 §4.6
 */
export function directPresence(realm: Realm, resource: Resource, envelope: Envelope): void {
  const key = envelope.to.toString()
  if (envelope.element.attribute('type') === 'unavailable') resource.directed.delete(key)
  else if (resource.directed.has(key) || resource.directed.size < realm.limits.directedPresences) {
    resource.directed.set(key, envelope.to)
  } else {
    realm.refuse(envelope, 'resource-constraint', 'presence was sent to too many addresses')
    return
  }
  realm.deliver(envelope)
}

/**
 * An address that is about to be blocked hears that every resource it sees is gone.
 * @see XEP-0191 §3.3
 */
export function hideFrom(realm: Realm, account: Account, blocked: Jid): void {
  for (const to of seersAmong(account, blocked)) retractPresence(realm, account, to)
  for (const { directed, jid } of account.resources.values()) {
    for (const [key, to] of directed) {
      if (!isBlockedBy(to, blocked)) continue
      directed.delete(key)
      realm.deliver(toEnvelope(unavailable(), jid, to))
    }
  }
}

/**
 * An address that is no longer blocked hears of every resource that it may see.
 * @see XEP-0191 §3.4
 */
export function showTo(realm: Realm, account: Account, unblocked: Jid): void {
  for (const to of seersAmong(account, unblocked)) announcePresence(realm, account, to)
}

/** The subscribers that an address stands for: one of a contact’s devices is told by itself. */
function seersAmong(account: Account, address: Jid): readonly Jid[] {
  const subscribers = subscribersOf(account)
  if (address.resource !== undefined)
    return subscribers.some((jid) => jid.equals(address.bare)) ? [address] : []
  return subscribers.filter((jid) => isBlockedBy(jid, address))
}

const isBlockedBy = (jid: Jid, address: Jid) => toBlockedNames(jid).includes(address.toString())

/**
 * Tells `to` of every available resource of the account; used where a subscription begins.
 * @see RFC 6121 §3.1.5
 */
export function announcePresence(realm: Realm, account: Account, to: Jid): void {
  for (const { jid, presence } of account.available()) {
    if (presence !== undefined) realm.deliver(toEnvelope(presence, jid, to))
  }
}

/**
 * Tells `to` that every available resource is gone; used where a subscription ends.
 * @see RFC 6121 §3.2.2, §3.3.3
 */
export function retractPresence(realm: Realm, account: Account, to: Jid): void {
  for (const { jid } of account.available()) realm.deliver(toEnvelope(unavailable(), jid, to))
}

/**
 * Answers who asks for the presence of an account: with all there is if they may know, else, and where there is no such
 * account, with "unsubscribed".
 * @see RFC 6121 §4.3.2
 */
export function answerProbe(realm: Realm, target: Jid, prober: Jid): void {
  const account = realm.accountOf(target)
  if (target.local === undefined || realm.keepsApart(target, prober)) return
  // Who must not know cannot tell somebody from nobody.
  if (account?.mayBeSeenBy(prober) !== true) {
    realm.answer(toEnvelope(xml('presence', ns.client, { type: 'unsubscribed' }), target.bare, prober))
  } else if (account.available().length === 0) {
    realm.answer(toEnvelope(unavailable(), account.jid, prober))
  } else {
    for (const { jid, presence } of account.available()) {
      if (presence !== undefined) realm.answer(toEnvelope(presence, jid, prober))
    }
  }
}

/** The last words of a resource that ends without any are those from before. */
function noteLeaving({ now }: Realm, { account, presence }: Resource, words: XmlElement): void {
  const status = presence === undefined ? account.left?.status : words.child('status')?.text()
  account.left = { at: now(), status }
}

/** To the subscribers, and to every available resource of the account, the sender among them. */
function broadcast(realm: Realm, { account, jid }: Resource, presence: XmlElement): void {
  for (const subscriber of subscribersOf(account)) realm.deliver(toEnvelope(presence, jid, subscriber))
  realm.deliver(toEnvelope(presence, jid, account.jid))
}

function subscribersOf(account: Account): readonly Jid[] {
  return account.roster
    .contacts()
    .filter(({ state }) => state.from === 'subscribed')
    .map(({ jid }) => jid)
}

/** The server probes on behalf of the user; for its own users it knows the answer. */
function tellOfOthers(realm: Realm, resource: Resource): void {
  const { account } = resource
  for (const { jid, presence } of account.available()) {
    if (presence !== undefined && !jid.equals(resource.jid)) {
      resource.send(toEnvelope(presence, jid, resource.jid).element)
    }
  }
  for (const { jid, state } of account.roster.contacts()) {
    if (state.to === 'subscribed' && realm.isLocal(jid)) answerProbe(realm, jid, resource.jid)
  }
}

function tellOfRequests(resource: Resource): void {
  for (const request of resource.account.requests.values()) resource.send(request)
}

function tellOfMessages(resource: Resource): void {
  if (resource.priority >= 0) for (const message of takeOffline(resource.account)) resource.send(message)
}

const unavailable = (): XmlElement => xml('presence', ns.client, { type: 'unavailable' })
