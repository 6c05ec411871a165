import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StreamError, streamErrorConditions } from '../../src/errors.js'
import { parseOtherHost, parseStreamError, toStreamErrorElement } from '../../src/stanza/stream-error.js'
import { xml, type XmlNode } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

const s = ns.streamErrors
const stream = (...children: readonly XmlNode[]) => xml('error', ns.streams, {}, ...children)

describe('parseStreamError()', () => {
  test.each(streamErrorConditions)('knows %s', (condition) => {
    const error = parseStreamError(stream(xml(condition, s)))
    expect(error).toBeInstanceOf(StreamError)
    expect(error).toMatchObject({ condition, text: undefined, otherHost: undefined })
  })

  test('reads text and application condition (RFC 6120 §4.9.4)', () => {
    const error = parseStreamError(
      stream(
        xml('not-well-formed', s),
        xml('text', s, { 'xml:lang': 'en' }, 'Some special application diagnostic information!'),
        xml('escape-your-data', 'http://example.org/ns'),
      ),
    )
    expect(error).toMatchObject({
      condition: 'not-well-formed',
      text: 'Some special application diagnostic information!',
      applicationCondition: 'escape-your-data',
    })
  })

  test('takes the text in the language of the stream', () => {
    const texts = [xml('text', s, { 'xml:lang': 'de' }, 'Weg'), xml('text', s, {}, 'Gone')]
    expect(parseStreamError(stream(xml('reset', s), ...texts), 'en').text).toBe('Gone')
  })

  test.each([
    ['an unknown condition', stream(xml('xml-not-so-well-formed', s))],
    ['a condition in a wrong namespace', stream(xml('conflict', ns.streams))],
    ['a condition of stanzas', stream(xml('gone', ns.stanzaErrors))],
    ['a condition that is buried', stream(xml('x', 'urn:example', {}, xml('conflict', s)))],
    ['a name that every object has', stream(xml('constructor', s))],
    ['nothing', stream()],
  ])('%s is undefined-condition', (_, element) => {
    expect(parseStreamError(element).condition).toBe('undefined-condition')
  })

  test('reads where another host is, with that condition alone', () => {
    expect(parseStreamError(stream(xml('see-other-host', s, {}, '\n[2001:db8::1]:9222 '))).otherHost).toBe(
      '[2001:db8::1]:9222',
    )
    expect(parseStreamError(stream(xml('see-other-host', s))).otherHost).toBeUndefined()
    expect(parseStreamError(stream(xml('conflict', s, {}, 'example.com'))).otherHost).toBeUndefined()
  })

  test('always gives an error, whatever the tree', () => {
    fc.assert(
      fc.property(fc.array(arbitraryElement, { maxLength: 4 }), (children) => {
        const error = parseStreamError(
          stream(...children.map((child) => rename(child, child.name, s)), ...children),
        )
        expect(streamErrorConditions).toContain(error.condition)
      }),
    )
  })
})

describe('toStreamErrorElement()', () => {
  test('undoes parseStreamError(), application conditions apart', () => {
    const text = fc.option(fc.string({ minLength: 1 }), { nil: undefined })
    fc.assert(
      fc.property(fc.constantFrom(...streamErrorConditions), text, (condition, words) => {
        const otherHost = condition === 'see-other-host' ? 'example.com:5222' : undefined
        const error = new StreamError(condition, { text: words, otherHost })
        const read = parseStreamError(toStreamErrorElement(error))
        expect({ ...read, message: read.message }).toEqual({ ...error, message: error.message })
      }),
    )
  })

  test('writes text in its language and the application condition', () => {
    const application = xml('handled-count-too-high', ns.streamManagement)
    expect(
      toStreamErrorElement({ condition: 'undefined-condition', text: 'x', lang: 'en', application }),
    ).toEqual(stream(xml('undefined-condition', s), xml('text', s, { 'xml:lang': 'en' }, 'x'), application))
    expect(toStreamErrorElement({ condition: 'reset', otherHost: 'example.com' })).toEqual(
      stream(xml('reset', s)),
    )
  })
})

describe('parseOtherHost()', () => {
  test.each([
    ['example.com', 'example.com', undefined],
    ['example.com:9222', 'example.com', 9222],
    ['192.0.2.1:1', '192.0.2.1', 1],
    ['[2001:41D0:1:A49b::1]:9222', '2001:41D0:1:A49b::1', 9222],
    ['[::1]', '::1', undefined],
    ['2001:db8::1', '2001:db8::1', undefined],
    ['b\u00fccher.example:65535', 'b\u00fccher.example', 65_535],
  ])('%s leads to %s, port %s', (text, host, port) => {
    expect(parseOtherHost(text)).toEqual({ host, port })
  })

  test.each([
    '',
    ':5222',
    'a:b',
    'a:0',
    'a:65536',
    'a:-1',
    'a:1:2',
    'a b',
    'a/b',
    'a@b',
    '[a]',
    '[::1',
    '[::1]5222',
    '[192.0.2.1]:1',
    'a:',
  ])('%j leads nowhere', (text) => {
    expect(parseOtherHost(text)).toBeUndefined()
  })
})
