import { createHash, createHmac, pbkdf2 } from 'node:crypto'
import { scramHashBytes, type ScramHash } from './scram-hashes.js'

/** What SCRAM computes with, by whatever the platform has for it. */
export interface Hashing {
  /** The platform has nothing to compute with here. */
  readonly isMissing: boolean

  /** HMAC(key, data). */
  hmac(hash: ScramHash, key: Uint8Array, data: Uint8Array): Promise<Uint8Array<ArrayBuffer>>
  /** H(data). */
  digest(hash: ScramHash, data: Uint8Array): Promise<Uint8Array<ArrayBuffer>>
  /** As many bytes as the hash gives; off the thread that asks. @see RFC 8018 §5.2 */
  pbkdf2(
    hash: ScramHash,
    password: Uint8Array,
    salt: Uint8Array,
    iterations: number,
  ): Promise<Uint8Array<ArrayBuffer>>
}

const nodeNames: Readonly<Record<ScramHash, string>> = {
  'SHA-512': 'sha512',
  'SHA-256': 'sha256',
  'SHA-1': 'sha1',
}

/** Node's own, since WebCrypto goes to another thread and back for each hash of a few bytes. */
export const hashing: Hashing = {
  isMissing: false,
  hmac: async (hash, key, data) => new Uint8Array(createHmac(nodeNames[hash], key).update(data).digest()),
  digest: async (hash, data) => new Uint8Array(createHash(nodeNames[hash]).update(data).digest()),
  pbkdf2: (hash, password, salt, iterations) =>
    new Promise((resolve, reject) => {
      pbkdf2(password, salt, iterations, scramHashBytes[hash], nodeNames[hash], (error, derived) => {
        if (error === null) resolve(new Uint8Array(derived))
        else reject(error)
      })
    }),
}
