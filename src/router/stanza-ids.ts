const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_'

/** How many ids one draw of random bytes serves. */
const batch = 64
const idBytes = 16

/** Of all sessions together, since most of them seldom need an id. */
const pool = new Uint8Array(idBytes * batch)
let used = pool.length

/**
 * Makes a stanza id that nobody can guess: 96 random bits, and no two alike.
 * @see RFC 6120 §8.1.3
 */
export function createStanzaId(): string {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  let id = ''
  for (const end = used + idBytes; used < end; used++) id += alphabet[(pool[used] ?? 0) & 63]
  return id
}
