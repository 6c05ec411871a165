import type { ReadCrossing } from '../../router/crossing.js'
import type { Sendable } from '../../router/outbound.js'
import { xml, XmlElement, xmlNamespace, type AttributeName, type XmlNode } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { serialize, type Spell } from '../../xml/serializer.js'
import { tellableWords } from './wire-words.js'

/** How many elements of one that crosses are told; of the others, how many there are. */
const elementsLimit = 1000
const unitsLimit = 4096

/** What may be told of a crossing, well-formed: default-deny, see `tellableWords`. */
export function toTellableXml(crossing: ReadCrossing, showBodies: boolean): string {
  switch (crossing.what) {
    case 'element':
      return tellStanza(crossing.stanza, showBodies)
    case 'open': {
      const { from, id, lang, to, version } = crossing.header
      const attributes = { from, to, id, version, 'xml:lang': lang }
      const [name, namespace] = crossing.framing === 'bytes' ? ['stream', ns.streams] : ['open', ns.framing]
      return spell(new Teller(showBodies).tell(xml(name, namespace, attributes)))
    }
    case 'close':
      return crossing.framing === 'bytes' ? '</stream:stream>' : spell(xml('close', ns.framing))
  }
}

/** What may be told of a stanza. */
export function tellStanza(stanza: Sendable, showBodies: boolean): string {
  const isPlain = !(stanza instanceof XmlElement) && stanza.id.length <= unitsLimit
  if (isPlain) return stanza.withBody(tellText(stanza.body, showBodies)).toText(spell)
  return spell(new Teller(showBodies).tell(stanza instanceof XmlElement ? stanza : stanza.toElement()))
}

class Teller {
  readonly #showBodies: boolean
  #left = elementsLimit

  constructor(showBodies: boolean) {
    this.#showBodies = showBodies
  }

  tell(element: XmlElement): XmlElement {
    const { attributeNames: names, attributeValues, name, namespace } = element
    const { attributes, text } = tellableWords(namespace, name)
    const values: string[] = []
    for (const value of attributeValues) {
      const attribute = names[values.length]
      values.push(attribute === undefined ? omission(value) : tellValue(attribute, value, attributes))
    }
    const isShown = text === 'shown' || (text === 'body' && this.#showBodies)
    const children: XmlNode[] = []
    let untold = 0
    for (const child of element.children) {
      if (typeof child === 'string') children.push(tellText(child, isShown))
      else if (this.#left > 0) {
        this.#left--
        children.push(this.tell(child))
      } else untold++
    }
    if (untold > 0) children.push(`…(${untold} more)`)
    return new XmlElement(name, namespace, { names, values }, children)
  }
}

function tellValue({ name, namespace }: AttributeName, value: string, tellable: ReadonlySet<string>): string {
  if (namespace === '') return tellable.has(name) && value.length <= unitsLimit ? value : omission(value)
  const isLang = namespace === xmlNamespace && name === 'lang' && languageTag.test(value)
  return isLang ? value : omission(value)
}

const tellText = (text: string, isShown: boolean) => (isShown || isBlank(text) ? text : omission(text))

const languageTag = /^[A-Za-z\d]{1,8}(?:-[A-Za-z\d]{1,8}){0,4}$/

const isBlank = (text: string) => text.charCodeAt(0) <= 0x20 && text.length < 64 && text.trim() === ''

/** Stands for what is not told. */
const omission = (text: string) => (text === '' ? '' : `…(${text.length} characters)`)

const scope = { prefixes: new Map([[ns.streams, 'stream']]) }

/** Alone, and all the same with the prefix that everybody knows. */
const spell: Spell = (element) => {
  const text = serialize(element, scope)
  if (element.namespace !== ns.streams) return text
  const name = `stream:${element.name}`
  return `<${name} xmlns:stream='${ns.streams}'${text.slice(name.length + 1)}`
}
