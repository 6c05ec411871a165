/** One SRV record (RFC 2782). */
export interface SrvRecord {
  readonly name: string
  readonly port: number
  readonly priority: number
  readonly weight: number
}

/**
 * The order in which to try records: lowest priority first, inside one priority by lot, in proportion to the weights.
 * @param random a number from 0 up to, not including, 1
 * @see RFC 2782 "Weight"
 */
export function orderSrvRecords<T extends SrvRecord>(
  records: readonly T[],
  random: () => number,
): readonly T[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b)
  return priorities.flatMap((priority) =>
    drawAll(
      records.filter((record) => record.priority === priority),
      random,
    ),
  )
}

function drawAll<T extends SrvRecord>(records: readonly T[], random: () => number): readonly T[] {
  // Records of weight 0 come first in the running sum, so that they have a small chance.
  const left = [...records].sort((a, b) => Math.sign(a.weight) - Math.sign(b.weight))
  const drawn: T[] = []
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0)
    const mark = Math.floor(random() * (total + 1))
    let sum = 0
    const index = left.findIndex(({ weight }) => (sum += weight) >= mark)
    drawn.push(...left.splice(index, 1))
  }
  return drawn
}
