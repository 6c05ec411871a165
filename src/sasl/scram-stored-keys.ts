import { fillRandom } from '#chance'
import { hashing } from '#hashing'
import { saslprep } from './saslprep.js'
import type { ScramHash } from './scram-hashes.js'
import { deriveKeys, scramIterationCeiling, scramIterationFloor } from './scram-keys.js'

/** What a server keeps instead of the password (RFC 5802 §3). */
export interface ScramStoredKeys {
  readonly hash: ScramHash
  readonly salt: Uint8Array
  readonly iterations: number
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

/** Bytes of a salt that `deriveStoredKeys` makes. */
export const scramSaltBytes = 16

/**
 * What a server stores for a password: salt of 16 random bytes and 4,096 rounds by default. Throws RangeError for an
 * empty password, one that SASLprep refuses, an empty salt, or a round count outside `scramIterationFloor` and
 * `scramIterationCeiling`.
 */
export async function deriveStoredKeys(
  password: string,
  options: { readonly hash: ScramHash; readonly salt?: Uint8Array; readonly iterations?: number },
): Promise<ScramStoredKeys> {
  const { hash, iterations = scramIterationFloor } = options
  const salt = options.salt ?? fillRandom(new Uint8Array(scramSaltBytes))
  const prepared = saslprep(password, 'stored')
  if (prepared === '') throw new RangeError('an account needs a password: it is empty')
  if (salt.length === 0) throw new RangeError('a salt must not be empty')
  if (
    !Number.isInteger(iterations) ||
    iterations < scramIterationFloor ||
    iterations > scramIterationCeiling
  ) {
    throw new RangeError(
      `iterations must be an integer from ${scramIterationFloor} to ${scramIterationCeiling}: ${iterations}`,
    )
  }
  const keys = await deriveKeys(prepared, { username: '', hash, salt, iterations })
  const storedKey = await hashing.digest(hash, keys.clientKey)
  return { hash, salt, iterations, storedKey, serverKey: keys.serverKey }
}
