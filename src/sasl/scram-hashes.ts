/** The hash functions of SCRAM, by WebCrypto's names (RFC 5802, RFC 7677). */
export const scramHashes = ['SHA-512', 'SHA-256', 'SHA-1'] as const
export type ScramHash = (typeof scramHashes)[number]

/** Bytes that each hash gives. */
export const scramHashBytes: Readonly<Record<ScramHash, number>> = {
  'SHA-512': 64,
  'SHA-256': 32,
  'SHA-1': 20,
}
