const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_'

/** How many ids one draw of random bytes serves. */
const batch = 64

/**
 * Makes stanza ids that nobody can guess: 96 random bits each, and no two alike.
 * @see RFC 6120 §8.1.3
 */
export function createStanzaIds(): () => string {
  const idBytes = 16
  const pool = new Uint8Array(idBytes * batch)
  let used = pool.length
  return () => {
    if (used === pool.length) {
      crypto.getRandomValues(pool)
      used = 0
    }
    let id = ''
    for (const end = used + idBytes; used < end; used++) id += alphabet[(pool[used] ?? 0) & 63]
    return id
  }
}
