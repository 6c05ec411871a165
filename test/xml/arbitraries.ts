import * as fc from 'fast-check'
import { XmlElement, type XmlAttribute, type XmlNode } from '../../src/xml/element.js'
import { xmlNamespace } from '../../src/xml/namespaces.js'

const name = fc.oneof(
  fc.constantFrom(
    'message',
    'body',
    'x',
    'constructor',
    '__proto__',
    'toString',
    'xmlns',
    'xml',
    'é',
    '日本',
    '\u{10437}',
  ),
  fc.stringMatching(/^[A-Za-z_][-.\w]{0,8}$/),
)

const namespace = fc.constantFrom(
  '',
  'jabber:client',
  'urn:a',
  'urn:\'<&>"\t',
  'http://jabber.org/protocol/caps',
  ' ',
)

/** Any text that XML can carry. */
export const xmlText = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      ']]>',
      '&amp;',
      '<![CDATA[',
      '\r\n',
      '\r',
      '\t',
      ' ',
      "'",
      '"',
      '\uFEFF',
      '\u{10FFFF}',
      '\u0085',
    ),
  )
  .map((text) => text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, ''))

const attribute: fc.Arbitrary<XmlAttribute> = fc.oneof(
  fc.record({ name: name.filter((one) => one !== 'xmlns'), namespace: fc.constant(''), value: xmlText }),
  fc.record({ name, namespace: namespace.filter((one) => one !== ''), value: xmlText }),
  fc.record({ name, namespace: fc.constant(xmlNamespace), value: xmlText }),
)

const attributes = fc.uniqueArray(attribute, {
  maxLength: 5,
  selector: (one) => JSON.stringify([one.name, one.namespace]),
})

/** Texts that stand beside each other are one text to every reader. */
function joinTexts(nodes: readonly XmlNode[]): readonly XmlNode[] {
  const joined: XmlNode[] = []
  for (const node of nodes) {
    const last = joined.at(-1)
    if (node === '') continue
    if (typeof node === 'string' && typeof last === 'string') joined[joined.length - 1] = last + node
    else joined.push(node)
  }
  return joined
}

/** Any element that XML can carry. */
export const xmlElement: fc.Arbitrary<XmlElement> = fc.letrec<{ element: XmlElement }>((tie) => ({
  element: fc
    .tuple(
      name,
      fc.oneof({ weight: 9, arbitrary: namespace }, { weight: 1, arbitrary: fc.constant(xmlNamespace) }),
      attributes,
      fc.array(fc.oneof({ maxDepth: 4 }, xmlText, tie('element')), { maxLength: 4 }),
    )
    .map(([local, uri, list, children]) => new XmlElement(local, uri, list, joinTexts(children))),
})).element
