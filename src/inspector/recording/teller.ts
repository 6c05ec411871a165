import type { ReadCrossing } from '../../router/crossing.js'
import type { Sendable } from '../../router/outbound.js'
import { xml, XmlElement } from '../../xml/element.js'
import { escapeAttribute, escapeText } from '../../xml/escape.js'
import { closingTag, type Spell } from '../../xml/serializer.js'
import * as ns from '../../xml/namespaces.js'
import { detach } from '../../xml/interner.js'
import { lineHead, lineTail, toJsonPiece } from './line-text.js'
import type { StanzaCrossed } from './record.js'
import { lengthLimit, spellAlone, ToldTags, type ToldTag, type ToldValue } from './told-tags.js'

/** How many elements inside of one that crosses are told, up to `lengthLimit`; of the others, how many there are. */
const elementsLimit = 1000
const unitsLimit = 4096
const rememberedLimit = 256

/** Makes lines of what crosses, of pieces most of which are made once: default-deny, see `tellableWords`. */
export class Teller {
  readonly #tail: string
  readonly #untold: string
  readonly #showBodies: boolean
  readonly #tags = new ToldTags()
  readonly #heads = { in: noHeads(), out: noHeads() }
  readonly #spellLine: Spell
  /** How many elements may still be told, and how long the text may be before. */
  #left = 0
  #end = 0

  constructor(source: string, showBodies: boolean) {
    this.#tail = lineTail(source)
    this.#untold = `{"kind":"dropped","count":1${this.#tail.slice(1)}`
    this.#showBodies = showBodies
    const head = lineHead('out', 'element', 'message')
    this.#spellLine = (element) => head + toJsonPiece(spellAlone(element)) + this.#tail
  }

  /** The line of something that crosses, up to its number. */
  tell(crossing: ReadCrossing): string {
    const { direction, what } = crossing
    switch (what) {
      case 'element':
        return this.prolong('', crossing.stanza, direction)
      case 'open': {
        const { from, id, lang, to, version } = crossing.header
        const attributes = { from, to, id, version, 'xml:lang': lang }
        const [name, namespace] = crossing.framing === 'bytes' ? ['stream', ns.streams] : ['open', ns.framing]
        return this.#tellAlone('', direction, what, xml(name, namespace, attributes))
      }
      case 'close':
        return crossing.framing === 'frames'
          ? this.#tellAlone('', direction, what, xml('close', ns.framing))
          : this.#head(direction, what, 'stream:stream') + closingTag + this.#tail
    }
  }

  /** Prolongs a text by the line of a stanza, up to its number; where that cannot be told, by one that says so. */
  prolong(text: string, stanza: Sendable, direction: Direction): string {
    try {
      return this.#tellStanza(text, stanza, direction)
    } catch {
      return text + this.#untold
    }
  }

  #tellStanza(text: string, stanza: Sendable, direction: Direction): string {
    if (stanza instanceof XmlElement) return this.#tellAlone(text, direction, 'element', stanza)
    const { body, id } = stanza
    if (id.length > unitsLimit || direction === 'in')
      return this.#tellAlone(text, direction, 'element', stanza.toElement())
    const { head, middle, tail } = stanza.spelled(this.#spellLine)
    this.#end = text.length + lengthLimit
    return this.#tellText(text + head + toAttributePiece(id) + middle, body, this.#showBodies) + tail
  }

  #tellAlone(text: string, direction: Direction, what: What, element: XmlElement): string {
    const { name, namespace } = element
    this.#left = elementsLimit
    this.#end = text.length + lengthLimit
    const head = this.#head(direction, what, namespace === ns.streams ? `stream:${name}` : name)
    const tag = this.#tags.find(element, undefined)
    // Of namespaces that are too long, or too odd, nothing is told, whoever says them.
    if (tag === undefined) return `${text}${head}<${name}>${omission(namespace)}</${name}>${this.#tail}`
    return this.#tellElement(text + head, element, tag) + this.#tail
  }

  #tellElement(text: string, { attributeValues, children }: XmlElement, tag: ToldTag): string {
    let told = text
    for (let index = 0; index < attributeValues.length; index++) {
      const value = attributeValues[index]
      const attribute = tag.values[index]
      if (value !== undefined && attribute !== undefined) told += tellValue(value, attribute)
    }
    if (children.length === 0) return told + tag.empty
    told += tag.content
    const isShown = tag.text === 'shown' || (tag.text === 'body' && this.#showBodies)
    let untold = 0
    for (const child of children) {
      if (told.length >= this.#end) untold++
      else if (typeof child === 'string') told = this.#tellText(told, child, isShown)
      else if (this.#left > 0) {
        this.#left--
        const inner = this.#tags.find(child, tag.inner)
        if (inner === undefined) untold++
        else told = this.#tellElement(told, child, inner)
      } else untold++
    }
    if (untold > 0) told += `…(${untold} more)`
    return told + tag.end
  }

  #tellText(text: string, told: string, isShown: boolean): string {
    const isTold = (isShown && text.length + told.length <= this.#end) || isBlank(told)
    return text + (isTold ? toTextPiece(told) : omission(told))
  }

  #head(direction: Direction, what: What, name: string): string {
    const known = this.#heads[direction][what]
    const found = known.get(name)
    if (found !== undefined) return found
    const head = lineHead(direction, what, name)
    if (known.size === headsLimit) known.clear()
    known.set(name, head)
    return head
  }
}

/** An attribute of a start tag with its value, as far as that is told. */
function tellValue(value: string, told: ToldValue): string {
  if (value === told.last) return told.piece
  const { before, isNew, kind } = told
  if (!mayBeTold(kind, value)) return before + omission(value)
  const piece = before + toAttributePiece(value)
  if (isNew || value.length > rememberedLimit) return piece
  told.last = detach(value)
  told.piece = detach(piece)
  return told.piece
}

const headsLimit = 64

type Direction = StanzaCrossed['direction']
type What = StanzaCrossed['what']
type Heads = Readonly<Record<What, Map<string, string>>>
const noHeads = (): Heads => ({ open: new Map(), element: new Map(), close: new Map() })

const mayBeTold = (kind: ToldValue['kind'], value: string) =>
  kind === 'told' ? value.length <= unitsLimit : kind === 'language' && languageTag.test(value)

const languageTag = /^[A-Za-z\d]{1,8}(?:-[A-Za-z\d]{1,8}){0,4}$/

const isBlank = (text: string) => text.charCodeAt(0) <= 0x20 && text.length < 64 && /^[ \t\n\r]+$/.test(text)

/** Whether XML and JSON write a text as it is, wherever it stands; a loop, since most are short. */
function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > 0x7e || isSpecial[unit] === 1) return false
  }
  return true
}

const isSpecial = Uint8Array.from({ length: 0x7f }, (_, unit) =>
  unit < 0x20 || '"&\'<>\\'.includes(String.fromCharCode(unit)) ? 1 : 0,
)

const toAttributePiece = (value: string) => (isPlain(value) ? value : toJsonPiece(escapeAttribute(value)))
const toTextPiece = (text: string) => (isPlain(text) ? text : toJsonPiece(escapeText(text)))

/** Stands for what is not told. */
const omission = ({ length }: string) => omissions[length] ?? toOmission(length)

const toOmission = (length: number) => (length === 0 ? '' : `…(${length} characters)`)

const omissions = Array.from({ length: 1024 }, (_, length) => toOmission(length))
