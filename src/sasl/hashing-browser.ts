import { concatBytes } from './bytes.js'
import type { Hashing } from './hashing.js'
import { scramHashBytes } from './scram-hashes.js'

/** WebCrypto, which takes no shared memory and so is given copies. */
export const hashing: Hashing = {
  get isMissing() {
    return globalThis.crypto?.subtle === undefined
  },
  hmac: async (hash, key, data) => {
    const algorithm = { name: 'HMAC', hash }
    const imported = await crypto.subtle.importKey('raw', concatBytes(key), algorithm, false, ['sign'])
    return new Uint8Array(await crypto.subtle.sign('HMAC', imported, concatBytes(data)))
  },
  digest: async (hash, data) => new Uint8Array(await crypto.subtle.digest(hash, concatBytes(data))),
  pbkdf2: async (hash, password, salt, iterations) => {
    const key = await crypto.subtle.importKey('raw', concatBytes(password), 'PBKDF2', false, ['deriveBits'])
    const parameters = { name: 'PBKDF2', hash, salt: concatBytes(salt), iterations }
    return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, scramHashBytes[hash] * 8))
  },
}
