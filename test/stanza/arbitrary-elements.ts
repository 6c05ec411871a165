import * as fc from 'fast-check'
import { XmlElement, type XmlNode } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'

const words = (text: string) => text.split(/\s+/)

const names =
  words(`message presence iq error text body subject thread show status priority query item group bind jid
  resource delay x identity feature features mechanisms mechanism starttls required session optional auth challenge
  success failure gone conflict see-other-host not-authorized sasl-channel-binding version constructor __proto__
  toString hasOwnProperty valueOf prototype`)
const attributeNames =
  words(`from to id type code by stamp jid node name var category mechanism subscription ask
  approved ver parent constructor __proto__ toString lang`)
const values = words(`a@b a@b/c @ error get set result chat subscribe cancel 404 remove 2002-09-10T23:08:25Z
  20020910T23:08:25 away -128 128 NaN = AAEC true __proto__`)
const spaces = [...Object.values(ns), 'jabber:server', '', '__proto__']

const value = fc.oneof(fc.constantFrom(...values), fc.string())
const attribute = fc.record({
  name: fc.constantFrom(...attributeNames),
  namespace: fc.constantFrom('', '', '', ns.xmlNamespace, 'urn:example'),
  value,
})

/** Trees made of the words of XMPP in any order, and of names that every object has. */
export const arbitraryElement: fc.Arbitrary<XmlElement> = fc.letrec<{ element: XmlElement; node: XmlNode }>(
  (tie) => ({
    element: fc
      .tuple(
        fc.constantFrom(...names),
        fc.constantFrom(...spaces),
        fc.array(attribute, { maxLength: 4 }),
        fc.array(tie('node'), { maxLength: 4, depthIdentifier: 'tree' }),
      )
      .map(
        ([name, namespace, attributes, children]) => new XmlElement(name, namespace, attributes, children),
      ),
    node: fc.oneof({ depthIdentifier: 'tree', maxDepth: 4 }, value, tie('element')),
  }),
).element

/** The same tree under another name. */
export function rename(element: XmlElement, name: string, namespace: string): XmlElement {
  return new XmlElement(name, namespace, element.attributes, element.children)
}
