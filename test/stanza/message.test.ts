import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJid } from '../../src/stanza/jid.js'
import { pickText, type LanguageText } from '../../src/stanza/language-text.js'
import { parseMessage, toMessageElement, type Message } from '../../src/stanza/message.js'
import { xml, XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

const c = ns.client
const read = (element: XmlElement, streamLang?: string): Message => {
  const message = parseMessage(element, streamLang)
  if (message.kind === 'problem') throw new Error(message.text)
  return message
}

describe('parseMessage()', () => {
  test('reads the message of RFC 6121 §5.2.4 with its two bodies', () => {
    const message = read(
      xml(
        'message',
        c,
        {
          from: 'juliet@example.com/balcony',
          id: 'z94nb37h',
          to: 'romeo@example.net',
          type: 'chat',
          'xml:lang': 'en',
        },
        xml('body', c, {}, 'Wherefore art thou, Romeo?'),
        xml('body', c, { 'xml:lang': 'cs' }, 'Pro\u010de\u017e jsi ty, Romeo?'),
      ),
    )
    expect(message).toEqual({
      kind: 'message',
      type: 'chat',
      from: parseJid('juliet@example.com/balcony'),
      to: parseJid('romeo@example.net'),
      id: 'z94nb37h',
      lang: 'en',
      body: 'Wherefore art thou, Romeo?',
      bodies: [
        { lang: 'en', text: 'Wherefore art thou, Romeo?' },
        { lang: 'cs', text: 'Pro\u010de\u017e jsi ty, Romeo?' },
      ],
      subject: undefined,
      subjects: [],
      thread: undefined,
      error: undefined,
      errorElement: undefined,
      payloads: [],
    })
  })

  test('reads subject, thread and its parent', () => {
    const message = read(
      xml(
        'message',
        c,
        {},
        xml('subject', c, {}, 'I implore you!'),
        xml('subject', c, { 'xml:lang': 'cs' }, '\u00dap\u011bnliv\u011b pros\u00edm!'),
        xml('thread', c, { parent: 'e0ffe42b' }, '0e3141cd'),
      ),
    )
    expect(message.subject).toBe('I implore you!')
    expect(message.subjects.map(({ lang }) => lang)).toEqual([undefined, 'cs'])
    expect(message.thread).toEqual({ id: '0e3141cd', parent: 'e0ffe42b' })
    expect(message.body).toBeUndefined()
  })

  test.each([
    [undefined, 'normal'],
    ['normal', 'normal'],
    ['chat', 'chat'],
    ['groupchat', 'groupchat'],
    ['headline', 'headline'],
    ['error', 'error'],
    ['constructor', 'normal'],
    ['', 'normal'],
  ])('type %s is %s', (type, expected) => {
    expect(read(xml('message', c, { type })).type).toBe(expected)
  })

  test('an empty subject is a subject, which is how a room takes one away', () => {
    expect(read(xml('message', c, {}, xml('subject', c))).subject).toBe('')
  })

  test('the language comes from the text, else the stanza, else the stream; an empty one is none', () => {
    const message = xml(
      'message',
      c,
      { 'xml:lang': 'fr' },
      xml('body', c, {}, 'a'),
      xml('body', c, { 'xml:lang': 'de' }, 'b'),
      xml('body', c, { 'xml:lang': '' }, 'c'),
    )
    expect(read(message, 'en').bodies.map(({ lang }) => lang)).toEqual(['fr', 'de', undefined])
    expect(read(xml('message', c, {}, xml('body', c, {}, 'a')), 'en').bodies).toEqual([
      { lang: 'en', text: 'a' },
    ])
  })

  test('body is the wording in the language of the stanza, wherever it stands', () => {
    const message = read(
      xml(
        'message',
        c,
        { 'xml:lang': 'en' },
        xml('body', c, { 'xml:lang': 'de' }, 'ja'),
        xml('body', c, {}, 'yes'),
      ),
    )
    expect(message.body).toBe('yes')
  })

  test('what it does not know is kept, in order', () => {
    const active = xml('active', 'http://jabber.org/protocol/chatstates')
    const foreignBody = xml('body', 'http://www.w3.org/1999/xhtml', {}, 'no')
    const secondThread = xml('thread', c, {}, 'b')
    const error = xml('error', c)
    const message = read(
      xml('message', c, {}, active, 'text', xml('thread', c, {}, 'a'), secondThread, foreignBody, error),
    )
    expect(message.payloads).toEqual([active, secondThread, foreignBody, error])
    expect(message.thread?.id).toBe('a')
    expect(message.error).toBeUndefined()
  })

  test('only its own children count, not what is buried in them', () => {
    const forwarded = xml(
      'forwarded',
      'urn:xmpp:forward:0',
      {},
      xml('body', c, {}, 'buried'),
      xml('error', c),
    )
    const message = read(xml('message', c, { type: 'error' }, forwarded))
    expect(message.body).toBeUndefined()
    expect(message.error?.condition).toBe('undefined-condition')
    expect(message.errorElement).toBeUndefined()
  })

  test('attributes in a namespace are not those of the stanza', () => {
    const attributes = [{ name: 'from', namespace: 'urn:example', value: 'mallory@example.com' }]
    expect(read(new XmlElement('message', c, attributes)).from).toBeUndefined()
  })

  test.each([
    ['from', '@', "the localpart of 'from' is empty"],
    ['to', 'a@b/', "the resourcepart of 'to' is empty"],
    ['from', '', "the domainpart of 'from' is empty"],
  ])('%s=%j is a problem: jid-malformed', (name, value, text) => {
    const element = xml('message', c, { [name]: value })
    expect(parseMessage(element)).toEqual({ kind: 'problem', condition: 'jid-malformed', text, element })
  })

  test.each([
    ['message', 'jabber:server'],
    ['presence', c],
  ])('<%s xmlns=%j/> is a problem: bad-request', (name, namespace) => {
    expect(parseMessage(xml(name, namespace))).toMatchObject({ kind: 'problem', condition: 'bad-request' })
  })

  test('reads the error of a message that could not be delivered', () => {
    const error = xml(
      'error',
      c,
      { type: 'cancel', by: 'example.net' },
      xml('gone', ns.stanzaErrors, {}, 'xmpp:romeo@afterlife.example.net'),
    )
    const message = read(xml('message', c, { type: 'error' }, xml('body', c, {}, 'Yo'), error))
    expect(message.error).toMatchObject({
      name: 'StanzaError',
      condition: 'gone',
      type: 'cancel',
      by: 'example.net',
      alternative: 'xmpp:romeo@afterlife.example.net',
    })
    expect(message.errorElement).toBe(error)
    expect(message.body).toBe('Yo')
  })

  test('any tree gives a message or a problem, and what was read is written back the same', () => {
    fc.assert(
      fc.property(arbitraryElement, (tree) => {
        const message = parseMessage(rename(tree, 'message', c))
        fc.pre(
          message.kind === 'message' && (message.error === undefined || message.errorElement !== undefined),
        )
        expect(read(toMessageElement(message))).toEqual(message)
      }),
      { numRuns: 500 },
    )
  })
})

describe('toMessageElement()', () => {
  test('writes what the application says', () => {
    expect(toMessageElement({ to: 'Romeo@example.net', type: 'chat', body: 'Hi' })).toEqual(
      xml('message', c, { to: 'romeo@example.net', type: 'chat' }, xml('body', c, {}, 'Hi')),
    )
  })

  test('normal needs no type', () => {
    expect(toMessageElement({ to: parseJid('a@b'), type: 'normal' })).toEqual(
      xml('message', c, { to: 'a@b' }),
    )
  })

  test('writes one wording per language, and no language twice', () => {
    const element = toMessageElement({
      lang: 'en',
      subject: { en: 'Yes', de: 'Ja', '': '!' },
      body: [
        { lang: 'en', text: 'Hi' },
        { lang: 'fr', text: 'Salut' },
      ],
      thread: 'e0ffe42b',
    })
    expect(element).toEqual(
      xml(
        'message',
        c,
        { 'xml:lang': 'en' },
        xml('subject', c, {}, 'Yes'),
        xml('subject', c, { 'xml:lang': 'de' }, 'Ja'),
        xml('subject', c, { 'xml:lang': '' }, '!'),
        xml('body', c, {}, 'Hi'),
        xml('body', c, { 'xml:lang': 'fr' }, 'Salut'),
        xml('thread', c, {}, 'e0ffe42b'),
      ),
    )
  })

  test('a changed body counts, not the wordings it was received with', () => {
    const received = read(
      xml('message', c, {}, xml('body', c, {}, 'Hi'), xml('body', c, { 'xml:lang': 'fr' }, 'Salut')),
    )
    expect(toMessageElement(received).elements('body')).toHaveLength(2)
    expect(toMessageElement({ ...received, body: 'Hello' }).elements('body')).toEqual([
      xml('body', c, {}, 'Hello'),
    ])
  })

  test('a language named like a property of every object is a language', () => {
    const body: Record<string, string> = JSON.parse('{"__proto__": "a", "constructor": "b"}')
    expect(read(toMessageElement({ body })).bodies).toEqual([
      { lang: '__proto__', text: 'a' },
      { lang: 'constructor', text: 'b' },
    ])
  })

  test.each([5, null, true, { en: 5 }, [{ lang: 'en' }]])(
    'refuses the body %j from who writes JavaScript, rather than to lose it',
    (body) => {
      expect(() => Reflect.apply(toMessageElement, undefined, [{ body }])).toThrow(
        /^a text to send is a string, or one for each language: not (?:5|null|true|undefined)$/,
      )
    },
  )

  test('refuses an address that is none', () => {
    expect(() => toMessageElement({ to: 'a b@c', body: 'Hi' })).toThrow(RangeError)
  })

  test('keeps the payloads, and the error as it came', () => {
    const payload = xml('x', 'urn:example')
    const errorElement = xml('error', c, { type: 'wait' }, xml('reset', 'urn:example'))
    const element = toMessageElement({
      type: 'error',
      errorElement,
      error: { condition: 'conflict' },
      payloads: [payload],
    })
    expect(element.elements()).toEqual([errorElement, payload])
    expect(toMessageElement({ type: 'error', error: { condition: 'conflict' } }).child('error')).toEqual(
      xml('error', c, { type: 'cancel' }, xml('conflict', ns.stanzaErrors)),
    )
  })
})

describe('pickText()', () => {
  const texts: readonly LanguageText[] = [
    { lang: 'en', text: 'colour' },
    { lang: 'en-US', text: 'color' },
    { lang: 'zh-Hant-TW', text: '\u984f\u8272' },
    { lang: undefined, text: '?' },
  ]
  test.each([
    [['en-US'], 'color'],
    [['EN-us'], 'color'],
    [['en-GB'], 'colour'],
    [['en-x-private'], 'colour'],
    [['fr', 'en-us'], 'color'],
    [['zh'], '\u984f\u8272'],
    [['zh-Hant-TW-x-a'], '\u984f\u8272'],
    [['fr'], 'colour'],
    [[undefined], '?'],
    [[], 'colour'],
    [['', '-', 'e'], 'colour'],
  ])('for %j is %s', (ranges, text) => {
    expect(pickText(texts, ranges)).toBe(text)
  })

  test('of nothing is undefined', () => {
    expect(pickText([], ['en'])).toBeUndefined()
  })

  test('ends for any range', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'X', '-', '1', '\u00fc', '*') })),
        (ranges) => {
          expect(texts.map(({ text }) => text)).toContain(pickText(texts, ranges))
        },
      ),
    )
  })
})
