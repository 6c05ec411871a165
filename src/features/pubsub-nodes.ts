import { filter, map, type Observable } from 'rxjs'
import { ProtocolError, StanzaError } from '../errors.js'
import type { OrderedRequestOptions, RequestOptions } from '../router/requests.js'
import { publisherOf } from '../router/trust.js'
import { parseDiscoInfo, toDiscoInfoElement } from '../stanza/disco.js'
import { parseJid, type Jid } from '../stanza/jid.js'
import {
  findPubsubEvent,
  parseItems,
  toConfigureRequest,
  toItemsRequest,
  toPublishRequest,
  toRetractRequest,
  type NodeOptions,
  type PubsubEvent,
  type PubsubItem,
} from '../stanza/pubsub.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { FeatureHost } from './feature-host.js'

type Bus = FeatureHost['bus']

/** What is said of a node, and by whose account. */
export interface NodeEvent extends PubsubEvent {
  readonly publisher: Jid
}

/** What accounts tell of their nodes of this name. @see XEP-0163 §4.3 */
export const nodeEvents = ({ message$ }: Pick<Bus, 'message$'>, node: string): Observable<NodeEvent> =>
  message$.pipe(
    map(({ from, type, payloads }) => {
      const publisher = payloads.length === 0 || type === 'error' ? undefined : publisherOf(from)
      const event = publisher && findPubsubEvent(payloads)
      return event?.node === node && publisher !== undefined ? { ...event, publisher } : undefined
    }),
    filter((event) => event !== undefined),
  )

/** An item of somebody’s node, by its id or the latest; `undefined` where there is none, or none that one may see. */
export async function fetchItem(
  bus: Bus,
  to: Jid | undefined,
  node: string,
  id: string | undefined,
  options?: RequestOptions,
): Promise<PubsubItem | undefined> {
  const payload = toItemsRequest(node, id === undefined ? { max: 1 } : { id })
  const answer = await unlessMissing(bus.request({ type: 'get', to, payload }, options))
  if (answer === undefined) return undefined
  const items = parseItems(answer.payload, node)
  if (items === undefined) throw notAbout(node)
  return id === undefined ? items.at(-1) : items.find((item) => item.id === id)
}

/**
 * Publishes an item on a node of one’s own, which is made, or made another, as the options say; nothing is published on one
 * that is not so.
 * @see XEP-0060 §7.1.5, XEP-0223
 */
export async function publishItem(
  bus: Bus,
  node: string,
  item: PubsubItem,
  options: NodeOptions,
  requestOptions?: RequestOptions,
): Promise<void> {
  const publish = { type: 'set', payload: toPublishRequest(node, item, options) } as const
  try {
    await bus.request(publish, requestOptions)
  } catch (error) {
    if (!(error instanceof StanzaError) || error.condition !== 'conflict') throw error
    await configureNode(bus, node, options, requestOptions)
    await bus.request(publish, requestOptions)
  }
}

/** Makes a node of one’s own as the options say; those that are left out stay as they are. @see XEP-0060 §8.2 */
export async function configureNode(
  bus: Bus,
  node: string,
  options: NodeOptions,
  requestOptions?: RequestOptions,
): Promise<void> {
  await bus.request({ type: 'set', payload: toConfigureRequest(node, options) }, requestOptions)
}

/** All items of a node of one’s own, told in their place among the stanzas; of one that is not there, none. @see XEP-0060 §6.5.2 */
export async function fetchItems(
  bus: Bus,
  node: string,
  tell: (items: readonly PubsubItem[]) => void,
  options: OrderedRequestOptions,
): Promise<void> {
  let items: readonly PubsubItem[] | undefined
  const answered = ({ payload }: { readonly payload: XmlElement | undefined }) => {
    items = parseItems(payload, node)
    if (items !== undefined) tell(items)
  }
  try {
    await bus.request({ type: 'get', payload: toItemsRequest(node) }, { ...options, answered })
  } catch (error) {
    if (!isNotThere(error)) throw error
    return tell([])
  }
  if (items === undefined) throw notAbout(node)
}

/** Takes an item of a node of one’s own back; what is not there is gone. @see XEP-0060 §7.2 */
export async function retractItem(
  bus: Bus,
  node: string,
  id: string,
  options?: RequestOptions,
): Promise<void> {
  try {
    await bus.request({ type: 'set', payload: toRetractRequest(node, id) }, options)
  } catch (error) {
    if (!isNotThere(error)) throw error
  }
}

const isNotThere = (error: unknown) => error instanceof StanzaError && error.condition === 'item-not-found'

const notAbout = (node: string) => new ProtocolError('bad-format', `the answer is not about the node ${node}`)

/** What the server does with the nodes of one’s own account. */
export interface AccountServices {
  /** There are nodes. @see XEP-0163 §6 */
  readonly hasNodes: boolean
  /** All that it says of itself. */
  readonly features: readonly string[]
  /** @see XEP-0398 §2 */
  readonly converts: boolean
}

/** Asks one’s own account. */
export async function askAccount(
  bus: Bus,
  options?: Parameters<Bus['request']>[1],
): Promise<AccountServices> {
  const to = bus.account === undefined ? undefined : parseJid(bus.account.bare)
  const answer = await unlessMissing(bus.request({ type: 'get', to, payload: toDiscoInfoElement() }, options))
  const { identities = [], features = [] } = (answer?.payload && parseDiscoInfo(answer.payload)) ?? {}
  const hasNodes = identities.some(({ category, type }) => category === 'pubsub' && type === 'pep')
  return { hasNodes, features, converts: features.includes(ns.avatarConversion) }
}

/** Nothing there, or nothing for us. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof StanzaError && missing.has(error.condition)) return undefined
    throw error
  }
}

const missing: ReadonlySet<string> = new Set([
  'feature-not-implemented',
  'forbidden',
  'item-not-found',
  'not-authorized',
  'service-unavailable',
])
