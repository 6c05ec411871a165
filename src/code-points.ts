/** A set of code points. */
export interface CodePointSet {
  has(codePoint: number): boolean
}

/**
 * A set from its packed form: a list of ranges in ascending order, each `gap` or `gap.more` in base 36. `gap` leads from
 * the end of the range before (at first from zero) to its first code point, `more` is how many follow that one. It is
 * unpacked when first asked.
 */
export function codePoints(packed: string): CodePointSet {
  let ends: Uint32Array | undefined
  return {
    has(codePoint) {
      ends ??= unpack(packed)
      return isCovered(ends, codePoint)
    },
  }
}

function unpack(packed: string): Uint32Array {
  const bounds: number[] = []
  let position = 0
  for (const range of packed.trim().split(/\s+/)) {
    const [gap = '0', more = '0'] = range.split('.')
    const first = position + Number.parseInt(gap, 36)
    position = first + Number.parseInt(more, 36)
    bounds.push(first, position + 1)
  }
  return Uint32Array.from(bounds)
}

/** Bounds alternate between the start of a range and its end: an odd number of bounds at or below means inside. */
function isCovered(bounds: Uint32Array, codePoint: number): boolean {
  let low = 0
  let high = bounds.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((bounds[middle] ?? 0) <= codePoint) low = middle + 1
    else high = middle
  }
  return low % 2 === 1
}
