import type { Jid } from '../stanza/jid.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { Account } from './account.js'
import { withDelay, type Envelope } from './envelope.js'
import type { ServerLimits } from './limits.js'
import { weigh } from './weigh.js'

/** What became of a message for somebody who is away. */
export type Storing = 'stored' | 'full' | 'worthless'

/**
 * Keeps a message until the account is available. A message that says nothing but how somebody types is not worth it.
 * @see XEP-0160 §3
 */
export function storeOffline(
  account: Account,
  { element, sentAt }: Envelope,
  domain: Jid,
  { offlineMessages, offlineUnits }: ServerLimits,
  now: Date,
): Storing {
  if (isOnlyChatState(element)) return 'worthless'
  if (account.offline.length >= offlineMessages) return 'full'
  const stored = withDelay(element, domain, sentAt ?? now)
  const units = account.offlineUnits + weigh(stored)
  if (units > offlineUnits) return 'full'
  account.offline.push(stored)
  account.offlineUnits = units
  return 'stored'
}

/** Takes everything that waits, oldest first. */
export function takeOffline(account: Account): readonly XmlElement[] {
  account.offlineUnits = 0
  return account.offline.splice(0)
}

/** Whether a message says nothing but how somebody types (XEP-0085). */
export function isOnlyChatState(element: XmlElement): boolean {
  const words = element.elements().filter((child) => !child.is('thread', ns.client))
  return words.length > 0 && words.every((child) => child.namespace === ns.chatStates)
}
