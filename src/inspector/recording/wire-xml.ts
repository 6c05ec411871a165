import type { ReadCrossing } from '../../router/crossing.js'
import { xml, XmlElement, xmlNamespace, type XmlNode } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { serialize } from '../../xml/serializer.js'
import { tellableWords } from './wire-words.js'

/** How many elements of one that crosses are told; of the others, how many there are. */
const elementsLimit = 1000
const unitsLimit = 4096

/** An element by its name with its prefix, and as text without what must not be told. */
export interface TellableXml {
  readonly name: string
  readonly xml: string
}

/** What may be told of a crossing: default-deny, see `tellableWords`. */
export function toTellableXml(crossing: ReadCrossing, showBodies: boolean): TellableXml {
  switch (crossing.what) {
    case 'element':
      return spell(new Teller(showBodies).tell(crossing.element))
    case 'open': {
      const { from, id, lang, to, version } = crossing.header
      const attributes = { from, to, id, version, 'xml:lang': lang }
      const [name, namespace] = crossing.framing === 'bytes' ? ['stream', ns.streams] : ['open', ns.framing]
      return spell(new Teller(showBodies).tell(xml(name, namespace, attributes)))
    }
    case 'close':
      return crossing.framing === 'bytes'
        ? { name: 'stream:stream', xml: '</stream:stream>' }
        : spell(xml('close', ns.framing))
  }
}

class Teller {
  readonly #showBodies: boolean
  #left = elementsLimit

  constructor(showBodies: boolean) {
    this.#showBodies = showBodies
  }

  tell(element: XmlElement): XmlElement {
    const { attributeNames, attributeValues, name, namespace } = element
    const { attributes, text } = tellableWords(namespace, name)
    const values = attributeValues.map((value, index) => {
      const attribute = attributeNames[index]
      const isLang = attribute?.namespace === xmlNamespace && attribute.name === 'lang'
      if (isLang) return languageTag.test(value) ? value : omission(value)
      const isTellable = attribute?.namespace === '' && attributes.has(attribute.name)
      return isTellable && value.length <= unitsLimit ? value : omission(value)
    })
    const isShown = text === 'shown' || (text === 'body' && this.#showBodies)
    const children: XmlNode[] = []
    let untold = 0
    for (const child of element.children) {
      if (typeof child === 'string') children.push(isShown || isBlank(child) ? child : omission(child))
      else if (this.#left > 0) {
        this.#left--
        children.push(this.tell(child))
      } else untold++
    }
    if (untold > 0) children.push(`…(${untold} more)`)
    return new XmlElement(name, namespace, { names: attributeNames, values }, children)
  }
}

const languageTag = /^[A-Za-z\d]{1,8}(?:-[A-Za-z\d]{1,8}){0,4}$/

const isBlank = (text: string) => text.length < 64 && text.trim() === ''

/** Stands for what is not told. */
const omission = (text: string) => (text === '' ? '' : `…(${text.length} characters)`)

const streamPrefix = new Map([[ns.streams, 'stream']])

/** Alone, and all the same with the prefix that everybody knows. */
function spell(element: XmlElement): TellableXml {
  const text = serialize(element, { prefixes: streamPrefix })
  if (element.namespace !== ns.streams) return { name: element.name, xml: text }
  const name = `stream:${element.name}`
  return { name, xml: `<${name} xmlns:stream='${ns.streams}'${text.slice(name.length + 1)}` }
}
