// RFC 3492 §5: the parameters of Punycode for IDNA.
const base = 36
const lowestThreshold = 1
const highestThreshold = 26
const skew = 38
const damp = 700
const firstBias = 72
const firstCodePoint = 0x80
const digits = 'abcdefghijklmnopqrstuvwxyz0123456789'
const limit = 0x7fffffff

/** Encodes a label, without the prefix `xn--`. @see RFC 3492 §6.3 */
export function toPunycode(label: string): string {
  const input = Array.from(label, (character) => character.codePointAt(0) ?? 0)
  let output = input
    .filter((codePoint) => codePoint < firstCodePoint)
    .map((codePoint) => String.fromCodePoint(codePoint))
    .join('')
  const basicLength = output.length
  let handled = basicLength
  if (basicLength > 0) output += '-'
  let next = firstCodePoint
  let delta = 0
  let bias = firstBias
  while (handled < input.length) {
    const smallest = Math.min(...input.filter((codePoint) => codePoint >= next))
    delta += (smallest - next) * (handled + 1)
    next = smallest
    for (const codePoint of input) {
      if (codePoint < next) delta += 1
      if (codePoint !== next) continue
      output += variableLengthInteger(delta, bias)
      bias = adapt(delta, handled + 1, handled === basicLength)
      delta = 0
      handled += 1
    }
    delta += 1
    next += 1
  }
  return output
}

function variableLengthInteger(value: number, bias: number): string {
  let text = ''
  let rest = value
  for (let position = base; ; position += base) {
    const threshold = thresholdAt(position, bias)
    if (rest < threshold) return text + digits.charAt(rest)
    text += digits.charAt(threshold + ((rest - threshold) % (base - threshold)))
    rest = Math.floor((rest - threshold) / (base - threshold))
  }
}

/**
 * Decodes a lower-case label without its prefix; `undefined` if it is no Punycode. No two texts decode to one label, so
 * encoding back need not be tried. @see RFC 3492 §6.2
 */
export function parsePunycode(text: string): string | undefined {
  const delimiter = text.lastIndexOf('-')
  const output = Array.from(
    text.slice(0, Math.max(delimiter, 0)),
    (character) => character.codePointAt(0) ?? 0,
  )
  let position = delimiter > 0 ? delimiter + 1 : 0
  let next = firstCodePoint
  let index = 0
  let bias = firstBias
  while (position < text.length) {
    const start = index
    let weight = 1
    for (let step = base; ; step += base) {
      const digit = digits.indexOf(text.charAt(position))
      if (digit < 0 || position >= text.length) return undefined
      position += 1
      index += digit * weight
      const threshold = thresholdAt(step, bias)
      if (digit < threshold) break
      weight *= base - threshold
      if (index > limit || weight > limit) return undefined
    }
    const length = output.length + 1
    bias = adapt(index - start, length, start === 0)
    next += Math.floor(index / length)
    index %= length
    if (next > 0x10ffff || (next >= 0xd800 && next <= 0xdfff)) return undefined
    output.splice(index, 0, next)
    index += 1
  }
  return output.map((codePoint) => String.fromCodePoint(codePoint)).join('')
}

function thresholdAt(position: number, bias: number): number {
  return Math.min(Math.max(position - bias, lowestThreshold), highestThreshold)
}

function adapt(delta: number, length: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? damp : 2))
  rest += Math.floor(rest / length)
  let steps = 0
  while (rest > ((base - lowestThreshold) * highestThreshold) / 2) {
    rest = Math.floor(rest / (base - lowestThreshold))
    steps += base
  }
  return steps + Math.floor(((base - lowestThreshold + 1) * rest) / (rest + skew))
}
