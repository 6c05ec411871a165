import type { NodeOptions, PubsubItem } from '../stanza/pubsub.js'
import { serialize } from '../xml/serializer.js'
import type { ServerLimits } from './limits.js'

/** Who may read a node: everybody, who sees the presence of the account, or nobody else. @see XEP-0060 §4.5 */
export type NodeAccess = 'open' | 'presence' | 'whitelist'

/** Something that an account publishes, item by item. */
export interface PubsubNode {
  readonly access: NodeAccess
  /** Oldest first. */
  readonly items: readonly PubsubItem[]
  /** As many of them are kept. */
  readonly maxItems: number
  /** The latest item is told to a client that comes. */
  readonly tellsLast: boolean
}

type Refusal = 'conflict' | 'item-not-found' | 'not-acceptable' | 'resource-constraint'

/** What an account publishes, by node. @see XEP-0163 */
export class Nodes {
  readonly #limits: ServerLimits
  readonly #nodes = new Map<string, PubsubNode>()

  constructor(limits: ServerLimits) {
    this.#limits = limits
  }

  get names(): readonly string[] {
    return [...this.#nodes.keys()]
  }

  get(name: string): PubsubNode | undefined {
    return this.#nodes.get(name)
  }

  /** Adds an item, or replaces that of the same id; the node is made where it is not there. @see XEP-0060 §7.1.5 */
  publish(name: string, item: PubsubItem, options: NodeOptions): Refusal | undefined {
    const before = this.#nodes.get(name)
    if (before === undefined && this.#nodes.size >= this.#limits.nodes) return 'resource-constraint'
    if (item.payload === undefined || serialize(item.payload).length > this.#limits.nodeItemUnits)
      return 'not-acceptable'
    const wanted = this.#toNode(before, options)
    if (before !== undefined && !isAlike(wanted, before)) return 'conflict'
    const items = [...wanted.items.filter(({ id }) => id !== item.id), item].slice(-wanted.maxItems)
    if (toUnits(items) > this.#limits.nodeUnits) return 'resource-constraint'
    this.#nodes.set(name, { ...wanted, items })
    return undefined
  }

  /** @see XEP-0060 §8.2 */
  configure(name: string, options: NodeOptions): Refusal | undefined {
    const before = this.#nodes.get(name)
    if (before === undefined) return 'item-not-found'
    const node = this.#toNode(before, options)
    this.#nodes.set(name, { ...node, items: node.items.slice(-node.maxItems) })
    return undefined
  }

  /** Takes items back. @see XEP-0060 §7.2 */
  retract(name: string, ids: readonly string[]): Refusal | undefined {
    const node = this.#nodes.get(name)
    const isThere = (id: string) => node?.items.some((item) => item.id === id) === true
    if (node === undefined || !ids.every(isThere)) return 'item-not-found'
    this.#nodes.set(name, { ...node, items: node.items.filter(({ id = '' }) => !ids.includes(id)) })
    return undefined
  }

  #toNode(before: PubsubNode | undefined, options: NodeOptions): PubsubNode {
    const { access_model: access, max_items: max, send_last_published_item: last } = options
    const wanted = max === undefined ? (before?.maxItems ?? 1) : Number(max)
    const { nodeItems } = this.#limits
    return {
      access: access === undefined ? (before?.access ?? 'presence') : toAccess(access),
      tellsLast: last === undefined ? (before?.tellsLast ?? true) : last !== 'never',
      items: before?.items ?? [],
      // `max` is as many as the service keeps.
      maxItems: Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, nodeItems) : nodeItems,
    }
  }
}

const isAlike = (a: PubsubNode, b: PubsubNode) =>
  a.access === b.access && a.maxItems === b.maxItems && a.tellsLast === b.tellsLast

/** What it does not know is for nobody else. */
function toAccess(model: string): NodeAccess {
  return model === 'open' || model === 'presence' ? model : 'whitelist'
}

const toUnits = (items: readonly PubsubItem[]) =>
  items.reduce((sum, { payload }) => sum + (payload === undefined ? 0 : serialize(payload).length), 0)
