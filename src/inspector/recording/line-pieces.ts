import { OwnText } from './own-text.js'

/** What is longer is not made one piece, in UTF-16 units. */
const joinedLimit = 512

/** A piece that stands in many lines: where it stands behind another such one again, the two are made one. */
export class FixedPiece {
  readonly text: string
  /** What it stood behind last; and the two as one, once that has happened twice. */
  before = ''
  joined: string | undefined

  constructor(text: string) {
    this.text = text
  }
}

/**
 * Lines, as few pieces as can be, since it is pieces that cost, not characters. What only one line has is no string of its own
 * here: of a string that is kept, the garbage collector makes two copies. It is used again once it is cleared, and has room for
 * as many then.
 */
export class LinePieces {
  /** How many pieces. */
  length = 0
  /** UTF-16 units of what few other lines have. */
  units = 0
  /** What only one line has is a number here: of UTF-16 units, of the own text. */
  readonly #pieces: (number | string)[] = []
  readonly #own = new OwnText()
  /** The own text that is being read, and how far. */
  #ownText = ''
  #ownAt = 0
  /** Not among them yet. */
  #fixed = ''

  /** Bytes of what only one line has. */
  get ownLength(): number {
    return this.#own.length
  }

  /** What all that text takes of memory, in bytes. */
  get textBytes(): number {
    return 2 * this.units + this.#own.room
  }

  /** Begins a line. */
  begin(head: string): void {
    this.#fixed = head
  }

  /** Adds what other lines have, too. */
  add(piece: FixedPiece): void {
    const fixed = this.#fixed
    if (piece.before === fixed && fixed !== '' && fixed.length + piece.text.length <= joinedLimit) {
      this.#fixed = piece.joined ??= [fixed, piece.text].join('')
      return
    }
    piece.before = fixed
    piece.joined = undefined
    if (fixed !== '') this.#pieces[this.length++] = fixed
    this.#fixed = piece.text
  }

  /** Adds what this line alone has. @param toPiece how it is written, where that is not as it is */
  addOwn(text: string, toPiece: (text: string) => string): void {
    if (this.#own.addPlain(text)) return this.#addPiece(text.length)
    const piece = toPiece(text)
    this.#own.add(piece)
    this.#addPiece(piece.length)
  }

  /** Adds what other lines may have, but not at the same place. */
  addLoose(piece: string): void {
    this.#addPiece(piece)
  }

  /** Ends a line. */
  end(): void {
    if (this.#fixed !== '') this.#pieces[this.length++] = this.#fixed
  }

  /** Begins to read. @param ownBegin how many own bytes there were before the first line that is read */
  beginReading(ownBegin: number): void {
    this.#ownText = this.#own.textFrom(ownBegin)
    this.#ownAt = 0
  }

  /** Prolongs a text by what is read next: one chain of pieces becomes text faster than a list of them. */
  prolong(text: string, begin: number, end: number): string {
    let longer = text
    for (let index = begin; index < end; index++) {
      const piece = this.#pieces[index] ?? ''
      longer += typeof piece === 'string' ? piece : this.#readOwn(piece)
    }
    return longer
  }

  endReading(): void {
    this.#ownText = ''
  }

  /** Drops what came behind so much. */
  drop(length: number, ownLength: number): void {
    this.length = length
    this.#own.length = ownLength
  }

  clear(): void {
    this.drop(0, 0)
    this.units = 0
  }

  #addPiece(piece: number | string): void {
    if (this.#fixed !== '') this.#pieces[this.length++] = this.#fixed
    this.#pieces[this.length++] = piece
    this.#fixed = ''
  }

  #readOwn(units: number): string {
    const begin = this.#ownAt
    this.#ownAt = begin + units
    return this.#ownText.slice(begin, this.#ownAt)
  }
}
