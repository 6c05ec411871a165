import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  attributeOf,
  depthLimit,
  elementsOf,
  parseXml,
  unescapeXml,
} from '../../../../src/inspector/page/panes/wire/parse-xml.js'
import { foldableKeys, toXmlLines } from '../../../../src/inspector/page/panes/wire/xml-lines.js'

const reasonFor = (xml: string) => parseXml(xml).problem?.reason

describe('parseXml()', () => {
  it('reads elements, attributes and texts', () => {
    const { nodes, problem, rest } = parseXml(
      `<iq type='get' id="1"><query xmlns='jabber:iq:roster'/>text</iq>`,
    )
    expect({ problem, rest }).toEqual({ problem: undefined, rest: '' })
    expect(nodes).toEqual([
      {
        kind: 'element',
        name: 'iq',
        attributes: [
          { name: 'type', value: 'get' },
          { name: 'id', value: '1' },
        ],
        children: [
          {
            kind: 'element',
            name: 'query',
            attributes: [{ name: 'xmlns', value: 'jabber:iq:roster' }],
            children: [],
          },
          { kind: 'text', text: 'text' },
        ],
      },
    ])
  })

  it.each([
    ['<a><!-- no --></a>', 'XMPP has no comments'],
    ['<?xml version="1.0"?><a/>', 'XMPP has no processing instructions'],
    ['<!DOCTYPE a><a/>', 'XMPP has no document type declarations'],
    ['<a>&copy;</a>', 'an & in a text is written &amp;'],
    ['<a>fish & chips</a>', 'an & in a text is written &amp;'],
    ['<a>&#0;</a>', 'an & in a text is written &amp;'],
    ['<a>]]></a>', ']]> in a text is written ]]&gt;'],
    ['<a>\u0001</a>', 'XML has no such character'],
    ['<a>\ud800</a>', 'XML has no such character'],
    ['<a b="1" b="2"/>', 'b stands twice in <a>'],
    ['<a b="<"/>', 'a < in a value is written &lt;'],
    ['<a b=1/>', '<a> goes on with something that is no attribute'],
    ['<a b="1"c="2"/>', '<a> goes on with something that is no attribute'],
    ['<x:a/>', 'the prefix x stands for no namespace'],
    ['<a x:b="1"/>', 'the prefix x stands for no namespace'],
    ['<a><b></a></b>', '</a> where <b> is open'],
    ['<a>', '<a> is not closed'],
    ['</a>', 'nothing is open that </a> could close'],
    ['< a/>', 'no name follows this <; in a text it is written &lt;'],
    ['hello', 'text stands outside of any element'],
    ['<a/>hello', 'text stands outside of any element'],
    ['<a><![CDATA[', 'this CDATA section does not end'],
  ])('refuses %j', (xml, reason) => {
    expect(reasonFor(xml)).toBe(reason)
  })

  it.each([
    `<a xmlns:x='urn:x'><x:b x:c='1' xml:lang='en'/></a>`,
    '<stream:features/>',
    '<a><![CDATA[<b> & ]]></a>',
    '<a b="&lt;&#x41;&#65;"> &amp; </a>',
    '<größe/>',
    ' <a/> <b/> ',
  ])('takes %j', (xml) => {
    expect(reasonFor(xml)).toBeUndefined()
  })

  it('says where the problem is, and keeps what came before it', () => {
    const { nodes, problem, rest } = parseXml('<a>\n  <b/>\n  <c d="1" d="2"/></a>')
    expect(problem).toEqual({ at: 21, line: 3, column: 11, reason: 'd stands twice in <c>' })
    expect(rest.startsWith(' d="2"')).toBe(true)
    expect(elementsOf(nodes).map(({ name }) => name)).toEqual(['a'])
    expect(elementsOf(elementsOf(nodes)[0]?.children ?? []).map(({ name }) => name)).toEqual(['b'])
  })

  it('bounds the depth', () => {
    expect(reasonFor('<a>'.repeat(depthLimit) + '</a>'.repeat(depthLimit))).toBeUndefined()
    expect(reasonFor('<a>'.repeat(1_000_000))).toBe(`elements are nested deeper than ${depthLimit}`)
  })

  it('never throws, whatever it is given', () => {
    assert(
      property(
        array(
          constantFrom(
            '<',
            '>',
            '/',
            '<a',
            '</a>',
            '<a>',
            ' b="',
            "'",
            '&',
            ';',
            '<![CDATA[',
            ']]>',
            'x:',
            '\u0000',
          ),
          { maxLength: 30 },
        ),
        (pieces) => {
          const text = pieces.join('')
          const { nodes, problem, rest } = parseXml(text)
          expect(rest).toBe(problem === undefined ? '' : text.slice(problem.at))
          toXmlLines(nodes, new Set())
        },
      ),
    )
  })
})

it('attributeOf() and unescapeXml() give what was meant', () => {
  const [element] = elementsOf(parseXml(`<a b='&lt;&#x1F600;&quot;&unknown;'/>`).nodes)
  expect(element && attributeOf(element, 'constructor')).toBeUndefined()
  expect(unescapeXml('<![CDATA[&lt;]]>&lt;&#65;&constructor;&#xFFFFFFFF;')).toBe(
    '&lt;<A&constructor;&#xFFFFFFFF;',
  )
})

describe('toXmlLines()', () => {
  const xml = `<iq><query a='1'><item>x</item><item><group>G</group></item></query></iq>`
  const { nodes } = parseXml(xml)
  const shown = (folded: ReadonlySet<string>) =>
    toXmlLines(nodes, folded).map(({ depth, parts, fold }) =>
      `${'  '.repeat(depth)}${parts.map(({ text }) => text).join('')} ${fold ?? ''}`.trimEnd(),
    )

  it('gives a line to each tag, and one to what holds text alone', () => {
    expect(shown(new Set())).toEqual([
      '<iq> open',
      '  <query a="1"> open',
      '    <item>x</item>',
      '    <item> open',
      '      <group>G</group>',
      '    </item>',
      '  </query>',
      '</iq>',
    ])
  })

  it('folds', () => {
    expect(foldableKeys(nodes, 1)).toEqual(['0.0', '0.0.1'])
    expect(shown(new Set(['0.0']))).toEqual([
      '<iq> open',
      '  <query a="1">… 2 elements …</query> folded',
      '</iq>',
    ])
  })
})
