import { fillRandom } from '#chance'
import { encodeBase64 } from '../base64.js'

/** Gives a fresh nonce each time: printable ASCII without comma (RFC 5802 §7). */
export type NonceSource = () => string

/** Random bytes in a nonce: 144 bits. */
export const nonceBytes = 18

const printable = /^[\x21-\x2B\x2D-\x7E]+$/

/** Fresh chance from the system's cryptographic generator. */
export const randomNonce: NonceSource = () => encodeBase64(fillRandom(new Uint8Array(nonceBytes)))

/** Whether a text may stand in `r=`. */
export function isNonce(text: string): boolean {
  return printable.test(text)
}

/** One nonce from a source; throws RangeError when the source gives what SCRAM cannot carry. */
export function takeNonce(source: NonceSource): string {
  const nonce = source()
  if (!isNonce(nonce)) throw new RangeError('a nonce must be printable ASCII without comma, and not empty')
  return nonce
}
