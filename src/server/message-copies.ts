import { isPrivate, toCarbonElement, type CarbonDirection } from '../stanza/carbons.js'
import type { Jid } from '../stanza/jid.js'
import { findReceipt } from '../stanza/receipts.js'
import { parseStanzaId, toStanzaIdElement } from '../stanza/stanza-id.js'
import { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { Account } from './account.js'
import type { Envelope } from './envelope.js'
import type { Realm } from './realm.js'
import type { Resource } from './resource.js'

/**
 * Puts a message into the archive of one of its two accounts, where it belongs there.
 * @returns the message as that account sees it: with what its own archive calls it, and with no such claim of others
 * @see XEP-0313 §3.5, §6.1.1; XEP-0359 §4
 */
export function archive(realm: Realm, account: Account, { element, from, to }: Envelope): XmlElement {
  const unclaimed = withoutClaims(element, account.jid)
  if (!isArchived(element)) return unclaimed
  const id = realm.nextId()
  account.archive.add({ id, moment: realm.now().getTime(), from, to, element: unclaimed })
  return withChild(unclaimed, toStanzaIdElement({ id, by: account.jid }))
}

/**
 * Sends a copy to every resource of the account that wants one and is not among those that have the message.
 * @returns who got one
 * @see XEP-0280 §6, §7, §8
 */
export function copy(
  account: Account,
  direction: CarbonDirection,
  message: XmlElement,
  holders: readonly Resource[],
): readonly Resource[] {
  if (!isCopied(message) || (direction === 'received' && isFromRoom(message))) return []
  const type = message.attribute('type')
  const wanting = [...account.resources.values()].filter(({ carbons }) => carbons)
  const others = wanting.filter((resource) => !holders.includes(resource))
  const all = [...holders, ...others]
  for (const resource of others)
    resource.send(
      toCopy(account, resource, direction, message, type),
      all.filter((one) => one !== resource),
    )
  return others
}

function toCopy(
  account: Account,
  resource: Resource,
  direction: CarbonDirection,
  message: XmlElement,
  type: string | undefined,
): XmlElement {
  const attributes = { from: account.jid.toString(), to: resource.jid.toString(), ...(type && { type }) }
  return new XmlElement(
    'message',
    ns.client,
    Object.entries(attributes).map(([name, value]) => ({ name, namespace: '', value })),
    [toCarbonElement({ direction, message })],
  )
}

/** What an occupant of a room says in private: the room sends it to those who are there (XEP-0280 §6.1). */
function isFromRoom(message: XmlElement): boolean {
  return message.child('x', ns.roomUser) !== undefined
}

function isArchived(message: XmlElement): boolean {
  const type = message.attribute('type') ?? 'normal'
  return (type === 'normal' || type === 'chat') && message.child('body') !== undefined
}

function isCopied(message: XmlElement): boolean {
  const type = message.attribute('type') ?? 'normal'
  const payloads = message.elements()
  if (isPrivate(payloads) || type === 'groupchat' || type === 'headline' || type === 'error') return false
  return (
    type === 'chat' ||
    message.child('body') !== undefined ||
    findReceipt(payloads) !== undefined ||
    payloads.some(({ namespace }) => namespace === ns.chatStates)
  )
}

function withoutClaims(element: XmlElement, by: Jid): XmlElement {
  const isClaim = (child: XmlElement | string) =>
    typeof child !== 'string' && parseStanzaId(child)?.by.equals(by) === true
  if (!element.children.some(isClaim)) return element
  const children = element.children.filter((child) => !isClaim(child))
  return new XmlElement(element.name, element.namespace, element.attributes, children)
}

function withChild(element: XmlElement, child: XmlElement): XmlElement {
  return new XmlElement(element.name, element.namespace, element.attributes, [...element.children, child])
}
