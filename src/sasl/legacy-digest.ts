import { hashing } from '#hashing'
import { encodeHex } from '../base64.js'
import { encodeUtf8 } from './bytes.js'

/**
 * What identifies without sending the password: hexadecimal SHA-1 of the stream's id and the password.
 * @see XEP-0078 §3.1
 */
export async function legacyDigest(streamId: string, password: string): Promise<string> {
  return encodeHex(await hashing.digest('SHA-1', encodeUtf8(streamId + password)))
}
