import type { Sendable } from '../../router/outbound.js'
import { XmlElement } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'

/** Where what stands in a message is neither a password nor a token. */
const harmless: ReadonlySet<string> = new Set([
  ns.client,
  ns.delay,
  ns.legacyDelay,
  ns.stanzaIds,
  ns.receipts,
  ns.chatStates,
])

/**
 * Whether this is a message that may wait as it is until somebody reads of it. Everything else is told at once: the engine
 * forgets secrets, and nobody here may keep them longer.
 */
export function mayWait(stanza: Sendable): boolean {
  if (!(stanza instanceof XmlElement)) return true
  if (!stanza.is('message', ns.client)) return false
  for (const child of stanza.children) if (typeof child !== 'string' && !isHarmless(child)) return false
  return true
}

function isHarmless({ children, namespace }: XmlElement): boolean {
  if (!harmless.has(namespace)) return false
  for (const child of children) if (typeof child !== 'string') return false
  return true
}
