import { array, assert, boolean, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeTextFrames } from '../../src/transport/web-socket-frames.js'

/** As RFC 6455 §5.2 has a peer read them; what `ws` reads is shown by the suite over all transports. */
function read(frames: Buffer): readonly { readonly text: string; readonly isMasked: boolean }[] {
  const read: { readonly text: string; readonly isMasked: boolean }[] = []
  for (let at = 0; at < frames.length;) {
    expect(frames[at]).toBe(0x81)
    const isMasked = frames.readUInt8(at + 1) >= 0x80
    const short = frames.readUInt8(at + 1) & 0x7f
    const length =
      short === 127
        ? Number(frames.readBigUInt64BE(at + 2))
        : short === 126
          ? frames.readUInt16BE(at + 2)
          : short
    at += short === 127 ? 10 : short === 126 ? 4 : 2
    const key = isMasked ? frames.subarray(at, at + 4) : Buffer.alloc(4)
    at += isMasked ? 4 : 0
    const payload = frames.subarray(at, at + length).map((byte, index) => byte ^ key.readUInt8(index % 4))
    read.push({ text: Buffer.from(payload).toString('utf8'), isMasked })
    at += length
  }
  return read
}

describe('encodeTextFrames()', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('writes a text of %i bytes', (length) => {
    const text = 'x'.repeat(length)
    expect(read(encodeTextFrames([text], true))).toEqual([{ text, isMasked: true }])
    expect(read(encodeTextFrames([text], false))).toEqual([{ text, isMasked: false }])
  })

  it('writes any texts as frames of their own, in order, masked or not', () => {
    assert(
      property(
        array(string({ unit: 'grapheme', maxLength: 300 }), { minLength: 1, maxLength: 20 }),
        boolean(),
        (texts, isMasked) => {
          expect(read(encodeTextFrames(texts, isMasked))).toEqual(texts.map((text) => ({ text, isMasked })))
        },
      ),
    )
  })

  it('masks every frame with a key of its own', () => {
    const keys = new Set(
      Array.from({ length: 4_096 }, () => encodeTextFrames(['x'], true).subarray(2, 6).toString('hex')),
    )
    expect(keys.size).toBeGreaterThan(4_090)
  })
})
