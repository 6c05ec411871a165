import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { saslFailureConditions } from '../../src/errors.js'
import { decodeBase64, encodeBase64 } from '../../src/base64.js'
import { parseSaslElement, toSaslElement, type SaslElement } from '../../src/stanza/sasl.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

const s = ns.sasl
const bytes = (...values: readonly number[]) => Uint8Array.from(values)

describe('parseSaslElement()', () => {
  test.each<[string, XmlElement, SaslElement]>([
    ['auth without data', xml('auth', s, { mechanism: 'X' }), { kind: 'auth', mechanism: 'X', data: null }],
    [
      'auth with data of length zero',
      xml('auth', s, { mechanism: 'X' }, '='),
      { kind: 'auth', mechanism: 'X', data: bytes() },
    ],
    [
      'auth with data',
      xml('auth', s, { mechanism: 'X' }, 'AAEC'),
      { kind: 'auth', mechanism: 'X', data: bytes(0, 1, 2) },
    ],
    ['an empty challenge', xml('challenge', s), { kind: 'challenge', data: bytes() }],
    ['a challenge of length zero', xml('challenge', s, {}, '='), { kind: 'challenge', data: bytes() }],
    ['a challenge', xml('challenge', s, {}, '/w=='), { kind: 'challenge', data: bytes(255) }],
    ['an empty response', xml('response', s), { kind: 'response', data: bytes() }],
    ['a response', xml('response', s, {}, 'AAE='), { kind: 'response', data: bytes(0, 1) }],
    ['success without data', xml('success', s), { kind: 'success', data: null }],
    ['success with data of length zero', xml('success', s, {}, '='), { kind: 'success', data: bytes() }],
    ['success with data', xml('success', s, {}, 'AA=='), { kind: 'success', data: bytes(0) }],
    ['abort', xml('abort', s), { kind: 'abort' }],
  ])('reads %s', (_, element, step) => {
    expect(parseSaslElement(element)).toEqual(step)
  })

  test.each(saslFailureConditions)('reads the failure %s', (condition) => {
    expect(parseSaslElement(xml('failure', s, {}, xml(condition, s)))).toEqual({
      kind: 'failure',
      condition,
      text: undefined,
      payloads: [],
    })
  })

  test('reads the words of a failure in the language of the stream', () => {
    const failure = xml(
      'failure',
      s,
      {},
      xml('account-disabled', s),
      xml('text', s, { 'xml:lang': 'de' }, 'Bitte anrufen'),
      xml('text', s, {}, 'Call 212-555-1212 for assistance.'),
    )
    expect(parseSaslElement(failure, 'en')).toMatchObject({ text: 'Call 212-555-1212 for assistance.' })
  })

  test.each([
    ['unknown', xml('failure', s, {}, xml('bad-auth', s))],
    ['in a wrong namespace', xml('failure', s, {}, xml('aborted', 'urn:example'))],
    ['buried', xml('failure', s, {}, xml('x', 'urn:example', {}, xml('aborted', s)))],
    ['named like a property of every object', xml('failure', s, {}, xml('constructor', s))],
    ['absent', xml('failure', s)],
  ])('a failure whose condition is %s means not-authorized (RFC 6120 §6.5)', (_, element) => {
    expect(parseSaslElement(element)).toMatchObject({ kind: 'failure', condition: 'not-authorized' })
  })

  test('an application condition is kept', () => {
    const condition = xml('config-version-mismatch', 'urn:example')
    expect(parseSaslElement(xml('failure', s, {}, xml('aborted', s), condition))).toMatchObject({
      condition: 'aborted',
      payloads: [condition],
    })
  })

  test.each([
    'AA',
    'AAE',
    'AA=',
    'A===',
    'AB==',
    'AAB=',
    ' AA==',
    'AA==\n',
    'AA\nEC',
    '==',
    '=AA=',
    'AA-_',
    'AA==AA==',
    '\u00e9',
  ])('the data %j is a problem: incorrect-encoding', (text) => {
    for (const name of ['challenge', 'response', 'success', 'auth']) {
      expect(parseSaslElement(xml(name, s, { mechanism: 'X' }, text))).toMatchObject({
        kind: 'problem',
        condition: 'incorrect-encoding',
      })
    }
  })

  test('data that is not text is a problem', () => {
    expect(parseSaslElement(xml('challenge', s, {}, 'AA', xml('x', s), '=='))).toMatchObject({
      condition: 'incorrect-encoding',
    })
  })

  test.each([
    ['auth without a mechanism', xml('auth', s, {}, 'AA==')],
    ['auth with an empty mechanism', xml('auth', s, { mechanism: '' })],
    ['an unknown element', xml('constructor', s)],
    ['another namespace', xml('success', ns.client)],
  ])('%s is a problem: malformed-request', (_, element) => {
    expect(parseSaslElement(element)).toMatchObject({ kind: 'problem', condition: 'malformed-request' })
  })

  test('a problem repeats nothing of the data', () => {
    expect(JSON.stringify(parseSaslElement(xml('auth', s, { mechanism: 'X' }, 'c2VjcmV0!')))).not.toContain(
      'c2VjcmV0',
    )
  })

  test('any tree gives a step or a problem', () => {
    const name = fc.constantFrom('auth', 'challenge', 'response', 'success', 'failure', 'abort')
    fc.assert(
      fc.property(arbitraryElement, name, (tree, name) => {
        expect([name, 'problem']).toContain(parseSaslElement(rename(tree, name, s)).kind)
      }),
    )
  })
})

describe('toSaslElement()', () => {
  const data = fc.uint8Array({ maxLength: 40 }).map((values) => Uint8Array.from(values))
  const maybe = fc.option(data, { nil: null })
  const step: fc.Arbitrary<SaslElement> = fc.oneof(
    fc.record({ kind: fc.constant('auth'), mechanism: fc.constantFrom('PLAIN', 'SCRAM-SHA-1'), data: maybe }),
    fc.record({ kind: fc.constantFrom('challenge', 'response'), data }),
    fc.record({ kind: fc.constant('success'), data: maybe }),
    fc.constant({ kind: 'abort' } as const),
    fc.record({
      kind: fc.constant('failure'),
      condition: fc.constantFrom(...saslFailureConditions),
      text: fc.option(fc.string(), { nil: undefined }),
      payloads: fc.constantFrom([], [xml('x', 'urn:example')]),
    }),
  )

  test('undoes parseSaslElement()', () => {
    fc.assert(
      fc.property(step, (step) => {
        expect(parseSaslElement(toSaslElement(step))).toEqual(step)
      }),
    )
  })

  test('tells no data from data of length zero only where that means something', () => {
    expect(toSaslElement({ kind: 'auth', mechanism: 'X', data: bytes() }).text()).toBe('=')
    expect(toSaslElement({ kind: 'auth', mechanism: 'X', data: null }).text()).toBe('')
    expect(toSaslElement({ kind: 'success', data: bytes() }).text()).toBe('=')
    expect(toSaslElement({ kind: 'response', data: bytes() }).text()).toBe('')
  })
})

describe('base64', () => {
  // RFC 4648 §10.
  test.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('of %j is %j', (text, base64) => {
    expect(encodeBase64(new TextEncoder().encode(text))).toBe(base64)
    expect(decodeBase64(base64)).toEqual(new TextEncoder().encode(text))
  })

  test('of more than one chunk is read back', () => {
    const long = Uint8Array.from({ length: 20_000 }, (_, at) => at % 251)
    expect(decodeBase64(encodeBase64(long))).toEqual(long)
  })
})
