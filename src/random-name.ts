import { fillRandom } from '#chance'

/** 128 bits that nobody can foresee, in hexadecimal digits: a page that came over plain HTTP has no `crypto.randomUUID()`. */
export const randomName = (): string =>
  Array.from(fillRandom(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
