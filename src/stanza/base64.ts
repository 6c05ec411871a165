const canonical = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/
const chunkBytes = 8192

/** Writes base64 with padding. @see RFC 4648 §4 */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    binary += String.fromCharCode(...bytes.subarray(start, start + chunkBytes))
  }
  return btoa(binary)
}

/**
 * Reads base64 strictly: no white space, no other alphabet, no missing padding, no stray bits; `undefined` for
 * anything else. @see RFC 4648 §3.5, RFC 6120 §13.9.1
 */
export function parseBase64(text: string): Uint8Array | undefined {
  return canonical.test(text)
    ? Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    : undefined
}
