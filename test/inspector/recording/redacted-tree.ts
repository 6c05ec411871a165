import { tellableWords } from '../../../src/inspector/recording/wire-words.js'
import { XmlElement, type AttributeName, type XmlNode } from '../../../src/xml/element.js'
import * as ns from '../../../src/xml/namespaces.js'
import { serialize } from '../../../src/xml/serializer.js'

const unitsLimit = 4096

/** What may be told of an element, the long way: a tree of its own is built of it, and that is written. */
export function tellByTree(element: XmlElement, showBodies: boolean): string {
  const redacted = redact(element, showBodies, { elements: 1000 })
  const text = serialize(redacted, { prefixes: new Map([[ns.streams, 'stream']]) })
  if (element.namespace !== ns.streams) return text
  const name = `stream:${element.name}`
  return `<${name} xmlns:stream='${ns.streams}'${text.slice(name.length + 1)}`
}

function redact(element: XmlElement, showBodies: boolean, left: { elements: number }): XmlElement {
  const { attributes, name, namespace } = element
  const tellable = tellableWords(namespace, name)
  const isShown = tellable.text === 'shown' || (tellable.text === 'body' && showBodies)
  const children: XmlNode[] = []
  let untold = 0
  for (const child of element.children) {
    if (typeof child === 'string') children.push(isShown || isBlank(child) ? child : omission(child))
    else if (left.elements-- > 0) children.push(redact(child, showBodies, left))
    else untold++
  }
  if (untold > 0) children.push(`…(${untold} more)`)
  const told = attributes.map((each) => ({
    ...each,
    value: mayBeTold(each, each.value, tellable.attributes) ? each.value : omission(each.value),
  }))
  return new XmlElement(name, namespace, told, children)
}

function mayBeTold(
  { name, namespace }: AttributeName,
  value: string,
  tellable: ReadonlySet<string>,
): boolean {
  if (namespace === '') return tellable.has(name) && value.length <= unitsLimit
  return (
    namespace === ns.xmlNamespace &&
    name === 'lang' &&
    /^[A-Za-z\d]{1,8}(?:-[A-Za-z\d]{1,8}){0,4}$/.test(value)
  )
}

const isBlank = (text: string) => /^[ \t\n\r]{1,63}$/.test(text)

const omission = (text: string) => (text === '' ? '' : `…(${text.length} characters)`)
