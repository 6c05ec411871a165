import type { ServedSubscriptionDeed } from '../../machines/served-subscription-step.js'
import type { Jid } from '../stanza/jid.js'
import { toRosterPush } from './roster-push.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { Account } from './account.js'
import { toEnvelope } from './envelope.js'
import { announcePresence, retractPresence } from './presence-broadcast.js'
import type { Realm } from './realm.js'
import type { RosterChange } from './roster-store.js'

/** The types of presence that manage subscriptions. */
export type SubscriptionType = 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed'

/**
 * The user sends one of the four: the chart says what it means, here it is done.
 * @param element as the client sent it; its status goes along, its addresses do not
 * @see RFC 6121 §3.1.2, §3.1.5, §3.2.2, §3.3.2
 */
export function sendSubscription(
  realm: Realm,
  account: Account,
  contact: Jid,
  type: SubscriptionType,
  element: XmlElement,
): void {
  const { element: stamped } = toEnvelope(element, account.jid, contact)
  for (const deed of account.roster.step(contact, `${type}.sent`)) {
    if (deed === 'forward') receiveSubscription(realm, account.jid, contact, type, stamped)
    else change(realm, account, contact, deed)
  }
  forgetAnswered(account, contact)
}

/**
 * The contact's server has forwarded one of the four: for two users of this server that is the other half of sending.
 * @see RFC 6121 §3.1.3, §3.1.6, §3.2.3, §3.3.3
 */
export function receiveSubscription(
  realm: Realm,
  contact: Jid,
  user: Jid,
  type: SubscriptionType,
  element: XmlElement,
): void {
  const account = realm.accountOf(user)
  if (account === undefined || account.blocklist.blocks(contact) || account.roster.isFullFor(contact)) return
  receive(realm, account, contact, type, element)
}

/**
 * Somebody's account is gone. Whoever has its address next is somebody else: nothing is left of what others allowed it, and
 * they hear of that as if it had ended both subscriptions. It stays in their rosters.
 */
export function forgetContact(realm: Realm, contact: Jid): void {
  for (const account of realm.accounts.values()) {
    if (account.roster.find(contact) === undefined) continue
    for (const type of ['unsubscribe', 'unsubscribed'] as const) {
      receive(realm, account, contact, type, toEnvelope(toPlain(type), contact, account.jid).element)
    }
    // What was approved before it was asked for is for the account to take back.
    sendSubscription(realm, account, contact, 'unsubscribed', toPlain('unsubscribed'))
  }
}

function receive(
  realm: Realm,
  account: Account,
  contact: Jid,
  type: SubscriptionType,
  element: XmlElement,
): void {
  for (const deed of account.roster.step(contact, `${type}.received`)) {
    if (deed === 'keepRequest') account.requests.set(contact.toString(), element)
    else if (deed === 'deliver' && !account.blocklist.blocks(contact)) {
      const hearers = type === 'subscribe' ? account.reachable() : account.interested()
      for (const resource of hearers) resource.send(element)
    } else if (deed === 'answerSubscribed') sendPlain(realm, account, contact, 'subscribed')
    else change(realm, account, contact, deed)
  }
  forgetAnswered(account, contact)
}

/** What a word of either comes to for the account itself. */
function change(realm: Realm, account: Account, contact: Jid, deed: ServedSubscriptionDeed): void {
  if (deed === 'pushRoster') pushChange(realm, account, account.roster.touch(contact))
  else if (deed === 'announcePresence') announcePresence(realm, account, contact)
  else if (deed === 'retractPresence') retractPresence(realm, account, contact)
}

/**
 * Takes a contact out of the roster and cancels what there was between the two.
 * @returns false if there was no such contact
 * @see RFC 6121 §2.5
 */
export function removeContact(realm: Realm, account: Account, contact: Jid): boolean {
  if (account.roster.find(contact)?.listed !== true) return false
  for (const deed of account.roster.step(contact, 'contact.removed')) {
    if (deed === 'sendUnsubscribe') sendPlain(realm, account, contact, 'unsubscribe')
    else if (deed === 'sendUnsubscribed') sendPlain(realm, account, contact, 'unsubscribed')
    else if (deed === 'retractPresence') retractPresence(realm, account, contact)
  }
  forgetAnswered(account, contact)
  pushChange(realm, account, account.roster.remove(contact))
  return true
}

/** Tells every resource that has asked for the roster what has changed in it (RFC 6121 §2.1.6). */
export function pushChange(realm: Realm, account: Account, change: RosterChange | undefined): void {
  if (change === undefined) return
  for (const resource of account.interested()) {
    resource.send(toRosterPush(resource, change, realm.nextId()))
  }
}

function sendPlain(realm: Realm, account: Account, contact: Jid, type: SubscriptionType): void {
  const { element } = toEnvelope(toPlain(type), account.jid, contact)
  receiveSubscription(realm, account.jid, contact, type, element)
}

const toPlain = (type: SubscriptionType) => xml('presence', ns.client, { type })

/** A request of the contact that waits no longer is not told again. */
export function forgetAnswered({ roster, requests }: Account, contact: Jid): void {
  if (roster.stateOf(contact).from !== 'pending') requests.delete(contact.toString())
}
