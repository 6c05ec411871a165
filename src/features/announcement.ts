import { StanzaError } from '../errors.js'
import { toCapsElement } from '../stanza/caps.js'
import { parseDiscoInfo, toDiscoInfoElement, type DiscoInfoInput } from '../stanza/disco.js'
import type { IqRequest } from '../stanza/iq.js'
import { toVerificationText } from '../stanza/verification-text.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { serialize } from '../xml/serializer.js'
import { toCapsHash } from './caps-hash.js'
import type { FeatureHost } from './feature-host.js'

/** A hash of what one says of oneself, as presence has it, and the node under which it is asked about. */
export interface Claim {
  readonly element: XmlElement
  readonly node: string
}

/** A way to make one. */
export interface CapsWay {
  /** Told of a client that uses it. */
  readonly feature: string
  /** Whether the identities must say that they are in no language, lest the stream implies one. */
  readonly isExact: boolean
  readonly claim: (info: DiscoInfoInput, node: string) => Promise<Claim>
}

/** How a client describes itself, besides what it can do. */
export interface Described {
  readonly identities: NonNullable<DiscoInfoInput['identities']>
  /** A URI that names the software. */
  readonly node: string
  readonly ways: readonly CapsWay[]
}

/** The hash that everybody knows. @see XEP-0115 */
export const knownToAll: CapsWay = {
  feature: ns.caps,
  isExact: false,
  claim: async ({ identities = [], features = [] }, node) => {
    const parts = identities.map(
      ({ category, type, lang = '', name = '' }) => [category, type, lang, name] as const,
    )
    const value = await toCapsHash('sha-1', toVerificationText(parts, [...features]))
    return { element: toCapsElement(node, value), node: `${node}#${value}` }
  },
}

/** What was said of oneself by a hash, under each of its nodes. */
interface Said {
  readonly nodes: readonly string[]
  readonly info: DiscoInfoInput
}

type AnnouncingHost = Pick<FeatureHost, 'annotatePresence' | 'bus' | 'mayKnowOfMe'>

/** Hashes that are answered for: somebody may ask for one that was just replaced (XEP-0390 §5.1). */
const answeredHashes = 3

/** What a client is by default. */
export const defaultIdentities = [{ category: 'client', type: 'pc' }]

/** A URI that names the engine, and leads nowhere. */
export const engineNode = 'data:,xmpp-machines'

/**
 * What the client is and can do: told to those who ask, if they may know of it at all, and by a hash in each presence. It
 * knows what the app uses, and that is all.
 * @see XEP-0030 §3, XEP-0115 §6.1, XEP-0390 §5.1
 */
class Announcement {
  readonly #host: AnnouncingHost
  readonly #features = new Set<string>([ns.discoInfo, ns.ping])
  #description: Described = {
    identities: defaultIdentities,
    node: engineNode,
    ways: [knownToAll],
  }
  #said: readonly Said[] = []
  #isChanging = false
  #count = 0

  constructor(host: AnnouncingHost) {
    this.#host = host
    host.bus.handle('query', ns.discoInfo, (request) => this.#answer(request))
    this.#change()
  }

  add(features: readonly string[]): void {
    for (const feature of features) this.#features.add(feature)
    this.#change()
  }

  /** Throws RangeError for what cannot be said. */
  describe(description: Described): void {
    const { identities, node } = description
    if (identities.length === 0 || identities.some(({ category, type }) => !category || !type))
      throw new RangeError('a client has at least one identity, with a category and a type (XEP-0030 §3.1)')
    const names = identities.map(({ category, type, lang = '' }) => JSON.stringify([category, type, lang]))
    if (new Set(names).size < names.length)
      throw new RangeError('a client is each identity once, in each language once (XEP-0030 §3.1)')
    if (node === '') throw new RangeError('the node of a client is a URI, and not empty (XEP-0115 §4)')
    serialize(toCapsElement(node, ''))
    serialize(toDiscoInfoElement({ identities }))
    this.#description = description
    this.#change()
  }

  #toInfo(): DiscoInfoInput {
    const { identities, ways } = this.#description
    const isExact = ways.some((way) => way.isExact)
    return {
      identities: isExact ? identities.map((one) => ({ ...one, lang: one.lang ?? '' })) : identities,
      features: [...this.#features, ...ways.map(({ feature }) => feature)].toSorted(),
    }
  }

  /** What is used in one turn is announced as one. */
  #change(): void {
    if (this.#isChanging) return
    this.#isChanging = true
    queueMicrotask(() => {
      this.#isChanging = false
      // A page that is no secure context has no hashes: then presence tells nothing, and who asks is answered.
      this.#announce().catch(() => undefined)
    })
  }

  async #announce(): Promise<void> {
    const turn = (this.#count += 1)
    const info = this.#toInfo()
    const { ways, node: software } = this.#description
    const claims = await Promise.all(ways.map((way) => way.claim(info, software)))
    const nodes = claims.map(({ node }) => node)
    if (turn !== this.#count || nodes.join() === this.#said.at(-1)?.nodes.join()) return
    this.#said = [...this.#said, { nodes, info }].slice(-answeredHashes)
    this.#host.annotatePresence(
      'caps',
      claims.map(({ element }) => element),
    )
  }

  #answer({ from, type, payload }: IqRequest): XmlElement {
    const query = parseDiscoInfo(payload)
    if (query === undefined || (from !== undefined && !this.#host.mayKnowOfMe(from)))
      throw new StanzaError('service-unavailable', 'cancel')
    if (type !== 'get') throw new StanzaError('bad-request', 'modify')
    const { node } = query
    if (node === undefined) return toDiscoInfoElement(this.#toInfo())
    const said = this.#said.findLast(({ nodes }) => nodes.includes(node))
    if (said === undefined) throw new StanzaError('item-not-found', 'cancel')
    return toDiscoInfoElement({ ...said.info, node })
  }
}

/** One for each client, whichever of its features asks first. */
const announcements = new WeakMap<object, Announcement>()

function announcementOf(host: AnnouncingHost): Announcement {
  const known = announcements.get(host.bus) ?? new Announcement(host)
  announcements.set(host.bus, known)
  return known
}

/** Tells those who may know of the client that it can do this, from now on. @see XEP-0030 §3 */
export function announce(host: AnnouncingHost, ...features: readonly string[]): void {
  announcementOf(host).add(features)
}

/** Says what the client is, where the default will not do; throws RangeError for what cannot be said. */
export function describeSelf(host: AnnouncingHost, description: Described): void {
  announcementOf(host).describe(description)
}
