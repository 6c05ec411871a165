import { XmlElement, xml, type XmlNode } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { Jid, tryParseListedJid } from './jid.js'
import type { PubsubItem } from './pubsub.js'

/** A room that one comes back to. @see XEP-0402 §2 */
export interface Bookmark {
  /** Bare. */
  readonly jid: Jid
  /** What the user calls it. */
  readonly name: string | undefined
  /** One is to be in, on every device. */
  readonly autojoin: boolean
  /** What one is to be called there. */
  readonly nickname: string | undefined
  /** Of a room that has one; a secret that the server keeps as it is. */
  readonly password: string | undefined
  /** What clients have put into it for themselves. */
  readonly extensions: readonly XmlElement[]
}

/** What a bookmark is to be: what is left out stays as it is, and an empty text takes away what was there. */
export interface BookmarkInput {
  /** What the user calls it; nothing that is made from the address. */
  readonly name?: string | undefined
  /** Whether one is to be in, on every device; of a new one by default not. */
  readonly autojoin?: boolean | undefined
  /** What one is to be called there. */
  readonly nickname?: string | undefined
  /** Of a room that has one. */
  readonly password?: string | undefined
  /** In place of all that there were, those of other clients included; each of a namespace of its own. */
  readonly extensions?: readonly XmlElement[] | undefined
}

/** A bookmark, and how it was published: with what only others understand. */
export interface KeptBookmark extends Bookmark {
  readonly item: PubsubItem
}

/** Reads a bookmark; `undefined` if the item is none, or of what is no room. @see XEP-0402 §2 */
export function parseBookmark(item: PubsubItem): KeptBookmark | undefined {
  const { id = '', payload } = item
  const jid = tryParseListedJid(id)
  if (payload?.is('conference', ns.bookmarks) !== true || !(jid instanceof Jid) || !isRoom(jid))
    return undefined
  return {
    jid,
    name: payload.attribute('name') || undefined,
    autojoin: ['1', 'true'].includes(payload.attribute('autojoin')?.trim() ?? ''),
    nickname: payload.child('nick')?.text() || undefined,
    password: payload.child('password')?.text() || undefined,
    extensions: payload.child('extensions')?.elements() ?? [],
    item,
  }
}

/** Whether an address can be that of a room. */
export const isRoom = ({ local, resource }: Jid): boolean => local !== undefined && resource === undefined

/**
 * Writes a bookmark anew: what is not said stays as it was, and so does what is not understood.
 * @see XEP-0402 §3.4
 */
export function toBookmarkItem(jid: Jid, before: KeptBookmark | undefined, input: BookmarkInput): PubsubItem {
  const { autojoin, extensions, name, nickname, password } = input
  const old = before?.item.payload ?? xml('conference', ns.bookmarks)
  const attributes = old.attributes.filter(
    (one) => one.namespace !== '' || !isOverwritten(one.name, { autojoin, name }),
  )
  const rest = old.children.filter(
    (child) =>
      typeof child === 'string' ||
      child.namespace !== ns.bookmarks ||
      !isOverwritten(child.name, { nick: nickname, password, extensions }),
  )
  const said = xml(
    'conference',
    ns.bookmarks,
    { autojoin: autojoin === undefined ? undefined : String(autojoin), name: name || undefined },
    ...toTexts({ nick: nickname, password }),
    extensions === undefined || extensions.length === 0
      ? undefined
      : xml('extensions', ns.bookmarks, {}, ...extensions),
  )
  const payload = new XmlElement(
    'conference',
    ns.bookmarks,
    [...attributes, ...said.attributes],
    toOrder([...said.children, ...rest]),
  )
  return { id: before?.item.id ?? jid.toString(), payload }
}

const isOverwritten = (name: string, said: Readonly<Record<string, unknown>>) => said[name] !== undefined

const toTexts = (said: Readonly<Record<string, string | undefined>>) =>
  Object.entries(said).map(([name, text]) => (text ? xml(name, ns.bookmarks, {}, text) : undefined))

/** As the schema has it, what it does not know last. @see XEP-0402 §10 */
function toOrder(children: readonly XmlNode[]): readonly XmlNode[] {
  const isOf = (child: XmlNode, name: string) => typeof child !== 'string' && child.is(name, ns.bookmarks)
  const known = inOrder.flatMap((name) => children.filter((child) => isOf(child, name)))
  return [...known, ...children.filter((child) => !known.includes(child))]
}

const inOrder = ['nick', 'password', 'extensions']
