import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { richAttributes } from '../../src/stanza/rich-text-profile.js'
import { readRichTexts, rich, sanitise, toRichTextElement } from '../../src/stanza/rich-text.js'
import { xml, type XmlElement, type XmlNode } from '../../src/xml/element.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import * as ns from '../../src/xml/namespaces.js'
import { serialize } from '../../src/xml/serializer.js'
import { attacks, toAttackMessage } from '../browser/rich-text-attacks.js'
import { arbitraryElement } from './arbitrary-elements.js'

const read = (inside: string) =>
  readRichTexts([
    readFrame(`<html xmlns='${ns.richText}'><body xmlns='${ns.xhtml}'>${inside}</body></html>`),
  ]).map(({ body, images, text }) => ({
    inside: serialize(body).replace(/^<body[^>]*?(?:>|\/>)|<\/body>$/g, ''),
    images,
    text,
  }))[0]

describe('rich text that is written', () => {
  it('is what the founding example says', () => {
    const html = toRichTextElement([rich('p', { style: { 'font-weight': 'bold' } }, 'Salut !')])
    expect(serialize(html)).toBe(
      `<html xmlns='${ns.richText}'><body xmlns='${ns.xhtml}'><p style='font-weight: bold'>Salut !</p></body></html>`,
    )
  })

  it.each<[string, () => unknown]>([
    ['an address that acts', () => rich('a', { href: 'javascript:x()' }, 'x')],
    ['a style that loads', () => rich('p', { style: 'background-image: url(x)' })],
    ['an attribute that is not its own', () => rich('em', { style: { color: 'red' } })],
    ['an element that is not in the profile', () => toRichTextElement([xml('script', ns.xhtml)])],
    ['an element of another namespace', () => toRichTextElement([xml('p', ns.client)])],
    ['a body in a body', () => rich('p', {}, xml('body', ns.xhtml, { onload: 'x' }))],
  ])('is not %s', (_, write) => {
    expect(write).toThrow(RangeError)
  })
})

describe('rich text that is read (XEP-0071 §7, §8)', () => {
  it.each([
    ['<p>a</p><p>b</p>', '<p>a</p><p>b</p>', 'a\nb'],
    ['a <abbr title="x">b</abbr> c', 'a b c', 'a b c'],
    ['<ol><li>x</li><li>y<ul><li>z</li></ul></li></ol>', undefined, '1. x\n2. y\n- z'],
    [
      '<a href="https://example.test/x">here</a>',
      `<a href='https://example.test/x'>here</a>`,
      'here <https://example.test/x>',
    ],
    ['<a href="xmpp:a@b">a@b</a>', `<a href='xmpp:a@b'>a@b</a>`, 'a@b <xmpp:a@b>'],
    ['one<br>lost</br>two', 'one<br/>two', 'one\ntwo'],
    [
      "<p style='font-size:large; Color: GREEN;position:fixed'>x</p>",
      `<p style='font-size: large; color: green'>x</p>`,
      'x',
    ],
  ])('%s', (inside, kept, text) => {
    expect(read(inside)).toMatchObject({ text, ...(kept === undefined ? {} : { inside: kept }) })
  })

  it('names images and loads none', () => {
    expect(
      read(
        `<p><img src='https://a.test/x.png' alt='A cat'/><img src='cid:x@bob.xmpp.org' alt=''/><img src='data:x' alt='d'/></p>`,
      ),
    ).toEqual({
      inside: '<p>A catd</p>',
      text: 'A catd',
      images: [
        { alt: 'A cat', src: 'https://a.test/x.png' },
        { alt: '', src: 'cid:x@bob.xmpp.org' },
        { alt: 'd', src: undefined },
      ],
    })
  })

  it('is in each language', () => {
    const bodies = ['en', 'de'].map((lang) => toRichTextElement([lang], lang).child('body', ns.xhtml))
    const texts = readRichTexts([xml('html', ns.richText, {}, ...bodies)], 'fr')
    expect(texts.map(({ lang, text }) => [lang, text])).toEqual([
      ['en', 'en'],
      ['de', 'de'],
    ])
  })

  it('is bounded in breadth and depth', () => {
    const wide = xml('body', ns.xhtml, {}, ...Array.from({ length: 10_000 }, () => xml('br', ns.xhtml)))
    expect(sanitise(wide).body.children.length).toBe(5_000)
    let deep: XmlNode = 'bottom'
    for (let depth = 0; depth < 60; depth += 1) deep = xml('blockquote', ns.xhtml, {}, deep)
    const { body, text } = sanitise(xml('body', ns.xhtml, {}, deep))
    expect([depthOf(body), text]).toEqual([21, 'bottom'])
  })
})

describe('what is sanitised', () => {
  it('stays as it is, and could have been written', () => {
    const check = (tree: XmlElement) => {
      const { body } = sanitise(tree)
      expect(sanitise(body).body).toEqual(body)
      expect(toRichTextElement(body.children).child('body', ns.xhtml)?.children).toEqual(body.children)
    }
    for (const attack of attacks) {
      const [html] = readFrame(toAttackMessage(attack)).elements('html', ns.richText)
      for (const body of html?.elements('body', ns.xhtml) ?? []) check(body)
    }
    fc.assert(fc.property(arbitraryRichText, check))
  })
})

const style = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom('color', 'font-size', 'margin-left', 'font-family', 'position'), fc.string()),
      fc.oneof(fc.constantFrom('red', '12px', '-1px', 'url(x)', 'a, b c', '5%'), fc.string()),
    ),
    { maxLength: 3 },
  )
  .map((declarations) => declarations.map((each) => each.join(':')).join(';'))
const href = fc.oneof(fc.webUrl(), fc.string(), fc.constantFrom('javascript:x', 'mailto:a@b.test', '//x'))
const name = fc.constantFrom(...Object.keys(richAttributes), 'script', 'img', 'div')
const { tree: arbitraryRichText } = fc.letrec<{ tree: XmlElement; node: XmlNode }>((tie) => ({
  tree: fc
    .tuple(
      name,
      fc.record({ href, style, alt: fc.string() }, { requiredKeys: [] }),
      fc.array(tie('node'), { maxLength: 4 }),
    )
    .map(([name, attributes, children]) => xml(name, ns.xhtml, attributes, ...children)),
  node: fc.oneof({ maxDepth: 4, depthIdentifier: 'rich' }, fc.string(), arbitraryElement, tie('tree')),
}))

function depthOf(node: XmlNode): number {
  return typeof node === 'string' ? 0 : 1 + Math.max(0, ...node.children.map(depthOf))
}
