/** Random bytes are drawn in pieces of this length, since each draw has its price; so often that the engine knows how it goes. */
const poolBytes = 512
const pool = new Uint8Array(poolBytes)
let drawn = poolBytes

/**
 * Text frames as they go over the wire, all in one piece: `ws` makes two of each, which are as many writes.
 * @param isMasked whether a client writes them
 * @see RFC 6455 §5.2, §5.3
 */
export function encodeTextFrames(texts: readonly string[], isMasked: boolean): Buffer {
  const maskBytes = isMasked ? 4 : 0
  const lengths: number[] = []
  let total = 0
  for (const text of texts) {
    const length = Buffer.byteLength(text)
    lengths.push(length)
    total += headerBytes(length) + maskBytes + length
  }
  const frames = Buffer.allocUnsafe(total)
  let index = 0
  let at = 0
  for (const text of texts) {
    const length = lengths[index++] ?? 0
    const payload = writeHeader(frames, at, length, isMasked) + maskBytes
    frames.write(text, payload)
    if (isMasked) mask(frames, payload, length)
    at = payload + length
  }
  return frames
}

function headerBytes(length: number): number {
  if (length < 126) return 2
  return length < 65_536 ? 4 : 10
}

/** A whole message of text: the final fragment, opcode 1. Returns where the header ends. */
function writeHeader(frames: Buffer, at: number, length: number, isMasked: boolean): number {
  const maskBit = isMasked ? 0x80 : 0
  frames[at] = 0x81
  if (length < 126) {
    frames[at + 1] = maskBit | length
    return at + 2
  }
  const isShort = length < 65_536
  frames[at + 1] = maskBit | (isShort ? 126 : 127)
  const end = at + (isShort ? 4 : 10)
  for (let byte = end - 1, rest = length; byte > at + 1; byte--, rest = Math.floor(rest / 256))
    frames[byte] = rest & 0xff
  return end
}

/** Puts a key that nobody can foresee before the payload, and the payload under it. */
function mask(frames: Buffer, payload: number, length: number): void {
  if (drawn === poolBytes) {
    crypto.getRandomValues(pool)
    drawn = 0
  }
  const key = drawn
  drawn += 4
  for (let index = 0; index < 4; index++) frames[payload - 4 + index] = pool[key + index] ?? 0
  for (let index = 0; index < length; index++) {
    frames[payload + index] = (frames[payload + index] ?? 0) ^ (pool[key + (index & 3)] ?? 0)
  }
}
