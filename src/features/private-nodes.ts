import { StanzaError, type StanzaErrorCondition } from '../errors.js'
import type { RequestOptions } from '../router/requests.js'
import type { PubsubItem } from '../stanza/pubsub.js'
import type { FeatureHost } from './feature-host.js'
import { configureNode, publishItem } from './pubsub-nodes.js'

/** Without these nothing is published: it would be lost, or seen. @see XEP-0223 §3 */
const conditions = { persist_items: 'true', access_model: 'whitelist' }
/** @see XEP-0402 §3.3 */
const all = { ...conditions, max_items: 'max', send_last_published_item: 'never' }

/**
 * Publishes one of many items on a node of one’s own that is for the account alone. Where the server lets who publishes not say
 * how many there may be, the node is configured first: otherwise each item would take the place of the one before.
 * @see XEP-0060 §7.1.5, XEP-0223
 */
export async function publishPrivately(
  bus: FeatureHost['bus'],
  node: string,
  item: PubsubItem,
  options?: RequestOptions,
): Promise<void> {
  try {
    await publishItem(bus, node, item, all, options)
  } catch (error) {
    if (!isOneOf(error, optionRefusals)) throw error
    const isThere = await configureIfThere(bus, node, options)
    await publishItem(bus, node, item, conditions, options)
    if (!isThere) await configureNode(bus, node, all, options)
  }
}

async function configureIfThere(bus: FeatureHost['bus'], node: string, options?: RequestOptions) {
  try {
    await configureNode(bus, node, all, options)
    return true
  } catch (error) {
    if (!isOneOf(error, ['item-not-found'])) throw error
    return false
  }
}

const isOneOf = (error: unknown, conditions: readonly StanzaErrorCondition[]) =>
  error instanceof StanzaError && conditions.includes(error.condition)

/** What servers say of an option that they do not take from who publishes; ejabberd the last. */
const optionRefusals = [
  'bad-request',
  'feature-not-implemented',
  'not-acceptable',
  'resource-constraint',
] as const
