/** A seeded source of chance (mulberry32), so that every failure can be repeated from its seed. */
export interface Random {
  /** In `[0, below)`. */
  integer(below: number): number
  pick<T>(from: readonly [T, ...T[]]): T
  chance(probability: number): boolean
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const integer = (below: number) => Math.floor(next() * below)
  return {
    integer,
    pick: (from) => from[integer(from.length)] ?? from[0],
    chance: (probability) => next() < probability,
  }
}

/** Cuts bytes at random places, up to `most` of them; the pieces joined are the bytes. */
export function cutRandomly(bytes: Uint8Array, random: Random, most: number): readonly Uint8Array[] {
  const places = Array.from({ length: random.integer(most + 1) }, () => random.integer(bytes.length + 1))
  return cutAt(bytes, places)
}

export function cutAt(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const sorted = [...places].sort((a, b) => a - b)
  const pieces: Uint8Array[] = []
  let from = 0
  for (const place of [...sorted, bytes.length]) {
    pieces.push(bytes.subarray(from, place))
    from = place
  }
  return pieces
}

export function cutEvery(bytes: Uint8Array, length: number): readonly Uint8Array[] {
  const places: number[] = []
  for (let place = length; place < bytes.length; place += length) places.push(place)
  return cutAt(bytes, places)
}
