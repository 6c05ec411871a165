import { StanzaError } from '../errors.js'
import { toHashInput } from '../stanza/capability-hash.js'
import { toCapsElement, toHashNode, toHashSetElement } from '../stanza/caps.js'
import { parseDiscoInfo, toDiscoInfoElement, type DiscoInfoInput } from '../stanza/disco.js'
import type { IqRequest } from '../stanza/iq.js'
import { toVerificationString } from '../stanza/verification-string.js'
import type { XmlElement } from '../xml/element.js'
import { ns } from '../xml/namespaces.js'
import { serialize } from '../xml/serializer.js'
import { toCapsHash } from './caps-hash.js'
import type { FeatureHost } from './feature-host.js'

/** How a client describes itself, besides what it can do. */
export interface SelfDescription {
  /** What it is, in one language or several; default a client of type `pc`. @see XEP-0030 §3.1 */
  readonly identities?: DiscoInfoInput['identities']
  /** A URI that names the software; default that of the engine. @see XEP-0115 §4 */
  readonly node?: string | undefined
  /** How presence tells of it: by the hash that everybody knows, by the one that cannot be forged, or both; default the first. */
  readonly caps?: readonly ('xep-0115' | 'xep-0390')[] | undefined
}

type Described = { readonly [Key in keyof SelfDescription]-?: NonNullable<SelfDescription[Key]> }

/** What was said of oneself by a hash, under each of its nodes. */
interface Said {
  readonly nodes: readonly string[]
  readonly info: DiscoInfoInput
}

type AnnouncingHost = Pick<FeatureHost, 'annotatePresence' | 'bus' | 'mayKnowOfMe'>

/** Hashes that are answered for: somebody may ask for one that was just replaced (XEP-0390 §5.1). */
const answeredHashes = 3

const engineNode = 'data:,xmpp-machines'

/**
 * What the client is and can do: told to those who ask, if they may know of it at all, and by a hash in each presence. It
 * knows what the app uses, and that is all.
 * @see XEP-0030 §3, XEP-0115 §6.1, XEP-0390 §5.1
 */
class Announcement {
  readonly #host: AnnouncingHost
  readonly #features = new Set<string>([ns.discoInfo, ns.ping])
  #description: Described = {
    identities: [{ category: 'client', type: 'pc' }],
    node: engineNode,
    caps: ['xep-0115'],
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
  describe({ identities, node, caps }: SelfDescription): void {
    const before = this.#description
    const next = {
      identities: identities ?? before.identities,
      node: node ?? before.node,
      caps: caps ?? before.caps,
    }
    if (next.identities.length === 0 || next.identities.some(({ category, type }) => !category || !type))
      throw new RangeError('a client has at least one identity, with a category and a type (XEP-0030 §3.1)')
    if (next.node === '') throw new RangeError('the node of a client is a URI, and not empty (XEP-0115 §4)')
    serialize(toCapsElement(next.node, ''))
    serialize(toDiscoInfoElement(next))
    this.#description = next
    this.#change()
  }

  #toInfo(): DiscoInfoInput {
    const { caps, identities } = this.#description
    const claims = caps.map((xep) => (xep === 'xep-0115' ? ns.caps : ns.capabilityHashes))
    // A language that the stream implies would be part of the hash (XEP-0390 §3.1).
    const isExact = caps.includes('xep-0390')
    return {
      identities: isExact ? identities.map((one) => ({ ...one, lang: one.lang ?? '' })) : identities,
      features: [...this.#features, ...claims].toSorted(),
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
    const { caps, node } = this.#description
    const element = toDiscoInfoElement(info)
    const claims: XmlElement[] = []
    const nodes: string[] = []
    if (caps.includes('xep-0115')) {
      const value = await toCapsHash('sha-1', toVerificationString(element)?.text ?? '')
      claims.push(toCapsElement(node, value))
      nodes.push(`${node}#${value}`)
    }
    if (caps.includes('xep-0390')) {
      const value = await toCapsHash('sha-256', toHashInput(element, undefined) ?? '')
      claims.push(toHashSetElement(value))
      nodes.push(toHashNode('sha-256', value))
    }
    if (turn !== this.#count || nodes.join() === this.#said.at(-1)?.nodes.join()) return
    this.#said = [...this.#said, { nodes, info }].slice(-answeredHashes)
    this.#host.annotatePresence('caps', claims)
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
export function describeSelf(host: AnnouncingHost, description: SelfDescription): void {
  announcementOf(host).describe(description)
}
