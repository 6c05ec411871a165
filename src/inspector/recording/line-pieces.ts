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
 * Lines, as few pieces as can be, since it is pieces that cost, not characters. It is used again once it is cleared, and has
 * room for as many then.
 */
export class LinePieces {
  /** How many pieces. */
  length = 0
  /** UTF-16 units of what only one line has. */
  units = 0
  readonly #pieces: string[] = []
  /** Not among them yet. */
  #fixed = ''

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

  /** Adds what this line alone has. */
  addOwn(piece: string): void {
    this.units += piece.length
    this.addLoose(piece)
  }

  /** Adds what other lines may have, but not at the same place. */
  addLoose(piece: string): void {
    if (this.#fixed !== '') this.#pieces[this.length++] = this.#fixed
    this.#pieces[this.length++] = piece
    this.#fixed = ''
  }

  /** Ends a line. */
  end(): void {
    if (this.#fixed !== '') this.#pieces[this.length++] = this.#fixed
  }

  /** Prolongs a text by some of them: one chain of pieces becomes text faster than a list of them. */
  prolong(text: string, begin: number, end: number): string {
    let longer = text
    for (let index = begin; index < end; index++) longer += this.#pieces[index] ?? ''
    return longer
  }

  /** Drops what stands from a piece on. */
  drop(begin: number): void {
    this.length = begin
  }

  clear(): void {
    this.length = 0
    this.units = 0
  }
}
