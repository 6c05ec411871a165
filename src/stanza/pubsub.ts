import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { parseDataForm, toDataFormElement } from './data-form.js'

/** One thing that was published. */
export interface PubsubItem {
  readonly id: string | undefined
  readonly payload: XmlElement | undefined
}

/** What has become of a node: items that were published, and ids of those that were taken back. @see XEP-0060 §7.1.2.1 */
export interface PubsubEvent {
  readonly node: string
  readonly items: readonly PubsubItem[]
  readonly retracted: readonly string[]
  /** Nothing is left of it: all items were taken back, or the node with them. @see XEP-0060 §8.4.2, §8.5.2 */
  readonly isEmptied: boolean
}

/** How a node is to be, by the names of XEP-0060 without `pubsub#`. */
export type NodeOptions = Readonly<Record<string, string>>

/** A request for items of a node: those of an id, the latest `max`, or all. @see XEP-0060 §6.5 */
export const toItemsRequest = (
  node: string,
  { id, max }: { readonly id?: string | undefined; readonly max?: number | undefined } = {},
): XmlElement =>
  xml(
    'pubsub',
    ns.pubsub,
    {},
    xml(
      'items',
      ns.pubsub,
      { node, max_items: max },
      id === undefined ? undefined : xml('item', ns.pubsub, { id }),
    ),
  )

/** Reads the items of an answer; `undefined` if it is none for this node. */
export function parseItems(element: XmlElement | undefined, node: string): readonly PubsubItem[] | undefined {
  const items = element?.is('pubsub', ns.pubsub) === true ? element.child('items') : undefined
  return items?.attribute('node') === node ? items.elements('item').map(toItem) : undefined
}

/** Writes items as a service answers with them. */
export const toItems = (node: string, items: readonly PubsubItem[]): XmlElement =>
  xml('pubsub', ns.pubsub, {}, toList(ns.pubsub, node, items))

/** Writes the answer to who has published an item. @see XEP-0060 §7.1.2 */
export const toPublished = (node: string, id: string): XmlElement =>
  xml('pubsub', ns.pubsub, {}, xml('publish', ns.pubsub, { node }, xml('item', ns.pubsub, { id })))

/** Publishes an item; a node that is there already must be as the options say. @see XEP-0060 §7.1, §7.1.5 */
export const toPublishRequest = (
  node: string,
  { id, payload }: PubsubItem,
  options: NodeOptions,
): XmlElement =>
  xml(
    'pubsub',
    ns.pubsub,
    {},
    xml('publish', ns.pubsub, { node }, xml('item', ns.pubsub, { id }, payload)),
    xml('publish-options', ns.pubsub, {}, toNodeForm(ns.publishOptions, options)),
  )

/** Takes an item back, and has those told who hear of the node. @see XEP-0060 §7.2 */
export const toRetractRequest = (node: string, id: string): XmlElement =>
  xml(
    'pubsub',
    ns.pubsub,
    {},
    xml('retract', ns.pubsub, { node, notify: 'true' }, xml('item', ns.pubsub, { id })),
  )

/** Makes a node of one’s own as the options say. @see XEP-0060 §8.2.4 */
export const toConfigureRequest = (node: string, options: NodeOptions): XmlElement =>
  xml(
    'pubsub',
    ns.pubsubOwner,
    {},
    xml('configure', ns.pubsubOwner, { node }, toNodeForm(ns.nodeConfiguration, options)),
  )

/** Reads an event among the payloads of a message. */
export function findPubsubEvent(payloads: readonly XmlElement[]): PubsubEvent | undefined {
  const [change] = payloads.find((payload) => payload.is('event', ns.pubsubEvent))?.elements() ?? []
  const node = change?.attribute('node')
  if (change === undefined || node === undefined || !changes.has(change.name)) return undefined
  return {
    node,
    items: change.elements('item').map(toItem),
    retracted: change.elements('retract').flatMap((retract) => retract.attribute('id') ?? []),
    isEmptied: change.name !== 'items',
  }
}

const changes: ReadonlySet<string> = new Set(['delete', 'items', 'purge'])

/** Writes an event of items. */
export const toPubsubEvent = ({ node, items, retracted }: Omit<PubsubEvent, 'isEmptied'>): XmlElement =>
  xml('event', ns.pubsubEvent, {}, toList(ns.pubsubEvent, node, items, retracted))

/** What somebody wants of a node, as a service reads it. */
export type PubsubRequest =
  | { readonly kind: 'items'; readonly node: string; readonly ids: readonly string[]; readonly max: number }
  | {
      readonly kind: 'publish'
      readonly node: string
      readonly item: PubsubItem
      readonly options: NodeOptions
    }
  | {
      readonly kind: 'retract'
      readonly node: string
      readonly ids: readonly string[]
      readonly notify: boolean
    }
  | { readonly kind: 'configure'; readonly node: string; readonly options: NodeOptions }

/** Reads a request for items, or to publish, retract or configure; `undefined` if the element is none of these. */
export function parsePubsubRequest(element: XmlElement): PubsubRequest | undefined {
  if (!element.is('pubsub', ns.pubsub) && !element.is('pubsub', ns.pubsubOwner)) return undefined
  const [wish] = element.elements()
  const node = wish?.attribute('node')
  if (wish === undefined || node === undefined) return undefined
  const items = wish.elements('item')
  const ids = items.flatMap((item) => item.attribute('id') ?? [])
  if (element.namespace === ns.pubsubOwner)
    return wish.name === 'configure' ? { kind: 'configure', node, options: readNodeForm(wish) } : undefined
  switch (wish.name) {
    case 'items': {
      const max = Number(wish.attribute('max_items'))
      return { kind: 'items', node, ids, max: Number.isInteger(max) && max > 0 ? max : Infinity }
    }
    case 'publish': {
      const [item] = items
      if (item === undefined || items.length > 1) return undefined
      return {
        kind: 'publish',
        node,
        item: toItem(item),
        options: readNodeForm(element.child('publish-options')),
      }
    }
    case 'retract':
      return { kind: 'retract', node, ids, notify: ['1', 'true'].includes(wish.attribute('notify') ?? '') }
    default:
      return undefined
  }
}

function readNodeForm(parent: XmlElement | undefined): NodeOptions {
  const form = parent?.elements('x', ns.dataForm).flatMap((x) => parseDataForm(x) ?? [])[0]
  const prefix = 'pubsub#'
  const entries = form?.fields.flatMap(({ name = '', values: [value] }) =>
    name.startsWith(prefix) && value !== undefined ? [[name.slice(prefix.length), value] as const] : [],
  )
  return Object.fromEntries(entries ?? [])
}

/** Says in an error that the node is otherwise than its publisher wants it. @see XEP-0060 §7.1.5 */
export const toPreconditionNotMet = (): XmlElement => xml('precondition-not-met', ns.pubsubErrors)

/** Reads one item. */
const toItem = (element: XmlElement): PubsubItem => ({
  id: element.attribute('id'),
  payload: element.elements()[0],
})

const toList = (
  namespace: string,
  node: string,
  items: readonly PubsubItem[],
  retracted: readonly string[] = [],
) =>
  xml(
    'items',
    namespace,
    { node },
    ...items.map(({ id, payload }) => xml('item', namespace, { id }, payload)),
    ...retracted.map((id) => xml('retract', namespace, { id })),
  )

const toNodeForm = (formType: string, options: NodeOptions) =>
  toDataFormElement({
    type: 'submit',
    fields: [
      { name: 'FORM_TYPE', type: 'hidden', values: [formType] },
      ...Object.entries(options).map(([name, value]) => ({ name: `pubsub#${name}`, values: [value] })),
    ],
  })
