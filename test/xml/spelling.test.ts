import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Spelling } from '../../src/xml/spelling.js'
import { createStreamReader } from '../../src/xml/stream-reader.js'
import { cutAt } from './random.js'
import { createRecorder, header, toBytes } from './recorder.js'

const pieces = [
  header,
  '\n<a b="é" \t/>',
  '<message>\n <body>&lt;€\u{1f600}<![CDATA[<]]></body >\n</message>',
  '<x:iq xmlns:x=\'jabber:client\' id = "1"/>',
  ' </stream:stream>',
]
const places = fc.array(fc.nat(toBytes(pieces.join('')).length), { maxLength: 12 })

describe('Spelling', () => {
  it('gives each construct as it is spelled, however it is cut, halted and handed on', () => {
    fc.assert(
      fc.property(places, fc.boolean(), fc.array(fc.boolean()), (cuts, asText, halts) => {
        const spelling = new Spelling()
        const told: string[] = []
        const halting = [...halts]
        const tell = () => {
          told.push(spelling.take())
          if (halting.shift() === true) reader.halt()
        }
        const handler = { ...createRecorder(), opened: tell, element: tell, closed: tell }
        const reader = createStreamReader(handler, {}, spelling)
        const whole = pieces.join('')
        const edges = [...cuts.map((cut) => cut % whole.length), whole.length].toSorted((a, b) => a - b)
        const chunks = asText
          ? edges.map((edge, index) => whole.slice(edges[index - 1] ?? 0, edge))
          : cutAt(toBytes(whole), cuts)
        for (const chunk of chunks) {
          reader.write(chunk)
          pieces.forEach(() => reader.resume())
        }
        expect(told).toEqual(pieces)
        expect(spelling.isBegun).toBe(false)
      }),
      { numRuns: 300, seed: 21 },
    )
  })

  it.each([
    ['broken XML', [`${header}<a/><a>`, '</b><c/>'], '<a></b><c/>'],
    ['what is no UTF-8', [toBytes(header), Uint8Array.of(0x3c, 0x61, 0xff, 0x3e)], '<a\ufffd>'],
    ['what must not be', [`${header} `, '<!-- no -->'], ' <!-- no -->'],
  ])('gives %s as far as it has come', (_what, chunks, text) => {
    const spelling = new Spelling()
    const failures: string[] = []
    const reader = createStreamReader(
      {
        ...createRecorder(),
        opened: () => spelling.take(),
        element: () => spelling.take(),
        failed: () => failures.push(spelling.take()),
      },
      {},
      spelling,
    )
    for (const chunk of chunks) reader.write(chunk)
    expect(failures).toEqual([text])
  })

  it('begins with a new stream, and gives what is handed to somebody else to nobody', () => {
    const spelling = new Spelling()
    const told: string[] = []
    const reader = createStreamReader(
      {
        ...createRecorder(),
        opened: () => told.push(spelling.take()),
        element: () => {
          told.push(spelling.take())
          reader.reset()
        },
      },
      {},
      spelling,
    )
    reader.write(`${header}<a/>${header}<b/>`)
    reader.write(header)
    reader.halt()
    reader.write('<c/>')
    reader.takeHeld()
    expect(told).toEqual([header, '<a/>', header, '<b/>', header])
    expect(spelling.take()).toBe('')
  })

  it('costs what is read, and not that once more for each piece of a long element', () => {
    const body = 'x'.repeat(2_000_000)
    const text = toBytes(`${header}<message><body>${body}</body></message>`)
    const msOf = (spelling: Spelling | undefined): number => {
      let told = spelling === undefined ? text.length : 0
      const tell = () => (told += spelling?.take().length ?? 0)
      const reader = createStreamReader({ ...createRecorder(), opened: tell, element: tell }, {}, spelling)
      const begin = process.cpuUsage()
      for (let at = 0; at < text.length; at += 500) reader.write(text.subarray(at, at + 500))
      const { user, system } = process.cpuUsage(begin)
      expect(told).toBe(text.length)
      return (user + system) / 1000
    }
    msOf(undefined)
    expect(msOf(new Spelling())).toBeLessThan(10 * msOf(undefined) + 200)
  })

  it('knows how much more than white space has begun, in whichever piece it came', () => {
    const spelling = new Spelling()
    const reader = createStreamReader(
      { ...createRecorder(), opened: () => spelling.take(), element: () => spelling.take() },
      {},
      spelling,
    )
    const begun = [`${header} `, '\n', '<a>', ' ', '</a> ', ' '].map((piece) => {
      reader.write(piece)
      return spelling.isBegun
    })
    expect(begun).toEqual([false, false, true, true, false, false])
  })

  it('keeps no more than the latest white space between stanzas', () => {
    const spelling = new Spelling()
    const reader = createStreamReader({ ...createRecorder(), opened: () => spelling.take() }, {}, spelling)
    reader.write(header)
    for (let count = 0; count < 10_000; count += 1) reader.write(' ')
    expect(spelling.take()).toHaveLength(4096)
  })
})
