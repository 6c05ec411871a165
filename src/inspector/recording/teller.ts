import type { ReadCrossing } from '../../router/crossing.js'
import type { Sendable } from '../../router/outbound.js'
import { xml, XmlElement } from '../../xml/element.js'
import { escapeAttribute, escapeText } from '../../xml/escape.js'
import { closingTag, type Spell } from '../../xml/serializer.js'
import * as ns from '../../xml/namespaces.js'
import { detach } from '../../xml/interner.js'
import { lineHead, lineTail, toJsonPiece } from './line-text.js'
import type { StanzaCrossed } from './record.js'
import { spellAlone, ToldTags, type ToldValue } from './told-tags.js'

/** How the line of something that crosses begins. */
export interface Opening extends Pick<StanzaCrossed, 'direction' | 'name' | 'what'> {
  /** Up to its XML. */
  readonly head: string
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
  /** Behind the XML of a line. */
  readonly tail: string
  /** UTF-16 units of those pieces of what was told last that nothing else has. */
  units = 0
  readonly #showBodies: boolean
  readonly #tags = new ToldTags()
  readonly #openings = new Map<string, Opening>()
  readonly #spellLine: Spell
  #pieces: string[] = []
  #left = 0

  constructor(source: string, showBodies: boolean) {
    this.tail = lineTail(source)
    this.#showBodies = showBodies
    const { head } = this.#opening('out', 'element', 'message')
    this.#spellLine = (element) => head + toJsonPiece(spellAlone(element)) + this.tail
  }

  /** Adds the pieces of its line to others, up to its number. */
  tell(crossing: ReadCrossing, pieces: string[]): Opening {
    this.#pieces = pieces
    this.units = 0
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
        pieces.push(opening.head, closingTag, this.tail)
        return opening
      }
    }
  }

  #tellStanza(direction: Opening['direction'], stanza: Sendable): Opening {
    if (stanza instanceof XmlElement) return this.#tellAlone(direction, 'element', stanza)
    const { body, id } = stanza
    if (id.length > unitsLimit || direction === 'in')
      return this.#tellAlone(direction, 'element', stanza.toElement())
    const { head, middle, tail } = stanza.spelled(this.#spellLine)
    this.#pieces.push(head, this.#own(toAttributePiece(id)), middle)
    this.#tellText(body, this.#showBodies)
    this.#pieces.push(tail)
    return this.#opening(direction, 'element', 'message')
  }

  #tellAlone(direction: Opening['direction'], what: Opening['what'], element: XmlElement): Opening {
    const { name, namespace } = element
    const opening = this.#opening(direction, what, namespace === ns.streams ? `stream:${name}` : name)
    this.#left = elementsLimit
    this.#pieces.push(opening.head)
    this.#tellElement(element, undefined)
    this.#pieces.push(this.tail)
    return opening
  }

  #tellElement(element: XmlElement, outer: string | undefined): void {
    const { attributeValues, children } = element
    const pieces = this.#pieces
    const tag = this.#tags.find(element, outer)
    for (let index = 0; index < attributeValues.length; index++) {
      const [value, told] = [attributeValues[index], tag.values[index]]
      if (value !== undefined && told !== undefined) this.#tellValue(value, told)
    }
    if (children.length === 0) {
      pieces.push(tag.empty)
      return
    }
    pieces.push(tag.content)
    const isShown = tag.text === 'shown' || (tag.text === 'body' && this.#showBodies)
    let untold = 0
    for (const child of children) {
      if (typeof child === 'string') this.#tellText(child, isShown)
      else if (this.#left > 0) {
        this.#left--
        this.#tellElement(child, tag.inner)
      } else untold++
    }
    if (untold > 0) pieces.push(`…(${untold} more)`)
    pieces.push(tag.end)
  }

  #tellValue(value: string, told: ToldValue): void {
    const { before, isNew, kind, last } = told
    const pieces = this.#pieces
    if (value === last) pieces.push(told.piece)
    else if (kind === 'hidden' || !mayBeTold(kind, value)) pieces.push(before, omission(value))
    else if (isNew || value.length > rememberedLimit) pieces.push(before, this.#own(toAttributePiece(value)))
    else {
      told.last = detach(value)
      told.piece = [before, toAttributePiece(value)].join('')
      this.units += told.piece.length
      pieces.push(told.piece)
    }
  }

  #tellText(text: string, isShown: boolean): void {
    this.#pieces.push(isShown || isBlank(text) ? this.#own(toTextPiece(text)) : omission(text))
  }

  /** Something that no other line has: it holds on to nothing that it was cut from. */
  #own(piece: string): string {
    this.units += piece.length
    return piece.length > 12 ? detach(piece) : piece
  }

  #opening(direction: Opening['direction'], what: Opening['what'], name: string): Opening {
    const key = direction === 'in' && what === 'element' ? name : `${direction} ${what} ${name}`
    const known = this.#openings.get(key)
    if (known !== undefined) return known
    const opening = { direction, what, name, head: lineHead(direction, what, name) }
    if (this.#openings.size === 256) this.#openings.clear()
    this.#openings.set(key, opening)
    return opening
  }
}

const mayBeTold = (kind: ToldValue['kind'], value: string) =>
  kind === 'language' ? languageTag.test(value) : value.length <= unitsLimit

const languageTag = /^[A-Za-z\d]{1,8}(?:-[A-Za-z\d]{1,8}){0,4}$/

const isBlank = (text: string) => text.charCodeAt(0) <= 0x20 && text.length < 64 && text.trim() === ''

const toAttributePiece = (value: string) =>
  special.test(value) ? toJsonPiece(escapeAttribute(value)) : value
const toTextPiece = (text: string) => (special.test(text) ? toJsonPiece(escapeText(text)) : text)

/** Whatever XML or JSON may write in another way, and more. */
const special = /[^ !#-%(-;=?-[\]-~\u00a0-\ud7ff]/

/** Stands for what is not told. */
const omission = ({ length }: string) => omissions[length] ?? toOmission(length)

const toOmission = (length: number) => (length === 0 ? '' : `…(${length} characters)`)

const omissions = Array.from({ length: 1024 }, (_, length) => toOmission(length))
