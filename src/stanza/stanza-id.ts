import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { Jid, toJid, tryParseJid, type JidInput } from './jid.js'

/** What an archive or a room calls a message. @see XEP-0359 §3.1 */
export interface StanzaId {
  readonly id: string
  readonly by: Jid
}

/** The id that the sender gave, the same each time it sends the message; `undefined` where it gave none. @see XEP-0359 §3.2 */
export function findOriginId(payloads: readonly XmlElement[]): string | undefined {
  const origin = payloads.find((payload) => payload.is('origin-id', ns.stanzaIds))
  return origin?.attribute('id') || undefined
}

/** Reads one id; `undefined` for anything else. */
export function parseStanzaId(element: XmlElement): StanzaId | undefined {
  if (!element.is('stanza-id', ns.stanzaIds)) return undefined
  const id = element.attribute('id')
  const by = tryParseJid(element.attribute('by') ?? '')
  return id && by instanceof Jid ? { id, by } : undefined
}

/**
 * The id that `by` gave; `undefined` where it gave none, or two. Anybody can write one for anybody: see XEP-0359 §7 for whom
 * to believe. @see XEP-0359 §3.1, §4
 */
export function findStanzaId(payloads: readonly XmlElement[], by: string): string | undefined {
  let found: string | undefined
  for (const payload of payloads) {
    const given = parseStanzaId(payload)
    if (given?.by.toString() !== by) continue
    if (found !== undefined) return undefined
    found = given.id
  }
  return found
}

/** Writes the id that the sender gives. @see XEP-0359 §3.2 */
export function toOriginIdElement(id: string): XmlElement {
  return xml('origin-id', ns.stanzaIds, { id })
}

/** Writes the id that `by` gives; throws `RangeError` for an address that cannot be prepared. */
export function toStanzaIdElement({ id, by }: { readonly id: string; readonly by: JidInput }): XmlElement {
  return xml('stanza-id', ns.stanzaIds, { id, by: toJid(by).toString() })
}
