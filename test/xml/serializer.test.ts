import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { XmlElement, xml } from '../../src/xml/element.js'
import { escapeAttribute, escapeText } from '../../src/xml/escape.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import * as ns from '../../src/xml/namespaces.js'
import { closingTag, serialize, serializeOpening } from '../../src/xml/serializer.js'
import { xmlElement, xmlText } from './arbitraries.js'
import { judgeWithSaxes } from './oracle.js'
import { readAll } from './recorder.js'

const inStream = { namespace: ns.client, prefixes: new Map([[ns.streams, 'stream']]) }

describe('serialize()', () => {
  it('writes a chat message as it is usual', () => {
    const message = xml(
      'message',
      ns.client,
      { to: 'juliet@example.test', type: 'chat', 'xml:lang': 'en' },
      xml('body', ns.client, {}, 'Art thou not Romeo, & a <Montague>?'),
      xml('active', 'http://jabber.org/protocol/chatstates'),
    )
    const content =
      " to='juliet@example.test' type='chat' xml:lang='en'><body>Art thou not Romeo, &amp; a &lt;Montague&gt;?</body>" +
      "<active xmlns='http://jabber.org/protocol/chatstates'/></message>"
    expect(serialize(message, inStream)).toBe(`<message${content}`)
    expect(serialize(message)).toBe(`<message xmlns='jabber:client'${content}`)
  })

  it('writes an element with the prefix that is in scope, and its children by their own namespaces', () => {
    const features = xml(
      'features',
      ns.streams,
      {},
      xml('bind', ns.bind),
      xml('x', ns.client),
      xml('y', ns.streams),
    )
    expect(serialize(features, inStream)).toBe(
      "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><x/><stream:y/></stream:features>",
    )
    expect(serialize(features)).toBe(
      "<features xmlns='http://etherx.jabber.org/streams'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>" +
        "<x xmlns='jabber:client'/><y/></features>",
    )
  })

  it('takes the default namespace back for a child without one', () => {
    expect(serialize(xml('a', 'u', {}, xml('b', ''), xml('c', 'u')))).toBe(
      "<a xmlns='u'><b xmlns=''/><c/></a>",
    )
  })

  it('makes prefixes for attributes with a namespace, and none that is taken', () => {
    const attributes = ['u1', 'u2', 'u1', 'u3'].map((namespace, at) => ({
      name: `a${at}`,
      namespace,
      value: '',
    }))
    const element = new XmlElement('e', '', attributes)
    expect(serialize(element)).toBe(
      "<e xmlns:ns1='u1' ns1:a0='' xmlns:ns2='u2' ns2:a1='' ns1:a2='' xmlns:ns3='u3' ns3:a3=''/>",
    )
    const prefixes = new Map([
      ['u2', 'p'],
      ['u9', 'ns1'],
      ['u8', 'ns3'],
    ])
    expect(serialize(element, { prefixes })).toBe(
      "<e xmlns:ns2='u1' ns2:a0='' p:a1='' ns2:a2='' xmlns:ns4='u3' ns4:a3=''/>",
    )
  })

  it('round-trips any element through the frame reader', () => {
    fc.assert(
      fc.property(xmlElement, (element) => {
        expect(readFrame(serialize(element))).toEqual(element)
      }),
      { numRuns: 1500, seed: 1 },
    )
  })

  it('round-trips any element through another parser', () => {
    fc.assert(
      fc.property(xmlElement, (element) => {
        const { mistaken, root } = judgeWithSaxes(serialize(element))
        fc.pre(!mistaken)
        expect(root).toEqual(element)
      }),
      { numRuns: 500, seed: 2 },
    )
  })

  it('round-trips any element through a stream, in its scope', () => {
    fc.assert(
      fc.property(xmlElement, (element) => {
        fc.pre(!serialize(element, inStream).includes('<stream:stream'))
        const events = readAll([serializeOpening({}), serialize(element, inStream), closingTag])
        expect(events[1]).toEqual({ kind: 'element', element })
        expect(events[2]).toEqual({ kind: 'closed' })
      }),
      { numRuns: 500, seed: 3 },
    )
  })

  it.each([
    ['', 'an empty name'],
    ['a b', 'a name with a space'],
    ['a:b', 'a name with a colon'],
    ["a='b'", 'a name with an attribute'],
    ['a><b', 'a name with a tag'],
    ['1a', 'a name that begins with a digit'],
    ['a\0', 'a name with NUL'],
  ])('refuses %j, %s', (name) => {
    expect(() => serialize(xml(name, ''))).toThrow(RangeError)
    expect(() => serialize(xml('a', '', { [name]: '' }))).toThrow(RangeError)
    expect(() => serialize(new XmlElement('a', '', [{ name, namespace: 'u', value: '' }]))).toThrow(
      RangeError,
    )
  })

  it('refuses declarations in the guise of attributes or elements', () => {
    const xmlns = 'http://www.w3.org/2000/xmlns/'
    expect(() => serialize(xml('a', '', { xmlns: 'u' }))).toThrow(RangeError)
    expect(() => serialize(xml('a', xmlns))).toThrow(RangeError)
    expect(() => serialize(new XmlElement('a', '', [{ name: 'p', namespace: xmlns, value: 'u' }]))).toThrow(
      RangeError,
    )
  })

  it('refuses an attribute that occurs twice', () => {
    const twice = (namespace: string) => [
      { name: 'a', namespace, value: '1' },
      { name: 'a', namespace, value: '2' },
    ]
    expect(() => serialize(new XmlElement('e', '', twice('')))).toThrow(RangeError)
    expect(() => serialize(new XmlElement('e', '', twice('u')))).toThrow(RangeError)
    expect(() => serialize(new XmlElement('e', '', twice(ns.xmlNamespace)))).toThrow(RangeError)
  })

  it('stays right when more names and namespaces pass than it remembers', () => {
    for (let number = 0; number < 3000; number++) {
      expect(serialize(xml(`a${number}`, `u${number}`, { [`b${number}`]: number }))).toBe(
        `<a${number} xmlns='u${number}' b${number}='${number}'/>`,
      )
    }
  })
})

describe('escapeText() and escapeAttribute()', () => {
  const illegal = [
    '\0',
    '\u0001',
    '\u0008',
    '\u000B',
    '\u000C',
    '\u001F',
    '\uFFFE',
    '\uFFFF',
    '\uD83C',
    '\uDF89',
  ]

  it.each(illegal)('refuse %j wherever it stands', (character) => {
    for (const text of [character, `a${character}`, `${character}b`, `🎉${character}🎉`, `&${character}`]) {
      expect(() => escapeText(text)).toThrow(RangeError)
      expect(() => escapeAttribute(text)).toThrow(RangeError)
      expect(() => serialize(xml('a', '', {}, text))).toThrow(RangeError)
      expect(() => serialize(xml('a', '', { b: text }))).toThrow(RangeError)
      expect(() => serialize(xml('a', text))).toThrow(RangeError)
    }
  })

  it('name the character and its place, and nothing of the text', () => {
    expect(() => escapeText('secret\0')).toThrow('XML cannot carry the character U+0000 (at index 6)')
  })

  it('leave what needs no escape as it is', () => {
    const plain = 'Ça va ? \u{10437} 🎉 \u0085\u2028 ; # = ] }'
    expect(escapeText(`${plain}\t\n'"`)).toBe(`${plain}\t\n'"`)
    expect(escapeAttribute(plain)).toBe(plain)
  })

  it('keep every text through a reader that normalises white space', () => {
    fc.assert(
      fc.property(xmlText, (text) => {
        const read = readFrame(
          `<a b='${escapeAttribute(text)}' c="${escapeAttribute(text)}">${escapeText(text)}</a>`,
        )
        expect([read.attribute('b'), read.attribute('c'), read.text()]).toEqual([text, text, text])
      }),
      { numRuns: 1000, seed: 4 },
    )
  })
})

describe('serializeOpening()', () => {
  it('opens a stream, with a declaration and only what is said', () => {
    expect(serializeOpening({ version: '1.0', to: 'example.test', lang: 'en' })).toBe(
      "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
        "version='1.0' to='example.test' xml:lang='en'>",
    )
  })

  it('escapes what it is given, and refuses what XML cannot carry', () => {
    const [opened] = readAll([serializeOpening({ from: `a'b"c<d>&`, id: '1', namespace: 'jabber:server' })])
    expect(opened).toEqual({
      kind: 'opened',
      header: xml('stream', ns.streams, { from: `a'b"c<d>&`, id: '1' }),
      contentNamespace: 'jabber:server',
    })
    expect(() => serializeOpening({ to: 'a\0' })).toThrow(RangeError)
  })
})
