import { concatBytes, encodeUtf8 } from './bytes.js'

/** The hash functions of SCRAM, by WebCrypto's names (RFC 5802, RFC 7677). */
export const scramHashes = ['SHA-512', 'SHA-256', 'SHA-1'] as const
export type ScramHash = (typeof scramHashes)[number]

/** Bytes that each hash gives. */
export const scramHashBytes: Readonly<Record<ScramHash, number>> = {
  'SHA-512': 64,
  'SHA-256': 32,
  'SHA-1': 20,
}

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

/** Keys of a password that SASLprep has prepared; PBKDF2 is WebCrypto's. */
export async function deriveKeys(
  preparedPassword: string,
  parameters: ScramKeyParameters,
): Promise<ScramKeys> {
  const { hash, iterations, salt, username } = parameters
  const key = await crypto.subtle.importKey('raw', encodeUtf8(preparedPassword), 'PBKDF2', false, [
    'deriveBits',
  ])
  const saltedPassword = new Uint8Array(
    await crypto.subtle.deriveBits(
      { name: 'PBKDF2', hash, salt: concatBytes(salt), iterations },
      key,
      scramHashBytes[hash] * 8,
    ),
  )
  return {
    username,
    hash,
    salt,
    iterations,
    clientKey: await hmac(hash, saltedPassword, encodeUtf8('Client Key')),
    serverKey: await hmac(hash, saltedPassword, encodeUtf8('Server Key')),
  }
}

/** HMAC(key, data). */
export async function hmac(
  hash: ScramHash,
  key: Uint8Array,
  data: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey('raw', concatBytes(key), { name: 'HMAC', hash }, false, [
    'sign',
  ])
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, concatBytes(data)))
}

/** H(data). */
export async function digest(hash: ScramHash, data: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest(hash, concatBytes(data)))
}
