import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StanzaError, stanzaErrorConditions } from '../../src/errors.js'
import { parseIq } from '../../src/stanza/iq.js'
import { parseStanzaError, toErrorReply, toStanzaErrorElement } from '../../src/stanza/stanza-error.js'
import { xml, type XmlNode } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

const c = ns.client
const e = ns.stanzaErrors
const stanza = (attributes: Record<string, string>, ...children: readonly XmlNode[]) =>
  xml('iq', c, { type: 'error', id: 'a' }, xml('error', c, attributes, ...children))

describe('parseStanzaError()', () => {
  test.each(stanzaErrorConditions)('knows %s and gives it a type', (condition) => {
    const error = parseStanzaError(stanza({}, xml(condition, e)))
    expect(error).toBeInstanceOf(StanzaError)
    expect(error.condition).toBe(condition)
    expect(error.type).toBe(toStanzaErrorElement({ condition }).attribute('type'))
  })

  test('reads type, text, reporter and application condition (RFC 6120 §8.3.4)', () => {
    const error = parseStanzaError(
      stanza(
        { type: 'modify', by: 'example.net' },
        xml('bad-request', e),
        xml('text', e, { 'xml:lang': 'en' }, 'Too many parameters'),
        xml('too-many-parameters', 'http://example.org/ns'),
      ),
    )
    expect(error).toMatchObject({
      condition: 'bad-request',
      type: 'modify',
      by: 'example.net',
      text: 'Too many parameters',
      applicationCondition: 'too-many-parameters',
      alternative: undefined,
      code: 'stanza.bad-request',
    })
  })

  test('takes the text in the language of the stanza', () => {
    const texts = [xml('text', e, { 'xml:lang': 'de' }, 'Nein'), xml('text', e, {}, 'No')]
    const iq = xml('iq', c, { 'xml:lang': 'en' }, xml('error', c, {}, xml('forbidden', e), ...texts))
    expect(parseStanzaError(iq).text).toBe('No')
    expect(parseStanzaError(stanza({}, xml('forbidden', e), ...texts), 'en').text).toBe('No')
    expect(parseStanzaError(stanza({}, xml('forbidden', e), ...texts)).text).toBe('No')
  })

  test.each(['gone', 'redirect'] as const)('%s may name another address', (condition) => {
    const address = 'xmpp:characters@conference.example.org'
    expect(parseStanzaError(stanza({}, xml(condition, e, {}, address))).alternative).toBe(address)
    expect(parseStanzaError(stanza({}, xml(condition, e, {}, ' '))).alternative).toBeUndefined()
  })

  test('no other condition has an address', () => {
    expect(parseStanzaError(stanza({}, xml('conflict', e, {}, 'xmpp:a@b'))).alternative).toBeUndefined()
  })

  test.each([
    ['an unknown condition', stanza({ type: 'wait' }, xml('payment-required', e)), 'wait'],
    ['a condition in a wrong namespace', stanza({ type: 'wait' }, xml('conflict', c)), 'wait'],
    [
      'a condition that is buried',
      stanza({ type: 'wait' }, xml('x', 'urn:example', {}, xml('conflict', e))),
      'wait',
    ],
    ['a name that every object has', stanza({ type: 'constructor' }, xml('constructor', e)), 'cancel'],
    ['no condition', stanza({}), 'cancel'],
    ['no error', xml('iq', c, { type: 'error' }), 'cancel'],
    ['an error in a wrong namespace', xml('iq', c, {}, xml('error', e, {}, xml('conflict', e))), 'cancel'],
  ])('%s is undefined-condition', (_, element, type) => {
    expect(parseStanzaError(element)).toMatchObject({ condition: 'undefined-condition', type })
  })

  // XEP-0086 §3.
  test.each([
    ['302', 'redirect', 'modify'],
    ['400', 'bad-request', 'modify'],
    ['401', 'not-authorized', 'auth'],
    ['402', 'undefined-condition', 'auth'],
    ['403', 'forbidden', 'auth'],
    ['404', 'item-not-found', 'cancel'],
    ['405', 'not-allowed', 'cancel'],
    ['406', 'not-acceptable', 'modify'],
    ['407', 'registration-required', 'auth'],
    ['408', 'remote-server-timeout', 'wait'],
    ['409', 'conflict', 'cancel'],
    ['500', 'internal-server-error', 'wait'],
    ['501', 'feature-not-implemented', 'cancel'],
    ['502', 'service-unavailable', 'wait'],
    ['503', 'service-unavailable', 'cancel'],
    ['504', 'remote-server-timeout', 'wait'],
    ['510', 'service-unavailable', 'cancel'],
    ['999', 'undefined-condition', 'cancel'],
    ['__proto__', 'undefined-condition', 'cancel'],
  ])('the bare code %s is %s, %s', (code, condition, type) => {
    expect(parseStanzaError(stanza({ code }, 'Words'))).toMatchObject({ condition, type, text: 'Words' })
  })

  test('a condition counts more than a code', () => {
    expect(parseStanzaError(stanza({ code: '404' }, xml('gone', e)))).toMatchObject({ condition: 'gone' })
    expect(parseStanzaError(stanza({ code: '404', type: 'wait' }))).toMatchObject({ type: 'wait' })
  })

  test('always gives an error, whatever the tree', () => {
    fc.assert(
      fc.property(arbitraryElement, fc.array(arbitraryElement, { maxLength: 3 }), (error, conditions) => {
        const children = conditions.map((condition) => rename(condition, condition.name, e))
        const tree = xml('message', c, {}, rename(error, 'error', c), xml('error', c, {}, ...children))
        expect(stanzaErrorConditions).toContain(parseStanzaError(tree).condition)
        expect(stanzaErrorConditions).toContain(parseStanzaError(error).condition)
        expect(stanzaErrorConditions).toContain(parseStanzaError(stanza({}, ...children)).condition)
      }),
    )
  })
})

describe('toStanzaErrorElement()', () => {
  test('undoes parseStanzaError(), application conditions apart', () => {
    const text = fc.option(fc.string({ minLength: 1 }), { nil: undefined })
    const type = fc.constantFrom('auth', 'cancel', 'continue', 'modify', 'wait')
    fc.assert(
      fc.property(
        fc.constantFrom(...stanzaErrorConditions),
        type,
        text,
        text,
        (condition, type, words, by) => {
          const error = new StanzaError(condition, type, { text: words, by })
          const read = parseStanzaError(xml('iq', c, {}, toStanzaErrorElement(error)))
          expect({ ...read, message: read.message }).toEqual({ ...error, message: error.message })
        },
      ),
    )
  })

  test('writes the other address of gone and redirect, and of nothing else', () => {
    const alternative = 'xmpp:romeo@afterlife.example.net'
    const write = (condition: 'gone' | 'redirect' | 'conflict') =>
      toStanzaErrorElement({ condition, alternative }).child(condition, e)?.text()
    expect(write('gone')).toBe(alternative)
    expect(write('redirect')).toBe(alternative)
    expect(write('conflict')).toBe('')
  })

  test('writes text in its language and the application condition', () => {
    const application = xml('unsupported', 'http://jabber.org/protocol/pubsub#errors', { feature: 'x' })
    expect(toStanzaErrorElement({ condition: 'conflict', text: 'Nein', lang: 'de', application })).toEqual(
      xml(
        'error',
        c,
        { type: 'cancel' },
        xml('conflict', e),
        xml('text', e, { 'xml:lang': 'de' }, 'Nein'),
        application,
      ),
    )
  })
})

describe('toErrorReply()', () => {
  const error = { condition: 'service-unavailable' } as const

  test('goes back to the sender under the same id', () => {
    const request = xml('iq', c, { from: 'a@b/c', to: 'd@e', id: '1', type: 'get' }, xml('query', ns.version))
    expect(toErrorReply(request, error)).toEqual(
      xml('iq', c, { from: 'd@e', to: 'a@b/c', id: '1', type: 'error' }, toStanzaErrorElement(error)),
    )
    expect(toErrorReply(xml('message', c, { type: 'chat' }), error)?.attribute('type')).toBe('error')
  })

  test('answers a stanza that cannot be read with what is wrong with it', () => {
    const request = xml('iq', c, { from: 'a@b/c', id: '1', type: 'get' })
    const problem = parseIq(request)
    if (problem.kind !== 'problem') throw new Error('it can be read')
    expect(toErrorReply(problem.element, problem)?.child('error')).toEqual(
      xml(
        'error',
        c,
        { type: 'modify' },
        xml('bad-request', e),
        xml('text', e, {}, 'a request has one child element, not 0'),
      ),
    )
  })

  test.each([
    ['an error', xml('message', c, { type: 'error' })],
    ['an IQ error', xml('iq', c, { type: 'error', id: 'a' })],
    ['a result', xml('iq', c, { type: 'result', id: 'a' })],
  ])('is never sent to %s', (_, element) => {
    expect(toErrorReply(element, error)).toBeUndefined()
  })
})
