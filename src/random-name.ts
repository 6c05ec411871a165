import { fillRandom } from '#chance'
import { encodeHex } from './base64.js'

/** 128 bits that nobody can foresee, in hexadecimal digits: a page that came over plain HTTP has no `crypto.randomUUID()`. */
export const randomName = (): string => encodeHex(fillRandom(new Uint8Array(16)))
