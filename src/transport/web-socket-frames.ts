import { fillRandom } from '#chance'

/** Masking keys are drawn together, since each draw has its price; so often that the engine knows how it goes. */
const keys = new Int32Array(512)
let drawn = keys.length

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
  const view = new DataView(frames.buffer, frames.byteOffset, total)
  let index = 0
  let at = 0
  for (const text of texts) {
    const length = lengths[index++] ?? 0
    writeHeader(view, at, length, isMasked)
    const payload = at + headerBytes(length) + maskBytes
    frames.write(text, payload)
    if (isMasked) mask(view, payload, length)
    at = payload + length
  }
  return frames
}

function headerBytes(length: number): number {
  if (length < 126) return 2
  return length < 65_536 ? 4 : 10
}

/** A whole message of text: the final fragment, opcode 1. */
function writeHeader(frames: DataView, at: number, length: number, isMasked: boolean): void {
  const bytes = headerBytes(length)
  const short = bytes === 2 ? length : bytes === 4 ? 126 : 127
  frames.setUint16(at, (isMasked ? 0x81_80 : 0x81_00) | short)
  if (bytes === 4) frames.setUint16(at + 2, length)
  else if (bytes === 10) frames.setBigUint64(at + 2, BigInt(length))
}

/** Puts a key that nobody can foresee before the payload, and the payload under it: four bytes at a time, as far as they go. */
function mask(frames: DataView, payload: number, length: number): void {
  if (drawn === keys.length) {
    fillRandom(keys)
    drawn = 0
  }
  const key = keys[drawn++] ?? 0
  frames.setInt32(payload - 4, key)
  const end = payload + length
  let at = payload
  for (; at + 4 <= end; at += 4) frames.setInt32(at, frames.getInt32(at) ^ key)
  // The rest begins at a multiple of the key.
  for (let shift = 24; at < end; at++, shift -= 8) frames.setUint8(at, frames.getUint8(at) ^ (key >> shift))
}
