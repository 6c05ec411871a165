/**
 * The order of two texts by the octets of their UTF-8, which is that of their code points.
 * @see RFC 4790 §9.3
 */
export function compareOctets(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const one = a.charCodeAt(index)
    const other = b.charCodeAt(index)
    if (one !== other) return rankOf(one) - rankOf(other)
  }
  return a.length - b.length
}

/** Halves of a pair stand for what comes after everything that is a unit by itself. */
const rankOf = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit)
