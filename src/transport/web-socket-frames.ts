/** Random bytes are drawn in pieces of this length, since each draw has its price. */
const poolBytes = 8 * 1024
const pool = new Uint8Array(poolBytes)
let drawn = poolBytes

/**
 * Text frames as they go over the wire, all in one piece: `ws` makes two of each, which are as many writes.
 * @param isMasked whether a client writes them
 * @see RFC 6455 §5.2, §5.3
 */
export function encodeTextFrames(texts: readonly string[], isMasked: boolean): Buffer {
  const maskBytes = isMasked ? 4 : 0
  let total = 0
  const lengths = texts.map((text) => {
    const length = Buffer.byteLength(text, 'utf8')
    total += headerBytes(length) + maskBytes + length
    return length
  })
  const frames = Buffer.allocUnsafe(total)
  let at = 0
  for (const [index, text] of texts.entries()) {
    const length = lengths[index] ?? 0
    at = writeHeader(frames, at, length, isMasked)
    const payload = at + maskBytes
    frames.write(text, payload, length, 'utf8')
    if (isMasked) mask(frames, at, length)
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
  if (length < 65_536) {
    frames[at + 1] = maskBit | 126
    return frames.writeUInt16BE(length, at + 2)
  }
  frames[at + 1] = maskBit | 127
  frames.writeUInt32BE(Math.floor(length / 2 ** 32), at + 2)
  return frames.writeUInt32BE(length >>> 0, at + 6)
}

/** Puts a key that nobody can foresee before the payload, and the payload under it. */
function mask(frames: Buffer, at: number, length: number): void {
  if (drawn === poolBytes) {
    crypto.getRandomValues(pool)
    drawn = 0
  }
  frames.set(pool.subarray(drawn, drawn + 4), at)
  drawn += 4
  const payload = at + 4
  for (let index = 0; index < length; index++) {
    frames[payload + index] = (frames[payload + index] ?? 0) ^ (frames[at + (index & 3)] ?? 0)
  }
}
