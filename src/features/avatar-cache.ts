import { decodeBase64, encodeBase64, encodeHex } from '../base64.js'
import { toImage, type Image } from '../stanza/image.js'
import type { FeatureMemory } from './feature-host.js'
import { forgetOldest } from './forget-oldest.js'

/** An image, known by the SHA-1 of its bytes in lower-case hexadecimal digits. */
export interface Avatar extends Image {
  readonly id: string
}

/** Bytes of images that are kept in memory; those not used for longest go first. */
export const rememberedAvatarBytes = 4_194_304
/** Characters of images that are kept in the store, where the app has given one; the oldest go first. */
export const storedAvatarUnits = 262_144
/** A longer one is not stored. */
const longestStoredUnits = 65_536

const kept = 'avatar '

/** Images by their hashes, each of which was verified here. */
export class AvatarCache {
  readonly #memory: FeatureMemory | undefined
  readonly #verified = new Map<string, Avatar>()
  /** As an earlier process has stored them, in base64, or as this one has. */
  readonly #stored = new Map<string, string>()
  #bytes = 0
  #units = 0

  constructor(memory: FeatureMemory | undefined) {
    this.#memory = memory
    memory?.factsOf(kept, (id, text) => {
      if (typeof text === 'string') this.#keep(id, text)
      else memory.keepFact(kept + id, null)
    })
  }

  async get(id: string): Promise<Avatar | undefined> {
    const known = this.#verified.get(id)
    if (known !== undefined) {
      this.#verified.delete(id)
      this.#verified.set(id, known)
      return known
    }
    const text = this.#stored.get(id)
    const bytes = text === undefined ? undefined : decodeBase64(text)
    const found = bytes && toImage(bytes)
    return found && this.#verify(id, found)
  }

  /** Keeps an image that is what its hash says, and gives it back; any other is forgotten at once. */
  async put(id: string, image: Image): Promise<Avatar | undefined> {
    const avatar = await this.#verify(id, image)
    if (avatar === undefined || this.#memory === undefined || this.#stored.has(id)) return avatar
    const text = encodeBase64(image.bytes)
    if (text.length > longestStoredUnits) return avatar
    this.#memory.keepFact(kept + id, text)
    this.#keep(id, text)
    return avatar
  }

  async #verify(id: string, image: Image): Promise<Avatar | undefined> {
    if ((await toImageHash(image.bytes)) !== id) return undefined
    const avatar = { ...image, id }
    if (!this.#verified.has(id)) this.#bytes += image.bytes.length
    this.#verified.set(id, avatar)
    while (this.#bytes > rememberedAvatarBytes) {
      const [oldest] = this.#verified.values()
      this.#bytes -= oldest?.bytes.length ?? this.#bytes
      forgetOldest(this.#verified)
    }
    return avatar
  }

  #keep(id: string, text: string): void {
    if (!this.#stored.has(id)) this.#units += text.length
    this.#stored.set(id, text)
    while (this.#units > storedAvatarUnits) {
      const [oldest] = this.#stored
      if (oldest === undefined) return
      const [gone, { length }] = oldest
      this.#units -= length
      this.#stored.delete(gone)
      this.#memory?.keepFact(kept + gone, null)
    }
  }
}

/** SHA-1 in lower-case hexadecimal digits; the platform makes it. @see XEP-0084 §4.2.1, XEP-0153 §3.1 */
export async function toImageHash(bytes: Uint8Array): Promise<string> {
  return encodeHex(new Uint8Array(await crypto.subtle.digest('SHA-1', new Uint8Array(bytes))))
}
