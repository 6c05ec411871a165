import { ProtocolError, StanzaError, TransportError } from '../errors.js'
import type { RequestOptions } from '../router/requests.js'
import { toHashInput } from '../stanza/capability-hash.js'
import { toHashNode, toHashSetElement } from '../stanza/caps.js'
import {
  parseDiscoItems,
  toDiscoInfoElement,
  toDiscoItemsElement,
  type DiscoInfoInput,
  type DiscoItem,
} from '../stanza/disco.js'
import { toJid, type Jid, type JidInput } from '../stanza/jid.js'
import { findPage, toPageRequest } from '../stanza/result-set.js'
import * as ns from '../xml/namespaces.js'
import {
  announce,
  defaultIdentities,
  describeSelf,
  engineNode,
  knownToAll,
  type CapsWay,
} from './announcement.js'
import { toCapsHash } from './caps-hash.js'
import type { EntityInfo } from './entity-info.js'
import { EntityInfos, readAnswer } from './entity-infos.js'
import type { FeatureHost } from './feature-host.js'

/** How a client describes itself, besides what it can do. */
export interface SelfDescription {
  /** What it is, in one language or several; default a client of type `pc`. @see XEP-0030 §3.1 */
  readonly identities?: DiscoInfoInput['identities'] | undefined
  /** A URI that names the software; default that of the engine. @see XEP-0115 §4 */
  readonly node?: string | undefined
  /** How presence tells of it: by the hash that everybody knows, by the one that cannot be forged, or both; default the first. */
  readonly caps?: readonly ('xep-0115' | 'xep-0390')[] | undefined
}

/** What of an entity is asked for. */
export interface InfoOptions {
  /** A part of the entity, by the name that it has there: asked anew each time. */
  readonly node?: string | undefined
  /** Ask even where the answer is known. Default false. */
  readonly fresh?: boolean | undefined
  /** Gives the wait up, with `transport.aborted`; whoever else waits for the same answer gets it. */
  readonly signal?: AbortSignal | undefined
}

/** What of an entity is listed, and in what portions. */
export interface ItemsOptions extends RequestOptions {
  /** A part of the entity, by the name that it has there. */
  readonly node?: string | undefined
  /** Items that one request asks for, where the entity can divide its answer, 1 to 1000; default 100. */
  readonly pageSize?: number | undefined
}

/** What others are and can do. Rejects with `StanzaError`, `TimeoutError`, `TransportError`, `ProtocolError`. */
export interface DiscoveryFeature {
  /** What an entity is and can do: asked once, and not at all where somebody else has shown the same verified hash. */
  readonly info: (jid: JidInput, options?: InfoOptions) => Promise<EntityInfo>
  /** The same as far as it is known without asking: right after a presence it mostly is not. */
  readonly known: (jid: JidInput) => EntityInfo | undefined
  /**
   * Whether an entity can do something; a contact by its best resource while one is there, else by its account. One that
   * answers with an error that lasts cannot.
   */
  readonly supports: (
    jid: JidInput,
    feature: string,
    options?: Pick<InfoOptions, 'signal'>,
  ) => Promise<boolean>
  /** What belongs to an entity, page by page as it is asked for. */
  readonly items: (jid: JidInput, options?: ItemsOptions) => AsyncIterable<DiscoItem>
}

const largestPageSize = 1_000

/** Items that are read of one entity; one that lists more, or never ends, is a `ProtocolError`. */
export const listedItemLimit = 100_000

const capsWays: Readonly<Record<'xep-0115' | 'xep-0390', CapsWay>> = {
  'xep-0115': knownToAll,
  'xep-0390': {
    feature: ns.capabilityHashes,
    // A language that the stream implies would be part of the hash (XEP-0390 §3.1).
    isExact: true,
    claim: async (info) => {
      const value = await toCapsHash('sha-256', toHashInput(toDiscoInfoElement(info), undefined) ?? '')
      return { element: toHashSetElement(value), node: toHashNode('sha-256', value) }
    },
  },
}

/**
 * Discovery for a client: `client.use(discovery)`, before it connects. What the app uses is told to those who may know of it,
 * and by a hash in one’s presence.
 * @param description what the client is, where a client of type `pc` will not do
 * @throws RangeError for a description that cannot be sent
 * @example
 * const { supports } = client.use(discovery)
 * if (await supports('bob@example.test', ns.receipts)) console.log('Bob will say when it has arrived')
 * @see XEP-0030, XEP-0115, XEP-0390
 */
export function discovery(host: FeatureHost, description: SelfDescription = {}): DiscoveryFeature {
  const { bus, mayKnowOfMe, roster } = host
  const infos = new EntityInfos(host)
  const { identities = defaultIdentities, node = engineNode, caps = ['xep-0115'] } = description
  const stopAnswering = bus.handle('query', ns.discoItems, ({ from, type, payload }) => {
    const query = parseDiscoItems(payload)
    if (query === undefined || (from !== undefined && !mayKnowOfMe(from)))
      throw new StanzaError('service-unavailable', 'cancel')
    if (type !== 'get') throw new StanzaError('bad-request', 'modify')
    if (query.node !== undefined) throw new StanzaError('item-not-found', 'cancel')
    return toDiscoItemsElement()
  })
  try {
    describeSelf(host, { identities, node, ways: caps.map((xep) => capsWays[xep]) })
  } catch (error) {
    stopAnswering()
    throw error
  }
  announce(host, ns.discoItems)

  /** Whom a question about somebody is for: rooms and services have occupants, contacts have resources. */
  const toEntity = (input: JidInput): Jid => {
    const jid = toJid(input)
    const isContact = jid.resource === undefined && roster.find(jid.toString()) !== undefined
    return (isContact ? infos.bestOf(jid) : undefined) ?? jid
  }
  const find = (jid: Jid, { fresh = false, signal }: InfoOptions) =>
    orAborted(fresh ? infos.ask(jid) : infos.find(jid), signal)

  return {
    info: async (input, options = {}) => {
      const jid = toJid(input)
      if (options.node === undefined) return find(jid, options)
      const { query, lang } = await infos.query(jid, options.node, options.signal)
      return readAnswer(jid, query, lang)
    },
    known: (input) => infos.known(toEntity(input)),
    supports: async (input, feature, options = {}) => {
      try {
        return (await find(toEntity(input), options)).features.has(feature)
      } catch (error) {
        if (error instanceof StanzaError && error.type !== 'wait') return false
        throw error
      }
    },
    items: (input, options = {}) => listItems(bus, toJid(input), options),
  }
}

async function* listItems(
  bus: FeatureHost['bus'],
  jid: Jid,
  { node, pageSize = 100, ...options }: ItemsOptions,
): AsyncGenerator<DiscoItem, void, void> {
  if (!(Number.isInteger(pageSize) && pageSize > 0 && pageSize <= largestPageSize)) {
    throw new RangeError(`pageSize must lie between 1 and ${largestPageSize}, not ${pageSize}`)
  }
  let after: string | undefined
  let count = 0
  for (;;) {
    const query = toDiscoItemsElement({ node, payloads: [toPageRequest({ max: pageSize, after })] })
    const { payload } = await bus.request({ type: 'get', to: jid, payload: query }, options)
    const found = payload && parseDiscoItems(payload)
    if (payload === undefined || found === undefined)
      throw new ProtocolError('bad-format', `${jid} does not say what belongs to it`)
    yield* found.items
    const page = findPage(payload)
    const length = payload.elements('item').length
    count += length
    if (page.last === undefined || length === 0 || count >= (page.count ?? Infinity)) return
    if (page.last === after) throw new ProtocolError('bad-format', `${jid} sends the same page again`)
    if (count >= listedItemLimit)
      throw new ProtocolError('policy-violation', `${jid} lists more than ${listedItemLimit} items`)
    after = page.last
  }
}

/** What is asked for several goes on for the others. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const aborted = () =>
      reject(new TransportError('aborted', 'the caller gave the request up', { cause: signal.reason }))
    if (signal.aborted) aborted()
    signal.addEventListener('abort', aborted, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}
