/** One element of a DER encoding; only what certificates use: tags below 31, definite lengths. */
export interface DerElement {
  /** Identifier octet: class, constructed bit and number. */
  readonly tag: number
  readonly content: Uint8Array
}

/**
 * Reads the elements that `bytes` consists of.
 * @throws RangeError when they are not DER
 */
export function readDer(bytes: Uint8Array): readonly DerElement[] {
  const elements: DerElement[] = []
  let at = 0
  while (at < bytes.length) {
    const tag = octet(bytes, at)
    if ((tag & 0x1f) === 0x1f) throw new RangeError('DER: tags above 30 are not supported')
    let length = octet(bytes, at + 1)
    at += 2
    if (length >= 0x80) {
      const size = length & 0x7f
      if (size === 0 || size > 4) throw new RangeError('DER: unsupported length')
      length = 0
      for (let index = 0; index < size; index += 1) length = length * 256 + octet(bytes, at + index)
      at += size
    }
    if (at + length > bytes.length) throw new RangeError('DER: an element is cut short')
    elements.push({ tag, content: bytes.subarray(at, at + length) })
    at += length
  }
  return elements
}

/** The children of the constructed element that `bytes` begins with. */
export function readSequence(bytes: Uint8Array): readonly DerElement[] {
  const [element] = readDer(bytes)
  if (element === undefined || (element.tag & 0x20) === 0)
    throw new RangeError('DER: a sequence was expected')
  return readDer(element.content)
}

/** The content of the child with `tag`, if there is one. */
export function contentOf(elements: readonly DerElement[], tag: number): Uint8Array | undefined {
  return elements.find((element) => element.tag === tag)?.content
}

/** The dotted form of an object identifier's content. */
export function toObjectIdentifier(content: Uint8Array): string {
  const arcs: number[] = []
  let arc = 0
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      arcs.push(arc)
      arc = 0
    }
  }
  const [first = 0, ...rest] = arcs
  const root = Math.min(Math.floor(first / 40), 2)
  return [root, first - root * 40, ...rest].join('.')
}

function octet(bytes: Uint8Array, at: number): number {
  const value = bytes[at]
  if (value === undefined) throw new RangeError('DER: an element is cut short')
  return value
}
