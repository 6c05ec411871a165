import { xml, type XmlElement } from '../xml/element.js'
import { ns } from '../xml/namespaces.js'
import { Jid, toJid, tryParseJid, type JidInput } from './jid.js'

/** What an archive calls a message. @see XEP-0359 */
export interface StanzaId {
  readonly id: string
  readonly by: Jid
}

/** Reads one; `undefined` for anything else. */
export function parseStanzaId(element: XmlElement): StanzaId | undefined {
  if (!element.is('stanza-id', ns.stanzaId)) return undefined
  const id = element.attribute('id')
  const by = tryParseJid(element.attribute('by') ?? '')
  return id && by instanceof Jid ? { id, by } : undefined
}

/**
 * What `by` calls the message with these payloads; `undefined` where it says nothing, or two things. Whoever sends a message
 * can write one for anybody: see XEP-0359 §7 for whom to believe.
 */
export function findStanzaId(payloads: readonly XmlElement[], by: string): string | undefined {
  const [found, ...others] = payloads.flatMap((payload) => {
    const parsed = parseStanzaId(payload)
    return parsed?.by.toString() === by ? [parsed.id] : []
  })
  return others.length > 0 ? undefined : found
}

/** Writes one; throws `RangeError` for an address that cannot be prepared. */
export function toStanzaIdElement({ id, by }: { readonly id: string; readonly by: JidInput }): XmlElement {
  return xml('stanza-id', ns.stanzaId, { id, by: toJid(by).toString() })
}
