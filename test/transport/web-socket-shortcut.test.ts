import { array, assert, constantFrom, nat, oneof, property, string, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeTextFrames } from '../../src/transport/web-socket-frames.js'
import { WebSocketShortcut } from '../../src/transport/web-socket-shortcut.js'

const limitBytes = 70_000

const toFrame = (text: string) => encodeTextFrames([text], false)
const probe = (first: number, text: string) =>
  Buffer.concat([Buffer.from([first, Buffer.byteLength(text)]), Buffer.from(text)])

/** Texts, and in hexadecimal whatever was told in other ways, joined where nothing stood between. */
function read(pieces: readonly Uint8Array[]): readonly string[] {
  const told: string[] = []
  let isOther = false
  const way = new WebSocketShortcut(
    {
      text: (text) => {
        told.push(`text ${text}`)
        isOther = false
      },
      other: (bytes) => {
        const hex = Buffer.from(bytes).toString('hex')
        if (isOther) told.push(`${told.pop() ?? ''}${hex}`)
        else told.push(`other ${hex}`)
        isOther = true
      },
    },
    limitBytes,
  )
  for (const piece of pieces) {
    const own = Uint8Array.from(piece)
    way.take(own)
    // A piece is the reader's own again.
    own.fill(0xff)
  }
  return told
}

function cut(bytes: Buffer, places: readonly number[]): readonly Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

const text = oneof(
  string({ unit: 'grapheme', maxLength: 200 }),
  constantFrom('x'.repeat(125), 'x'.repeat(126), 'é'.repeat(150), 'x'.repeat(65_536)),
).map((told) => ({ bytes: toFrame(told), told: `text ${told}` }))

const control = tuple(constantFrom(0x89, 0x8a), string({ maxLength: 125 })).map(([first, words]) => {
  const bytes = probe(first, words.replace(/[^ -~]/gu, '.'))
  return { bytes, told: `other ${bytes.toString('hex')}` }
})

/** After which everything is another's. */
const turns: Readonly<Record<string, Buffer>> = {
  'a closing frame': Buffer.from([0x88, 0x02, 0x03, 0xe8]),
  'a fragment': Buffer.from([0x01, 0x01, 0x61]),
  'the rest of nothing': Buffer.from([0x80, 0x01, 0x61]),
  'a binary frame': Buffer.from([0x82, 0x01, 0x61]),
  'a text of an extension': Buffer.from([0xc1, 0x01, 0x61]),
  'a kind that nobody knows': Buffer.from([0x83, 0x00]),
  'a ping in fragments': Buffer.from([0x09, 0x00]),
  'a long ping': Buffer.from([0x89, 126, 0x00, 0x03, 0x61, 0x61, 0x61]),
  'a masked text': encodeTextFrames(['a'], true),
  'a masked ping': Buffer.from([0x89, 0x80, 0, 0, 0, 0]),
  'a text that is no UTF-8': Buffer.from([0x81, 0x02, 0xc3, 0x28]),
  'a text that ends amid a character': Buffer.from([0x81, 0x01, 0xc3]),
  'a text beyond the limit': toFrame('x'.repeat(limitBytes + 1)),
  'a text longer than numbers go': Buffer.from([0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255]),
}

describe('WebSocketShortcut', () => {
  it('tells every text and every other frame in order, wherever it is cut', () => {
    assert(
      property(
        array(oneof(text, control), { maxLength: 12 }),
        array(nat(), { maxLength: 20 }),
        (frames, at) => {
          const bytes = Buffer.concat(frames.map((frame) => frame.bytes))
          const expected = read(frames.map((frame) => frame.bytes))
          expect(expected.filter((told) => told.startsWith('text'))).toEqual(
            frames.map(({ told }) => told).filter((told) => told.startsWith('text')),
          )
          expect(read(cut(bytes, at))).toEqual(expected)
        },
      ),
    )
  })

  it.each(Object.entries(turns))(
    'leaves everything from %s on to another, wherever it is cut',
    (_what, turn) => {
      const rest = Buffer.concat([turn, toFrame('after')])
      const bytes = Buffer.concat([toFrame('before'), rest])
      const expected = ['text before', `other ${rest.toString('hex')}`]
      expect(read([bytes])).toEqual(expected)
      for (let at = 1; at < Math.min(bytes.length, 40); at++) expect(read(cut(bytes, [at]))).toEqual(expected)
      const head = [...bytes.subarray(0, 40)].map((byte) => Uint8Array.of(byte))
      expect(read([...head, bytes.subarray(40)])).toEqual(expected)
    },
  )

  it('tells a text of the limit, and keeps a mark of byte order', () => {
    expect(read([toFrame('x'.repeat(limitBytes)), toFrame('\ufeffa'), toFrame('')])).toEqual([
      `text ${'x'.repeat(limitBytes)}`,
      'text \ufeffa',
      'text ',
    ])
  })

  it('takes a length that is written longer than it need be', () => {
    expect(read([Buffer.from([0x81, 126, 0, 1, 0x61, 0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, 0x62])])).toEqual([
      'text a',
      'text b',
    ])
  })
})
