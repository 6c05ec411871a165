import { fillRandom } from '#chance'

const alphabet = new TextEncoder().encode('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_')
const decoder = new TextDecoder()

/** How many ids one draw of random bytes serves. */
const batch = 256
const idLength = 16
const pool = new Uint8Array(idLength * batch)

/** Of all sessions together, since most of them seldom need an id; spelled at once, which takes a tenth of the time. */
let ids = ''
let used = 0

/**
 * Makes a stanza id that nobody can guess: 96 random bits, and no two alike.
 * @see RFC 6120 §8.1.3
 */
export function createStanzaId(): string {
  if (used === ids.length) {
    fillRandom(pool)
    for (let at = 0; at < pool.length; at++) pool[at] = alphabet[(pool[at] ?? 0) & 63] ?? 0
    ids = decoder.decode(pool)
    used = 0
  }
  return ids.slice(used, (used += idLength))
}
