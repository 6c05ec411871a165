import { randomFillSync } from 'node:crypto'

/** Fills an array with what nobody can foresee, and gives it back; Node's own, since WebCrypto is much to load for it. */
export const fillRandom = <T extends Int32Array | Uint8Array>(array: T): T => randomFillSync(array)
