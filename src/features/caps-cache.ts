import { XmppError } from '../errors.js'
import type { CapsClaim } from '../stanza/caps.js'
import { toDataFormElement } from '../stanza/data-form.js'
import { toDiscoInfoElement } from '../stanza/disco.js'
import { readFrame } from '../xml/frame-reader.js'
import { serialize } from '../xml/serializer.js'
import { readEntityInfo, type EntityInfo } from './entity-info.js'
import type { FeatureMemory } from './feature-host.js'
import { forgetOldest } from './forget-oldest.js'

/** Hashes whose meaning is remembered; those not used for longest go first. */
export const rememberedHashLimit = 200
/** Of a longer answer, in characters, nothing is remembered. */
export const rememberedAnswerUnits = 16_384

const kept = 'caps '

/** What verified hashes mean, for everybody who shows one; in the store too, where the app has given one. */
export class CapsCache {
  readonly #memory: FeatureMemory | undefined
  /** As text until it is used. */
  readonly #verified = new Map<string, EntityInfo | string>()

  constructor(memory: FeatureMemory | undefined) {
    this.#memory = memory
    memory?.factsOf(kept, (key, value) => {
      if (typeof value !== 'string') memory.keepFact(kept + key, null)
      else if (!this.#verified.has(key)) this.#put(key, value)
    })
  }

  get(claim: CapsClaim): EntityInfo | undefined {
    const key = toKey(claim)
    const found = this.#verified.get(key)
    if (found === undefined) return undefined
    this.#verified.delete(key)
    const info = typeof found === 'string' ? read(found) : found
    if (info === undefined) this.#memory?.keepFact(kept + key, null)
    else this.#verified.set(key, info)
    return info
  }

  /** Its hash was verified. */
  put(claim: CapsClaim, info: EntityInfo): void {
    const key = toKey(claim)
    const text = write(info)
    if (text.length > rememberedAnswerUnits) return
    this.#put(key, info)
    this.#memory?.keepFact(kept + key, text)
  }

  #put(key: string, value: EntityInfo | string): void {
    this.#verified.delete(key)
    this.#verified.set(key, value)
    if (this.#verified.size <= rememberedHashLimit) return
    const oldest = forgetOldest(this.#verified)
    if (oldest !== undefined) this.#memory?.keepFact(kept + oldest, null)
  }
}

const toKey = ({ xep, hash, value }: CapsClaim): string => `${xep} ${hash} ${value}`

const write = ({ identities, features, forms }: EntityInfo): string =>
  serialize(toDiscoInfoElement({ identities, features, payloads: forms.map(toDataFormElement) }))

function read(text: string): EntityInfo | undefined {
  try {
    return readEntityInfo(readFrame(text), undefined)
  } catch (error) {
    if (!(error instanceof XmppError)) throw error
    return undefined
  }
}
