import { hashing } from '#hashing'
import { encodeUtf8 } from './bytes.js'
import type { ScramHash } from './scram-hashes.js'

/** RFC 5802 §5.1 and RFC 7677 §4: fewer rounds than this are not accepted. */
export const scramIterationFloor = 4096
/** More rounds than this are taken for an attack on the processor: about a second of work. */
export const scramIterationCeiling = 2_000_000

/** What keys are derived from, beside the password: together these find cached keys. */
export interface ScramKeyParameters {
  /** As prepared by SASLprep. */
  readonly username: string
  readonly hash: ScramHash
  readonly salt: Uint8Array
  readonly iterations: number
}

/**
 * What a client needs to authenticate once the password is forgotten. As good as the password at that server, for this
 * salt: keep it as carefully.
 */
export interface ScramKeys extends ScramKeyParameters {
  readonly clientKey: Uint8Array
  readonly serverKey: Uint8Array
}

/** Keys of a password that SASLprep has prepared; PBKDF2 is the platform's. */
export async function deriveKeys(
  preparedPassword: string,
  parameters: ScramKeyParameters,
): Promise<ScramKeys> {
  const { hash, iterations, salt } = parameters
  const saltedPassword = await hashing.pbkdf2(hash, encodeUtf8(preparedPassword), salt, iterations)
  return {
    ...parameters,
    clientKey: await hashing.hmac(hash, saltedPassword, encodeUtf8('Client Key')),
    serverKey: await hashing.hmac(hash, saltedPassword, encodeUtf8('Server Key')),
  }
}
