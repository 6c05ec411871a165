import type { Sendable } from '../../router/outbound.js'
import { XmlElement } from '../../xml/element.js'
import { ns } from '../../xml/namespaces.js'

/** Where what stands in a message is neither a password nor a token. */
const harmless: ReadonlySet<string> = new Set([
  ns.client,
  ns.delay,
  ns.legacyDelay,
  ns.stanzaIds,
  ns.receipts,
  ns.chatStates,
])

/** What an element takes beside its words, in UTF-16 units. */
const elementUnits = 64
const attributeUnits = 16

/**
 * How long a message is about, in UTF-16 units, that may wait as it is until somebody reads of it; 0 for whatever is to be
 * told at once: the engine forgets secrets, and nobody here may keep them longer.
 */
export function patientUnits(stanza: Sendable): number {
  if (!(stanza instanceof XmlElement)) return 2 * elementUnits + stanza.id.length + stanza.body.length
  return stanza.is('message', ns.client) ? unitsOf(stanza) : 0
}

function unitsOf(message: XmlElement): number {
  let units = ownUnits(message)
  for (const child of message.children) {
    if (typeof child === 'string') units += child.length
    else if (!harmless.has(child.namespace)) return 0
    else {
      units += ownUnits(child)
      for (const text of child.children) {
        if (typeof text !== 'string') return 0
        units += text.length
      }
    }
  }
  return units
}

function ownUnits({ attributeValues }: XmlElement): number {
  let units = elementUnits
  for (const value of attributeValues) units += attributeUnits + value.length
  return units
}
