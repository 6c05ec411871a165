import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { defaultXmlLimits, resolveXmlLimits, type XmlLimits } from '../../src/xml/limits.js'
import { createStreamReader } from '../../src/xml/stream-reader.js'
import { concatBytes } from '../../src/xml/utf8.js'
import { inventElement, mutate } from './mutation.js'
import { createRandom, cutEvery, cutRandomly } from './random.js'
import { createRecorder, failureOf, header, readAll, toBytes } from './recorder.js'

const violation = 'policy-violation'

describe('resolveXmlLimits()', () => {
  it('gives the defaults where nothing is said', () => {
    expect(resolveXmlLimits()).toEqual(defaultXmlLimits)
    expect(resolveXmlLimits({ depth: 3 })).toEqual({ ...defaultXmlLimits, depth: 3 })
    expect(resolveXmlLimits({ depth: 3, prefixes: undefined })).toEqual({ ...defaultXmlLimits, depth: 3 })
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d as a limit', (depth) => {
    expect(() => resolveXmlLimits({ depth })).toThrow(RangeError)
    expect(() => createStreamReader(createRecorder(), { depth })).toThrow(/XML limit depth/)
  })
})

/** For each limit: what keeps it, and what breaks it although its end never comes. */
const cases: readonly (readonly [limits: Partial<XmlLimits>, kept: string, broken: string])[] = [
  [{ depth: 3 }, '<a><b><c/></b></a>', '<a><b><c><d '],
  [{ elements: 3 }, '<a><b/><c/></a>', '<a><b/><c/><d '],
  [{ attributes: 2 }, "<a b='' xmlns:c='c'/>", "<a b='' xmlns:c='c' d="],
  [{ prefixes: 2 }, "<a xmlns:b='b'><c xmlns:d='d'/></a>", "<a xmlns:b='b'><c xmlns:d='d' xmlns:e='e'"],
  [{ nameLength: 12 }, `<${'n'.repeat(12)}/>`, `<${'n'.repeat(13)} `],
  [{ nameLength: 12 }, `<a ${'n'.repeat(12)}=''/>`, `<a ${'n'.repeat(13)}=`],
  [{ nameLength: 12 }, '<a>&#x000000041;</a>', '<a>&#x00000000041'],
  [{ nameLength: 12 }, "<a b='&#x000000041;'/>", "<a b='&#x00000000041"],
  [{ gapLength: 200, nameLength: 12 }, `<${'n'.repeat(12)}/>`, `<${'n'.repeat(300)}`],
  [{ gapLength: 200, nameLength: 12 }, '<a/>', `<a ${'n'.repeat(300)}`],
  [{ gapLength: 200 }, `<a${' '.repeat(200)}b=''${'\n'.repeat(200)}/>`, `<a${' '.repeat(500)}`],
  [{ gapLength: 200 }, `<a b${' '.repeat(100)}=${' '.repeat(100)}''/>`, `<a b=${' '.repeat(500)}`],
  [{ gapLength: 200 }, `<a></a${'\t'.repeat(200)}>`, `<a></a${'\t'.repeat(201)}`],
  [{ startTagLength: 300 }, `<a b='${'x'.repeat(291)}'/>`, `<a b='${'x'.repeat(296)}`],
  [{ stanzaBytes: 100 }, `<a>${'é'.repeat(46)}!</a>`, `<a>${'é'.repeat(49)}`],
  [{ stanzaBytes: 100 }, `<a>${'🎉'.repeat(23)}!</a>`, `<a>${'🎉'.repeat(25)}`],
  [{ stanzaBytes: 100 }, `<a><![CDATA[${'x'.repeat(81)}]]></a>`, `<a><![CDATA[${'x'.repeat(89)}`],
  [{ stanzaBytes: 100 }, `<a>${'<b/>'.repeat(23)}!</a>`, `<a>${'<b/>'.repeat(25)}`],
]

describe('a limit', () => {
  it.each(cases)('%o lets pass what keeps it', (limits, kept) => {
    for (const chunks of [[toBytes(`<s>${kept}`)], cutEvery(toBytes(`<s>${kept}`), 1)]) {
      expect(readAll(chunks, limits).map(({ kind }) => kind)).toEqual(['opened', 'element'])
    }
  })

  it.each(cases)('%o acts before the end of what breaks it', (limits, _kept, broken) => {
    for (const chunks of [[toBytes(`<s>${broken}`)], cutEvery(toBytes(`<s>${broken}`), 1)]) {
      expect(failureOf(readAll(chunks, limits))).toBe(violation)
    }
  })

  it('is met exactly by the default of each length', () => {
    const { stanzaBytes, startTagLength } = defaultXmlLimits
    const fits = `<a>${'x'.repeat(stanzaBytes - 7)}</a>`
    expect(readAll([header, fits])).toHaveLength(2)
    expect(failureOf(readAll([header, `<a>${'x'.repeat(stanzaBytes - 6)}</a>`]))).toBe(violation)
    expect(readAll([header, `<a b='${'x'.repeat(startTagLength - 8)}'/>`])).toHaveLength(2)
    expect(failureOf(readAll([header, `<a b='${'x'.repeat(startTagLength - 7)}'/>`]))).toBe(violation)
  })

  it('of the stanza starts anew with each stanza, and white space between stanzas has none', () => {
    const stanza = `<a>${'x'.repeat(80)}</a>${' '.repeat(500)}`
    expect(readAll([header, stanza.repeat(50)], { stanzaBytes: 100 })).toHaveLength(51)
  })

  it('of elements starts anew with each stanza, and with the stream', () => {
    expect(readAll([header, '<a><b/></a>'.repeat(50)], { elements: 2 })).toHaveLength(51)
    const recorder = createRecorder()
    const reader = createStreamReader(recorder, { elements: 2 })
    reader.write(`${header}<a><b/>`)
    reader.reset()
    reader.write(`${header}<a><b/></a>`)
    expect(failureOf(recorder.events)).toBeUndefined()
  })

  it('is another one for a new stream that begins with one', () => {
    const recorder = createRecorder()
    const reader = createStreamReader(
      {
        ...recorder,
        element: (element) => {
          recorder.element(element)
          reader.reset({ stanzaBytes: 20 })
        },
      },
      { stanzaBytes: 10 },
    )
    reader.write(`${header}<a/>${header}<a>1234567890</a>`)
    expect(recorder.events.map(({ kind }) => kind)).toEqual(['opened', 'element', 'opened', 'element'])
    reader.write(`${header}<a>${'1'.repeat(18)}`)
    expect(failureOf(recorder.events)).toBe(violation)
  })

  it('of elements refuses by default nothing that is no longer than a stanza may be', () => {
    const { elements, stanzaBytes } = defaultXmlLimits
    expect(elements * '<a/>'.length).toBeGreaterThanOrEqual(stanzaBytes)
  })

  it('acts on the stream header too', () => {
    expect(failureOf(readAll([`<stream ${'x'.repeat(300)}=`]))).toBe(violation)
    expect(failureOf(readAll([`<stream a='${'x'.repeat(70_000)}`]))).toBe(violation)
    expect(failureOf(readAll([`<?xml version='1.0'${' '.repeat(5000)}`]))).toBe(violation)
  })

  it('that lies before another violation decides, wherever the bytes are cut', () => {
    const divergences: string[] = []
    for (let seed = 0; seed < 1500; seed++) {
      const random = createRandom(seed)
      const body = mutate(
        toBytes(inventElement(random) + inventElement(random)),
        random,
        1 + random.integer(3),
      )
      const bytes = concatBytes([toBytes(header), body])
      const limits = {
        depth: 1 + random.integer(4),
        elements: 1 + random.integer(8),
        attributes: 6 + random.integer(3),
        nameLength: 12 + random.integer(5),
        gapLength: 1 + random.integer(4),
        startTagLength: 170 + random.integer(60),
        stanzaBytes: 20 + random.integer(200),
      }
      const whole = readAll([bytes], limits)
      for (const chunks of [cutRandomly(bytes, random, 8), cutEvery(bytes, 1)]) {
        const events = readAll(chunks, limits)
        if (!isDeepStrictEqual(events, whole)) {
          divergences.push(
            `${seed} ${failureOf(events)} ${failureOf(whole)} ${new TextDecoder().decode(body)}`,
          )
        }
      }
    }
    expect(divergences).toEqual([])
  })
})

describe('memory', () => {
  /** Strings and buffers that a reader keeps between chunks; what was told belongs to the listener. */
  function kept(value: unknown, seen = new Set<unknown>()): number {
    if (typeof value === 'string') return value.length
    if (typeof value !== 'object' || value === null || seen.has(value)) return 0
    seen.add(value)
    if (ArrayBuffer.isView(value)) return value.byteLength
    let length = 0
    for (const inner of Object.values(value)) length += kept(inner, seen)
    return length
  }

  it.each([
    ['white space between stanzas', ' \n'],
    ['stanzas', "<a b='c'>text<d/></a>"],
  ])('is not used up by endless %s', (_what, repeated) => {
    const reader = createStreamReader({
      opened: () => undefined,
      element: () => undefined,
      closed: () => undefined,
      failed: (error) => {
        throw error
      },
    })
    reader.write(header)
    reader.write(repeated)
    const before = kept(reader)
    for (let count = 0; count < 20_000; count++) reader.write(repeated)
    expect(kept(reader)).toBe(before)
  })

  const endless = (repeat: (number: number) => string) =>
    Array.from({ length: 200_000 }, (_, at) => repeat(at)).join('')

  it.each([
    ['text', '<a>', endless(() => 'x')],
    ['a CDATA section', '<a><![CDATA[', endless(() => ']')],
    ['an attribute value', "<a b='", endless(() => 'x')],
    ['a start tag', '<a', endless((number) => ` a${number}=''`)],
    ['a row of elements', '<a>', endless(() => '<b/>')],
    ['a row of open elements', '', endless(() => '<a>')],
    ['white space in a tag', '<a', endless(() => ' ')],
    ['a name', '<', endless(() => 'a')],
    ['a reference', '<a>&#', endless(() => '0')],
  ])('is bounded while %s never ends, in chunks of any size', (_what, start, rest) => {
    for (const size of [1, 1000, 200_000]) {
      const recorder = createRecorder()
      const reader = createStreamReader(recorder, { stanzaBytes: 65_536 })
      reader.write('<s>' + start)
      let most = 0
      for (let at = 0; at < rest.length && failureOf(recorder.events) === undefined; at += size) {
        reader.write(toBytes(rest.slice(at, at + size)))
        if (size > 1 || at % 1000 === 0) most = Math.max(most, kept(reader))
      }
      expect(failureOf(recorder.events)).toBe(violation)
      expect(most).toBeLessThan(500_000)
    }
  })

  it('is bounded while a stream header never begins', () => {
    const recorder = createRecorder()
    const reader = createStreamReader(recorder)
    for (let count = 0; count < 100_000; count++) reader.write(' ')
    expect(kept(reader)).toBeLessThan(100_000)
    reader.write(`<?xml version='1.0'${' '.repeat(5000)}`)
    expect(failureOf(recorder.events)).toBe('not-well-formed')
  })
})
