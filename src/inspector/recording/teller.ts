import type { ReadCrossing } from '../../router/crossing.js'
import type { Sendable } from '../../router/outbound.js'
import { xml, XmlElement } from '../../xml/element.js'
import { escapeAttribute, escapeText } from '../../xml/escape.js'
import { closingTag, type Spell } from '../../xml/serializer.js'
import * as ns from '../../xml/namespaces.js'
import { detach } from '../../xml/interner.js'
import { FixedPiece, LinePieces } from './line-pieces.js'
import { lineHead, lineTail, toJsonPiece } from './line-text.js'
import type { StanzaCrossed } from './record.js'
import { spellAlone, ToldTags, type ToldValue } from './told-tags.js'

/** What all lines of something that crosses have in common. */
export interface Opening extends Pick<StanzaCrossed, 'direction' | 'name' | 'what'> {
  /** Up to the XML, and from behind it up to its number. */
  readonly head: string
  readonly tail: FixedPiece
}

/** How many elements of one that crosses are told; of the others, how many there are. */
const elementsLimit = 1000
const unitsLimit = 4096
const rememberedLimit = 256

/**
 * Makes lines of what crosses, in pieces most of which are made once: default-deny, see `tellableWords`. What is not told is not
 * kept either: nothing of a stanza outlives its telling but what a line says.
 */
export class Teller {
  readonly #tail: string
  readonly #showBodies: boolean
  readonly #tags = new ToldTags()
  readonly #openings = { in: noOpenings(), out: noOpenings() }
  readonly #sentMessage: Opening
  readonly #spellLine: Spell
  #line = new LinePieces()
  #left = 0

  constructor(source: string, showBodies: boolean) {
    this.#tail = lineTail(source)
    this.#showBodies = showBodies
    this.#sentMessage = this.#opening('out', 'element', 'message')
    this.#spellLine = (element) => this.#sentMessage.head + toJsonPiece(spellAlone(element)) + this.#tail
  }

  /** Adds a line to others, up to its number. */
  tell(crossing: ReadCrossing, lines: LinePieces): Opening {
    this.#line = lines
    const { direction, what } = crossing
    switch (what) {
      case 'element':
        return this.#tellStanza(direction, crossing.stanza)
      case 'open': {
        const { from, id, lang, to, version } = crossing.header
        const attributes = { from, to, id, version, 'xml:lang': lang }
        const [name, namespace] = crossing.framing === 'bytes' ? ['stream', ns.streams] : ['open', ns.framing]
        return this.#tellAlone(direction, what, xml(name, namespace, attributes))
      }
      case 'close': {
        if (crossing.framing === 'frames') return this.#tellAlone(direction, what, xml('close', ns.framing))
        const opening = this.#opening(direction, what, 'stream:stream')
        lines.begin(opening.head)
        lines.addLoose(closingTag)
        lines.add(opening.tail)
        lines.end()
        return opening
      }
    }
  }

  #tellStanza(direction: Opening['direction'], stanza: Sendable): Opening {
    if (stanza instanceof XmlElement) return this.#tellAlone(direction, 'element', stanza)
    const { body, id } = stanza
    if (id.length > unitsLimit || direction === 'in')
      return this.#tellAlone(direction, 'element', stanza.toElement())
    const line = this.#line
    const { head, middle, tail } = stanza.spelled(this.#spellLine)
    line.begin(head)
    line.addOwn(id, toAttributePiece)
    line.addLoose(middle)
    this.#tellText(body, this.#showBodies)
    line.addLoose(tail)
    line.end()
    return this.#sentMessage
  }

  #tellAlone(direction: Opening['direction'], what: Opening['what'], element: XmlElement): Opening {
    const { name, namespace } = element
    const opening = this.#opening(direction, what, namespace === ns.streams ? `stream:${name}` : name)
    this.#left = elementsLimit
    this.#line.begin(opening.head)
    this.#tellElement(element, undefined)
    this.#line.add(opening.tail)
    this.#line.end()
    return opening
  }

  #tellElement(element: XmlElement, outer: string | undefined): void {
    const { attributeValues, children } = element
    const line = this.#line
    const tag = this.#tags.find(element, outer)
    for (let index = 0; index < attributeValues.length; index++) {
      const value = attributeValues[index]
      const told = tag.values[index]
      if (value !== undefined && told !== undefined) this.#tellValue(value, told)
    }
    if (children.length === 0) return line.add(tag.empty)
    line.add(tag.content)
    const isShown = tag.text === 'shown' || (tag.text === 'body' && this.#showBodies)
    let untold = 0
    for (const child of children) {
      if (typeof child === 'string') this.#tellText(child, isShown)
      else if (this.#left > 0) {
        this.#left--
        this.#tellElement(child, tag.inner)
      } else untold++
    }
    if (untold > 0) line.addOwn(`…(${untold} more)`, toTextPiece)
    line.add(tag.end)
  }

  #tellValue(value: string, told: ToldValue): void {
    const { before, isNew, kind } = told
    const line = this.#line
    if (value === told.last) return line.add(told.piece)
    if (!isNew && value.length <= rememberedLimit && mayBeTold(kind, value)) {
      told.last = detach(value)
      told.piece = new FixedPiece([before.text, toAttributePiece(value)].join(''))
      line.units += told.piece.text.length
      return line.add(told.piece)
    }
    line.add(before)
    if (mayBeTold(kind, value)) line.addOwn(value, toAttributePiece)
    else line.addLoose(omission(value))
  }

  #tellText(text: string, isShown: boolean): void {
    if (isShown || isBlank(text)) this.#line.addOwn(text, toTextPiece)
    else this.#line.addLoose(omission(text))
  }

  #opening(direction: Opening['direction'], what: Opening['what'], name: string): Opening {
    const known = this.#openings[direction][what]
    const found = known.get(name)
    if (found !== undefined) return found
    const tail = new FixedPiece(this.#tail)
    const opening = { direction, what, name, head: lineHead(direction, what, name), tail }
    if (known.size === openingsLimit) known.clear()
    known.set(name, opening)
    return opening
  }
}

const openingsLimit = 64

type Openings = Readonly<Record<Opening['what'], Map<string, Opening>>>
const noOpenings = (): Openings => ({ open: new Map(), element: new Map(), close: new Map() })

const mayBeTold = (kind: ToldValue['kind'], value: string) =>
  kind === 'told' ? value.length <= unitsLimit : kind === 'language' && languageTag.test(value)

const languageTag = /^[A-Za-z\d]{1,8}(?:-[A-Za-z\d]{1,8}){0,4}$/

const isBlank = (text: string) => text.charCodeAt(0) <= 0x20 && text.length < 64 && /^[ \t\n\r]+$/.test(text)

const toAttributePiece = (value: string) => toJsonPiece(escapeAttribute(value))
const toTextPiece = (text: string) => toJsonPiece(escapeText(text))

/** Stands for what is not told. */
const omission = ({ length }: string) => omissions[length] ?? toOmission(length)

const toOmission = (length: number) => (length === 0 ? '' : `…(${length} characters)`)

const omissions = Array.from({ length: 1024 }, (_, length) => toOmission(length))
