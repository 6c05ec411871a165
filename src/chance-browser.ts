/** Fills an array with what nobody can foresee, and gives it back: by WebCrypto, as much as 65,536 bytes. */
export const fillRandom = <T extends Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(array: T): T =>
  crypto.getRandomValues(array)
