import { ProtocolError, StanzaError } from '../errors.js'
import { toHashInput } from '../stanza/capability-hash.js'
import type { CapsClaim } from '../stanza/caps.js'
import { toDiscoInfoElement } from '../stanza/disco.js'
import type { Jid } from '../stanza/jid.js'
import { toVerificationString } from '../stanza/verification-string.js'
import type { XmlElement } from '../xml/element.js'
import { CapsCache, rememberedAnswerUnits } from './caps-cache.js'
import { CapsClaims } from './caps-claims.js'
import { toCapsHash } from './caps-hash.js'
import { readEntityInfo, type EntityInfo } from './entity-info.js'
import type { FeatureHost } from './feature-host.js'
import { forgetOldest } from './forget-oldest.js'
import { forgottenRooms, occupantsOf } from './forgotten-rooms.js'

/** Entities whose own answer is remembered in a session; the oldest go first. */
export const rememberedEntityLimit = 500

/**
 * What entities are and can do: each is asked once as long as nothing says that it has changed, and of those that show the
 * same verified hash only one is.
 * @see XEP-0115 §5.4, XEP-0390 §5.2
 */
export class EntityInfos {
  readonly #bus: FeatureHost['bus']
  readonly #cache: CapsCache
  readonly #claims: CapsClaims
  /** What an entity has said itself, for nobody else. */
  readonly #own = new Map<string, EntityInfo>()
  /** Questions under way, by entity and node. */
  readonly #open = new Map<string, Promise<EntityInfo>>()
  /** The first question about each hash. */
  readonly #verifying = new Map<string, Promise<unknown>>()

  constructor({ bus, memory, roster }: Pick<FeatureHost, 'bus' | 'memory' | 'roster'>) {
    this.#bus = bus
    this.#cache = new CapsCache(memory)
    this.#claims = new CapsClaims((bare) => roster.find(bare) !== undefined)
    bus.presence$.subscribe((presence) => {
      const changed = this.#claims.take(presence)
      if (changed !== undefined) this.#own.delete(changed.toString())
    })
    forgottenRooms(bus).subscribe((room) => {
      this.#claims.forget(room.toString())
      for (const jid of occupantsOf(room, this.#own.keys())) this.#own.delete(jid)
    })
    bus.session$.subscribe((standing) => {
      if (standing !== 'none') return
      this.#claims.clear()
      this.#own.clear()
    })
  }

  /** The resource of somebody that is likeliest to answer; `undefined` where none is there. */
  bestOf(jid: Jid): Jid | undefined {
    return this.#claims.bestOf(jid)
  }

  /** What is known without asking. */
  known(jid: Jid): EntityInfo | undefined {
    const claim = this.#claims.of(jid)?.claim
    // Looked up for everybody who shows it, so that it counts as used.
    const shared = claim && this.#cache.get(claim)
    return this.#own.get(jid.toString()) ?? shared
  }

  /** What is known, or else the answer of the entity. */
  async find(jid: Jid): Promise<EntityInfo> {
    const known = this.known(jid)
    if (known !== undefined) return known
    const claim = this.#claims.of(jid)?.claim
    // One that shows a hash and does not live up to it makes others wait once, and no more.
    const verifying = claim && this.#verifying.get(claim.node)
    if (verifying !== undefined) await verifying
    return this.known(jid) ?? this.ask(jid)
  }

  /** The answer of the entity, whatever is known. */
  ask(jid: Jid): Promise<EntityInfo> {
    const claim = this.#claims.of(jid)?.claim
    const key = `${claim?.node ?? ''} ${jid}`
    const open = this.#open.get(key)
    if (open !== undefined) return open
    const asked = this.#fetch(jid, claim).finally(() => this.#open.delete(key))
    this.#open.set(key, asked)
    if (claim?.hash !== undefined && !this.#verifying.has(claim.node)) {
      const over = asked.catch(() => undefined).finally(() => this.#verifying.delete(claim.node))
      this.#verifying.set(claim.node, over)
    }
    return asked
  }

  async #fetch(jid: Jid, claim: CapsClaim | undefined): Promise<EntityInfo> {
    const { query, lang } = await this.#query(jid, claim?.node)
    const info = readAnswer(jid, query, lang)
    const proven = claim && query && (await readProven(claim, query, lang))
    if (claim !== undefined && proven !== undefined) this.#cache.put(claim, proven)
    this.#remember(jid, claim, query, info)
    return info
  }

  /** One that does not know its own hash may still know what it can do. */
  async #query(jid: Jid, node: string | undefined) {
    try {
      return await this.query(jid, node)
    } catch (error) {
      const isUnknown = error instanceof StanzaError && error.condition === 'item-not-found'
      if (node === undefined || !isUnknown) throw error
      return this.query(jid, undefined)
    }
  }

  /** Asks, and remembers nothing. */
  async query(jid: Jid, node: string | undefined, signal?: AbortSignal) {
    const payload = toDiscoInfoElement({ node })
    const { payload: query, lang } = await this.#bus.request({ type: 'get', to: jid, payload }, { signal })
    return { query, lang }
  }

  /** Only where something tells when it is no longer so, and while it is. */
  #remember(jid: Jid, claim: CapsClaim | undefined, query: XmlElement | undefined, info: EntityInfo): void {
    const resource = this.#claims.of(jid)
    if (jid.resource !== undefined && resource === undefined) return
    if (resource?.claim !== claim || this.#bus.account === undefined) return
    if (query === undefined || sizeOf(query) > rememberedAnswerUnits) return
    this.#own.delete(jid.toString())
    this.#own.set(jid.toString(), info)
    if (this.#own.size > rememberedEntityLimit) forgetOldest(this.#own)
  }
}

/** Throws `ProtocolError` for what is no answer. */
export function readAnswer(jid: Jid, query: XmlElement | undefined, lang: string | undefined): EntityInfo {
  const info = readEntityInfo(query, lang)
  if (info === undefined) throw new ProtocolError('bad-format', `${jid} does not say what it is`)
  return info
}

/** The answer in the language that was hashed, where it is what the hash stands for, and can be nothing else. */
async function readProven(
  { xep, hash, value }: CapsClaim,
  query: XmlElement,
  lang: string | undefined,
): Promise<EntityInfo | undefined> {
  if (hash === undefined) return undefined
  // As most make it, without the language that the stream implies, and with it; XEP-0115 knows none (§5.1).
  for (const implied of xep === '0115' ? [undefined] : [undefined, lang]) {
    const text = xep === '0115' ? toUnambiguous(query) : toHashInput(query, implied)
    if (text !== undefined && (await toCapsHash(hash, text)) === value) return readEntityInfo(query, implied)
  }
  return undefined
}

function toUnambiguous(query: XmlElement): string | undefined {
  const verification = toVerificationString(query)
  return verification?.isAmbiguous === false ? verification.text : undefined
}

/** In characters, names aside. */
function sizeOf(element: XmlElement): number {
  let size = 0
  for (const value of element.attributeValues) size += value.length
  for (const child of element.children) size += typeof child === 'string' ? child.length : sizeOf(child)
  return size
}
