import type { Observable } from 'rxjs'
import { Channel } from '../router/channel.js'
import type { FeatureMemory } from './feature-host.js'
import { forgetOldest } from './forget-oldest.js'

/** Contacts whose avatar is remembered in the store, where the app has given one; the oldest go first. */
export const rememberedWearerLimit = 1_000

const kept = 'worn '

/** Which avatar each contact wore when it was last seen, for as long as they have not said anything else. */
export class WornAvatars {
  readonly #memory: FeatureMemory | undefined
  readonly #worn = new Map<string, string>()
  readonly #restored = new Channel<string>()

  constructor(memory: FeatureMemory | undefined) {
    this.#memory = memory
    memory?.factsOf(kept, (wearer, id) => {
      if (typeof id !== 'string') return memory.keepFact(kept + wearer, null)
      if (this.#worn.has(wearer)) return
      this.#put(wearer, id)
      this.#restored.next(wearer)
    })
  }

  /** By bare JID; the hash of the image. */
  of(wearer: string): string | undefined {
    return this.#worn.get(wearer)
  }

  /** Whoever an earlier process has seen, once that is known. */
  get restored$(): Observable<string> {
    return this.#restored.stream$
  }

  /** @param id `undefined`: none */
  see(wearer: string, id: string | undefined): void {
    if (this.#worn.get(wearer) === id) return
    this.#memory?.keepFact(kept + wearer, id ?? null)
    if (id === undefined) this.#worn.delete(wearer)
    else this.#put(wearer, id)
  }

  #put(wearer: string, id: string): void {
    this.#worn.delete(wearer)
    this.#worn.set(wearer, id)
    if (this.#worn.size <= rememberedWearerLimit) return
    const oldest = forgetOldest(this.#worn)
    if (oldest !== undefined) this.#memory?.keepFact(kept + oldest, null)
  }
}
