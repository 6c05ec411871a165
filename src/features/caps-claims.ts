import { findCapsClaim, type CapsClaim } from '../stanza/caps.js'
import type { Jid } from '../stanza/jid.js'
import type { Presence } from '../stanza/presence.js'
import { isBetter, rememberedResourceLimit, rememberedStrangerLimit } from './contact-presence.js'
import { forgetOldest } from './forget-oldest.js'

interface ClaimingResource extends Pick<Presence, 'priority' | 'show'> {
  readonly jid: Jid
  readonly claim: CapsClaim | undefined
}

/** Who is there, and what their presence says of their capabilities. */
export class CapsClaims {
  readonly #isListed: (bare: string) => boolean
  readonly #people = new Map<string, Map<string, ClaimingResource>>()
  readonly #strangers = new Set<string>()

  /** @param isListed whether somebody is in the roster: of others only so many are remembered */
  constructor(isListed: (bare: string) => boolean) {
    this.#isListed = isListed
  }

  /** Takes a presence as it comes; gives who is now known by another claim than before, or not there any more. */
  take({ from, type, payloads, priority, show }: Presence): Jid | undefined {
    if (from === undefined || (type !== undefined && type !== 'unavailable')) return undefined
    const bare = from.bare.toString()
    const name = from.resource ?? ''
    const resources = this.#people.get(bare)
    const before = resources?.get(name)
    if (type === 'unavailable') {
      resources?.delete(name)
      if (resources?.size === 0) this.forget(bare)
      return from
    }
    // A server may leave out what it has passed on before (XEP-0115 §7.4).
    const claim = findCapsClaim(payloads) ?? before?.claim
    const known = resources ?? this.#meet(bare)
    known.set(name, { jid: from, claim, priority, show })
    if (known.size > rememberedResourceLimit) forgetOldest(known)
    return claim?.node === before?.claim?.node ? undefined : from
  }

  of(jid: Jid): ClaimingResource | undefined {
    return this.#people.get(jid.bare.toString())?.get(jid.resource ?? '')
  }

  /** The resource of somebody that is likeliest to answer; `undefined` where none is there. */
  bestOf(jid: Jid): Jid | undefined {
    let best: ClaimingResource | undefined
    for (const resource of this.#people.get(jid.bare.toString())?.values() ?? [])
      if (best === undefined || isBetter(resource, best)) best = resource
    return best?.jid
  }

  /** The session is over. */
  clear(): void {
    this.#people.clear()
    this.#strangers.clear()
  }

  #meet(bare: string): Map<string, ClaimingResource> {
    const resources = new Map<string, ClaimingResource>()
    this.#people.set(bare, resources)
    if (!this.#isListed(bare)) this.#strangers.add(bare)
    if (this.#strangers.size > rememberedStrangerLimit) {
      const oldest = forgetOldest(this.#strangers)
      if (oldest !== undefined && !this.#isListed(oldest)) this.#people.delete(oldest)
    }
    return resources
  }

  /** Nothing is known any more of anybody under this bare JID. */
  forget(bare: string): void {
    this.#people.delete(bare)
    this.#strangers.delete(bare)
  }
}
