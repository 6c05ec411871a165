import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { Jid, toJid, tryParseListedJid, type JidInput } from './jid.js'

/** Who sees whose presence; `remove` takes the item off the roster. @see RFC 6121 §2.1.2.5 */
export type RosterSubscription = 'none' | 'to' | 'from' | 'both' | 'remove'

/** One entry of a roster. @see RFC 6121 §2.1.2 */
export interface RosterItem {
  readonly jid: Jid
  /** What the user calls it. */
  readonly name: string | undefined
  /** `none` where it is absent or unknown. */
  readonly subscription: RosterSubscription
  /** Our request for a subscription is still unanswered. */
  readonly ask: boolean
  /** A request of theirs will be granted without being asked (pre-approval). */
  readonly approved: boolean
  /** Groups, each once; one without a name is none (§2.1.2.6). */
  readonly groups: readonly string[]
  /** Every other child. */
  readonly payloads: readonly XmlElement[]
}

/** A roster, a change to it, or a request for it. @see RFC 6121 §2.1 */
export interface Roster {
  /** Version of the roster; empty and absent differ in a request. @see RFC 6121 §2.6 */
  readonly ver: string | undefined
  readonly items: readonly RosterItem[]
  /** Every other child, and the items whose address is missing or cannot be prepared. */
  readonly payloads: readonly XmlElement[]
}

/** An entry as the application gives it. */
export interface RosterItemInput {
  readonly jid: JidInput
  readonly name?: string | undefined
  /** A client says nothing but `remove`. */
  readonly subscription?: RosterSubscription | undefined
  readonly ask?: boolean | undefined
  readonly approved?: boolean | undefined
  readonly groups?: Iterable<string> | undefined
  readonly payloads?: readonly XmlElement[] | undefined
}

/** A roster as the application gives it; without items it is the request. */
export interface RosterInput {
  readonly ver?: string | undefined
  readonly items?: readonly RosterItemInput[] | undefined
  readonly payloads?: readonly XmlElement[] | undefined
}

const noGroups: readonly string[] = []
const noElements: readonly XmlElement[] = []

/** Reads a roster query; `undefined` if the element is none. An item that cannot be read costs no other. */
export function parseRoster(element: XmlElement): Roster | undefined {
  if (!element.is('query', ns.roster)) return undefined
  const items: RosterItem[] = []
  let payloads: XmlElement[] | undefined
  const { children } = element
  for (let index = 0; index < children.length; index++) {
    const child = children[index]
    if (child === undefined || typeof child === 'string') continue
    const item = parseRosterItem(child)
    if (item === undefined) (payloads ??= []).push(child)
    else items.push(item)
  }
  return { ver: element.attribute('ver'), items, payloads: payloads ?? noElements }
}

/**
 * Reads a set or a push, which has exactly one item: `undefined` for anything else. Who may push is decided elsewhere.
 * @see RFC 6121 §2.1.6
 */
export function parseRosterChange(
  element: XmlElement,
): { readonly ver: string | undefined; readonly item: RosterItem } | undefined {
  const roster = parseRoster(element)
  const [item, another] = roster?.items ?? []
  if (roster === undefined || item === undefined || another !== undefined) return undefined
  return roster.payloads.length > 0 ? undefined : { ver: roster.ver, item }
}

/** Reads one entry; `undefined` where it has no address that can be prepared. */
export function parseRosterItem(element: XmlElement): RosterItem | undefined {
  if (!element.is('item', ns.roster)) return undefined
  let address = ''
  let name: string | undefined
  let subscription: string | undefined
  let ask: string | undefined
  let approved: string | undefined
  const { attributeNames, attributeValues } = element
  for (let index = 0; index < attributeValues.length; index++) {
    const known = attributeNames[index]
    if (known?.namespace !== '') continue
    const value = attributeValues[index]
    if (known.name === 'jid') address = value ?? ''
    else if (known.name === 'name') name = value
    else if (known.name === 'subscription') subscription = value
    else if (known.name === 'ask') ask = value
    else if (known.name === 'approved') approved = value
  }
  const jid = tryParseListedJid(address)
  if (!(jid instanceof Jid)) return undefined
  let groups: string[] | undefined
  let payloads: XmlElement[] | undefined
  const { children } = element
  for (let index = 0; index < children.length; index++) {
    const child = children[index]
    if (child === undefined || typeof child === 'string') continue
    if (!child.is('group', ns.roster)) (payloads ??= []).push(child)
    else {
      const group = child.text()
      if (group !== '') (groups ??= []).push(group)
    }
  }
  return {
    jid,
    name,
    subscription: readSubscription(subscription),
    ask: ask === 'subscribe',
    approved: approved === 'true' || approved === '1',
    groups: groups === undefined ? noGroups : groups.length === 1 ? groups : [...new Set(groups)],
    payloads: payloads ?? noElements,
  }
}

function readSubscription(text: string | undefined): RosterSubscription {
  return text === 'to' || text === 'from' || text === 'both' || text === 'remove' ? text : 'none'
}

/** Asks for the list: all of it, or what has changed since that version. @see RFC 6121 §2.6.2 */
export function toRosterRequest(ver: string | undefined): XmlElement {
  return xml('query', ns.roster, { ver })
}

/** Writes a roster query; throws `RangeError` for an address that cannot be prepared or a group without a name. */
export function toRosterElement(roster: RosterInput = {}): XmlElement {
  return xml(
    'query',
    ns.roster,
    { ver: roster.ver },
    ...(roster.items ?? []).map(toRosterItemElement),
    ...(roster.payloads ?? []),
  )
}

function toRosterItemElement(item: RosterItemInput): XmlElement {
  const { name, subscription, payloads = [] } = item
  const ask = item.ask === true ? 'subscribe' : undefined
  const approved = item.approved === true ? 'true' : undefined
  const groups = Array.from(new Set(item.groups), toGroupElement)
  const jid = toJid(item.jid).toString()
  return xml('item', ns.roster, { jid, name, subscription, ask, approved }, ...groups, ...payloads)
}

/** @see RFC 6121 §2.1.2.6 */
function toGroupElement(group: string): XmlElement {
  if (group === '') throw new RangeError('a roster group needs a name')
  return xml('group', ns.roster, {}, group)
}
