import type { CapsClaim } from '../stanza/caps.js'
import { toDataFormElement, type DataForm } from '../stanza/data-form.js'
import { toDiscoInfoElement } from '../stanza/disco.js'
import { hasHiddenFormType } from '../stanza/verification-string.js'
import type { XmlElement } from '../xml/element.js'
import { serialize } from '../xml/serializer.js'
import { readEntityInfo, type EntityInfo } from './entity-info.js'
import type { FeatureMemory } from './feature-host.js'
import { forgetOldest } from './forget-oldest.js'
import { readStored } from './read-stored.js'

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
    const info = typeof found === 'string' ? read(claim, found) : found
    if (info === undefined) this.#memory?.keepFact(kept + key, null)
    else this.#verified.set(key, info)
    return info
  }

  /** Its hash was verified: what it does not cover is not kept, whoever else shows it need not have said that. */
  put(claim: CapsClaim, info: EntityInfo): void {
    const key = toKey(claim)
    const text = serialize(toHashed(claim, info))
    if (text.length > rememberedAnswerUnits) return
    this.#put(key, text)
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

/**
 * What is hashed of an answer: of forms what their fields are called and hold, and in XEP-0115 only of those that say, hidden,
 * what they are about.
 * @see XEP-0115 §5.1, §5.4; XEP-0390 §3.1
 */
function toHashed({ xep }: CapsClaim, { identities, features, forms }: EntityInfo): XmlElement {
  const counted = xep === '0115' ? forms.filter(hasHiddenFormType) : forms
  return toDiscoInfoElement({ identities, features, payloads: counted.map(toHashedForm) })
}

function toHashedForm({ fields }: DataForm): XmlElement {
  const hashed = fields.map(({ name, values }) => {
    return { name, type: name === 'FORM_TYPE' ? ('hidden' as const) : undefined, values }
  })
  return toDataFormElement({ type: 'result', fields: hashed })
}

/** What an earlier version has stored may be more than is hashed. */
function read(claim: CapsClaim, text: string): EntityInfo | undefined {
  return readStored(text, (query) => {
    const info = readEntityInfo(query, undefined)
    return info && readEntityInfo(toHashed(claim, info), undefined)
  })
}
