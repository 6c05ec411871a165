import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../src/errors.js'
import { xmlNamespace } from '../../src/xml/namespaces.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import { KnownTags, type AttributePlace } from '../../src/xml/known-tags.js'
import type { XmlLimits } from '../../src/xml/limits.js'
import { parseQualifiedName, type QualifiedName } from '../../src/xml/names.js'
import { failureOf, header, readAll } from './recorder.js'

function qualified(raw: string): QualifiedName {
  const name = parseQualifiedName(raw)
  if (name === undefined) throw new TypeError(`${raw} is no name`)
  return name
}

/** Teaches a well-formed tag, as a reader does that has verified it. */
function teach(known: KnownTags, tag: string): void {
  const places = [...tag.matchAll(/([^\s=<]+)\s*=\s*(["'])(.*?)\2/g)].map((match): AttributePlace => {
    const [whole, raw = '', , value = ''] = match
    const to = match.index + whole.length - 1
    return { name: qualified(raw), from: to - value.length, to }
  })
  known.learn(tag, 0, tag.length, qualified(/^<([^\s/>]+)/.exec(tag)?.[1] ?? ''), places)
}

/** The values of a tag that is known, and what it is. */
function find(known: KnownTags, text: string, from = 0) {
  const tag = known.find(text, from)
  if (tag === undefined) return undefined
  const { end, values } = known
  return {
    name: tag.name.raw,
    namespace: tag.namespace,
    empty: tag.empty,
    values: tag.attributes.map(({ name, namespace }, at) => [
      name,
      namespace,
      text.slice(values[2 * at], values[2 * at + 1]),
    ]),
    end,
  }
}

const learned = `<a b='1' xmlns='urn:a' xml:lang="en"/>`

describe('KnownTags', () => {
  it('knows a tag again, whatever its values are and wherever it stands', () => {
    const known = new KnownTags()
    teach(known, learned)
    teach(known, '<a>')
    const text = `<x><a b='&gt; "' xmlns='urn:a' xml:lang=""/><a>`
    expect(find(known, text, 3)).toEqual({
      name: 'a',
      namespace: 'urn:a',
      empty: true,
      values: [
        ['b', '', '&gt; "'],
        ['lang', xmlNamespace, ''],
      ],
      end: 44,
    })
    expect(find(known, text, 44)).toEqual({
      name: 'a',
      namespace: undefined,
      empty: false,
      values: [],
      end: 47,
    })
  })

  it.each([
    `<a b='1' xmlns='urn:b' xml:lang="en"/>`,
    `<a b='1' xmlns='urn:a'  xml:lang="en"/>`,
    `<a b='1' xmlns='urn:a' xml:lang='en'/>`,
    `<a b="1" xmlns='urn:a' xml:lang="en"/>`,
    `<a b='1' xmlns='urn:a' xml:lang="en">`,
    `<a b='1' xmlns='urn:a' xml:lang="en" />`,
    `<a b='1' xmlns='urn:a' xml:lang="en"c=''/>`,
    `<a b='1' xmlns='urn:a' xml:lang="en`,
    `<a b='1' xmlns='urn:a' xml:la`,
    `<a b='1'/>`,
    `<ab='1' xmlns='urn:a' xml:lang="en"/>`,
    `<A b='1' xmlns='urn:a' xml:lang="en"/>`,
    '<a',
    '<',
  ])('does not take %s for another tag', (tag) => {
    const known = new KnownTags()
    teach(known, learned)
    expect(find(known, tag)).toBeUndefined()
  })

  it.each([
    `<a  b='1'/>`,
    `<a b ='1'/>`,
    `<a b= '1'/>`,
    `<a b='1' />`,
    '<a\n\n>',
    `<a xmlns:p='urn:p'/>`,
    `<a xmlns:p='urn:p' p:b='1'/>`,
    `<a xmlns='${'n'.repeat(250)}'/>`,
  ])('leaves %s alone', (tag) => {
    const known = new KnownTags()
    teach(known, tag)
    expect(find(known, tag)).toBeUndefined()
  })

  it('learns no more than its capacity, and begins anew when much was not known', () => {
    const known = new KnownTags(4)
    for (const name of ['a', 'b', 'c', 'd']) teach(known, `<${name}>`)
    for (let number = 0; number < 63; number++) teach(known, `<n${number}>`)
    expect(find(known, '<a>')).toBeDefined()
    expect(find(known, '<n1>')).toBeUndefined()
    teach(known, '<e>')
    expect(find(known, '<a>')).toBeUndefined()
    expect(find(known, '<e>')).toBeDefined()
  })

  it('keeps few of many tags that begin alike, and the last one', () => {
    const known = new KnownTags()
    const tags = Array.from({ length: 200 }, (_, number) => `<x xmlns='urn:${number}'/>`)
    for (const tag of tags) teach(known, tag)
    expect(tags.filter((tag) => find(known, tag) !== undefined).length).toBeLessThan(20)
    expect(find(known, tags.at(-1) ?? '')?.namespace).toBe('urn:199')
  })
})

/** What becomes of a stream, by a reader with these limits that has never seen its tags, and by one that knows them. */
function readTwice(body: string, limits: Partial<XmlLimits> = {}) {
  const unknown = readAll(['<s>', body], limits)
  readAll(['<s>', body])
  expect(readAll(['<s>', body], limits)).toEqual(unknown)
  return failureOf(unknown)
}

describe('a reader that knows a tag', () => {
  it.each([
    ['a "<" in a value', `<known1 a='1' b='<'/>`, 'not-well-formed'],
    ['an entity in a value', `<known1 a='1' b='&e;'/>`, 'restricted-xml'],
    ['a reference to nothing', `<known1 a='1' b='& '/>`, 'not-well-formed'],
    ['a forbidden character', `<known1 a='1' b='\u0001'/>`, 'not-well-formed'],
    ['a character that is none', `<known1 a='1' b='\uFFFF'/>`, 'not-well-formed'],
    ['an attribute twice', `<known1 a='1' a='2'/>`, 'not-well-formed'],
    ['a tag that never ends', `<known1 a='1' b='2'<known1 a='1' b='2'/>`, 'not-well-formed'],
    ['an undeclared prefix', `<p:known1 a='1'/>`, 'not-well-formed'],
    ['another end tag', `<known2></known1>`, 'not-well-formed'],
    ['an end tag without an end', `<known2></known2<known2/>`, 'not-well-formed'],
    ['a tag outside the stream', `</stream:stream><known1 a='1' b='2'/>`, 'not-well-formed'],
  ])('refuses %s in it', (_what, hostile, condition) => {
    const tags = `<known1 a='1' b='2'/><p:known1 xmlns:p='urn:p' a='1'/><known2></known2>`
    expect(failureOf(readAll([header, tags]))).toBeUndefined()
    expect(failureOf(readAll([header, tags, hostile]))).toBe(condition)
  })

  it.each(['</>', '<s></s></>', '<s></>', '<s><known2></></known2>'])(
    'refuses the end of nothing: %s',
    (stream) => {
      expect(failureOf(readAll([stream]))).toBe('not-well-formed')
      expect(() => readFrame(stream)).toThrow(ProtocolError)
    },
  )

  it('takes it for a root like any other', () => {
    const root = `<known1 a='1' b='2'>`
    expect(failureOf(readAll(['<s>', root, '</known1>']))).toBeUndefined()
    expect(readAll([root, `<known1 a='1' b='2'/>`, '</known1>']).map(({ kind }) => kind)).toEqual([
      'opened',
      'element',
      'closed',
    ])
  })

  it('normalises white space and replaces references in its values', () => {
    for (let round = 0; round < 2; round++) {
      const root = readFrame(`<known3><item a='1\t2\r\n3&amp;' b='&#x20;&lt;'/>1\r\n2&amp;</known3>`)
      expect(root.text()).toBe('1\n2&')
      expect(root.elements()[0]?.attributes.map(({ value }) => value)).toEqual(['1 2 3&', ' <'])
    }
  })

  it('finds its prefix in its own place, not where it was learned', () => {
    const tag = '<p:known4/>'
    const namespaces = ['urn:a', 'urn:b'].map(
      (uri) => readFrame(`<s xmlns:p='${uri}'>${tag}</s>`).elements()[0]?.namespace,
    )
    expect(namespaces).toEqual(['urn:a', 'urn:b'])
    expect(() => readFrame(`<s>${tag}</s>`)).toThrow('prefix "p"')
  })

  it.each<[keyof XmlLimits, string, Partial<XmlLimits>]>([
    ['depth', '<known5><known5><known5/></known5></known5>', { depth: 2 }],
    ['attributes', `<known6 a='' b='' xmlns='urn:a'/>`, { attributes: 2 }],
    ['nameLength', '<known7-of-twenty-two-a/>', { nameLength: 21 }],
    ['nameLength', `<known8 a-name-of-twenty-two-a=''/>`, { nameLength: 21 }],
    ['startTagLength', `<known9 a='${'1'.repeat(60)}'/>`, { startTagLength: 70 }],
    ['stanzaBytes', `<known10 a='${'é'.repeat(60)}'/>`, { stanzaBytes: 130 }],
  ])(
    'keeps to the limit %s of a reader that is stricter than the one that learned it',
    (_limit, body, limits) => {
      expect(readTwice(body, limits)).toBe('policy-violation')
      expect(readTwice(body)).toBeUndefined()
    },
  )
})
