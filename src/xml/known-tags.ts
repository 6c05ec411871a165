import type { AttributeName } from './element.js'
import { detach } from './interner.js'
import type { XmlLimits } from './limits.js'
import { readNamespace, type QualifiedName } from './names.js'

/** A start tag as it was once read and verified, its values aside; a default namespace is no value but part of it. */
export interface KnownTag {
  readonly name: QualifiedName
  /** Of the values, in their order. */
  readonly attributes: readonly AttributeName[]
  /** As many, all empty: a copy has room for exactly so many. */
  readonly blanks: readonly string[]
  /** The default namespace that it declares. */
  readonly namespace: string | undefined
  /** Whether it is an empty-element tag. */
  readonly empty: boolean
  /** Attributes, declarations counted. */
  readonly size: number
  readonly longestName: number
}

/** What stands before a value, its quote included, or before the end of the tag, which it then includes. */
interface Piece {
  readonly source: string
  readonly length: number
  /** Code of the last character. */
  readonly last: number
  /** Of the value behind it. */
  readonly quote: string
  /** What is known to stand behind that value. */
  readonly next: Piece[]
  tag: KnownTag | undefined
}

/** An attribute of a start tag, and where its value stands. */
export interface AttributePlace {
  readonly name: QualifiedName
  readonly from: number
  readonly to: number
}

const lists = 128
const piecesPerList = 16
/** Of a tag without its values; no longer than a namespace that is interned. */
const longestSource = 256
const patience = 16

/**
 * Start tags that were read before, to be known again without being taken apart: what stands around their values is
 * compared as a whole. Bounded: a table of `capacity` pieces learns nothing more until many tags were not known, and
 * then begins anew, so that no peer makes every reader learn for ever.
 */
export class KnownTags {
  /** Where the tag last found ends. */
  end = 0
  /** Where its values begin and end, in turn. */
  readonly values: number[] = []
  private readonly first: readonly Piece[][] = Array.from({ length: lists }, () => [])
  private readonly capacity: number
  private count = 0
  /** Tags that were not known since the table is full. */
  private missed = 0

  constructor(capacity = 1024) {
    this.capacity = capacity
  }

  /**
   * Finds the whole tag that begins at `from`. Its values still have to be looked at: all that is known of them is that
   * they end at their first quote.
   */
  find(text: string, from: number): KnownTag | undefined {
    const { values } = this
    let list = this.listOf(text, from)
    let at = from
    let count = 0
    for (;;) {
      const piece = pieceAt(list, text, at)
      if (piece === undefined) return undefined
      at += piece.length
      if (piece.tag !== undefined) {
        this.end = at
        return piece.tag
      }
      values[count++] = at
      at = text.indexOf(piece.quote, at)
      if (at === -1) return undefined
      values[count++] = at
      list = piece.next
    }
  }

  /** Learns a tag that was verified. One that is spelled unusually, or has to do with prefixes, is left alone. */
  learn(
    text: string,
    from: number,
    to: number,
    name: QualifiedName,
    places: readonly AttributePlace[],
  ): void {
    if (this.count >= this.capacity && !this.mayForget()) return
    const tag = describe(text, from, to, name, places)
    if (tag === undefined) return
    let list = this.listOf(text, from)
    let at = from
    for (const place of places) {
      if (place.name.declares !== undefined) continue
      list = this.add(list, text.slice(at, place.from)).next
      at = place.to
    }
    this.add(list, text.slice(at, to)).tag = tag
  }

  private mayForget(): boolean {
    this.missed++
    if (this.missed < this.capacity * patience) return false
    for (const list of this.first) list.length = 0
    this.count = 0
    this.missed = 0
    return true
  }

  private listOf(text: string, from: number): Piece[] {
    return this.first[(text.charCodeAt(from + 1) * 31 + text.charCodeAt(from + 2)) & (lists - 1)] ?? []
  }

  private add(list: Piece[], source: string): Piece {
    const known = pieceAt(list, source, 0)
    if (known !== undefined) return known
    const { length } = source
    const piece: Piece = {
      source: detach(source),
      length,
      last: source.charCodeAt(length - 1),
      quote: source.slice(-1),
      next: [],
      tag: undefined,
    }
    this.count++
    list[Math.min(list.length, piecesPerList - 1)] = piece
    return piece
  }
}

/** Start tags seen; one table for all readers, since they carry no state of a stream. */
export const knownTags = new KnownTags()

/** Whether a known tag of this length keeps the limits; the way of those that are not known says which it breaks, and where. */
export function fits(tag: KnownTag, length: number, limits: XmlLimits): boolean {
  return (
    length <= limits.startTagLength && tag.size <= limits.attributes && tag.longestName <= limits.nameLength
  )
}

function describe(
  text: string,
  from: number,
  to: number,
  name: QualifiedName,
  places: readonly AttributePlace[],
): KnownTag | undefined {
  const empty = text.charCodeAt(to - 2) === 0x2f
  let usualLength = name.raw.length + (empty ? 3 : 2)
  let valueLength = 0
  let longestName = name.raw.length
  let namespace: string | undefined
  const attributes: AttributeName[] = []
  for (const place of places) {
    const { declares, prefix, raw } = place.name
    const length = place.to - place.from
    usualLength += raw.length + length + 4
    longestName = Math.max(longestName, raw.length)
    if (declares === '') {
      namespace = readNamespace(text, place.from, place.to)
    } else if (declares === undefined && (prefix === '' || prefix === 'xml')) {
      attributes.push(place.name.attribute)
      valueLength += length
    } else return undefined
  }
  const isUsual = usualLength === to - from && usualLength - valueLength <= longestSource
  if (!isUsual) return undefined
  const blanks = attributes.map(() => '')
  return { name, attributes, blanks, namespace, empty, size: places.length, longestName }
}

/**
 * No piece begins another one, so that only one can stand there. The one that was asked for last is tried first. One
 * character rules out most others; `startsWith` takes engines twice as long.
 */
function pieceAt(list: Piece[], text: string, at: number): Piece | undefined {
  const rest = text.length - at
  for (let index = 0; index < list.length; index++) {
    const piece = list[index]
    if (piece === undefined) continue
    const { length, last, source } = piece
    if (length > rest || text.charCodeAt(at + length - 1) !== last) continue
    if (text.slice(at, at + length) !== source) continue
    const before = list[0]
    if (index > 0 && before !== undefined) {
      list[0] = piece
      list[index] = before
    }
    return piece
  }
  return undefined
}
