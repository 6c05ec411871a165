import { encodeBase64 } from '../base64.js'
import type { CapsHash } from '../stanza/caps.js'

/** The hash of a text in UTF-8, in base64; the platform makes it. */
export async function toCapsHash(hash: CapsHash, text: string): Promise<string> {
  const digest = await crypto.subtle.digest(platformNames[hash], new TextEncoder().encode(text))
  return encodeBase64(new Uint8Array(digest))
}

const platformNames: Readonly<Record<CapsHash, string>> = {
  'sha-1': 'SHA-1',
  'sha-256': 'SHA-256',
  'sha-512': 'SHA-512',
}
