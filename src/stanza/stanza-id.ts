import { xml, type XmlElement } from '../xml/element.js'
import { ns } from '../xml/namespaces.js'

/** The id that the sender gave, the same each time it sends the message; `undefined` where it gave none. @see XEP-0359 §3.2 */
export function findOriginId(payloads: readonly XmlElement[]): string | undefined {
  const origin = payloads.find((payload) => payload.is('origin-id', ns.stanzaIds))
  return origin?.attribute('id') || undefined
}

/** The id that `by` gave; anybody else's is not believed. @see XEP-0359 §3.1, §6 */
export function findStanzaId(payloads: readonly XmlElement[], by: string): string | undefined {
  const given = payloads.find(
    (payload) => payload.is('stanza-id', ns.stanzaIds) && payload.attribute('by') === by,
  )
  return given?.attribute('id') || undefined
}

/** Writes the id that the sender gives. @see XEP-0359 §3.2 */
export function toOriginIdElement(id: string): XmlElement {
  return xml('origin-id', ns.stanzaIds, { id })
}
