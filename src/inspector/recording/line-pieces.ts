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

/** Writes lines in as few pieces as can be, since it is pieces that cost, not characters. */
export class LinePieces {
  /** UTF-16 units of what no other line has. */
  units = 0
  #pieces: string[] = []
  /** Not among them yet. */
  #fixed = ''

  /** Begins a line, behind others. */
  begin(pieces: string[], head: string): void {
    this.#pieces = pieces
    this.#fixed = head
    this.units = 0
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
    if (fixed !== '') this.#pieces.push(fixed)
    this.#fixed = piece.text
  }

  /** Adds what this line alone has. */
  addOwn(piece: string): void {
    this.units += piece.length
    this.addLoose(piece)
  }

  /** Adds what other lines may have, but not at the same place. */
  addLoose(piece: string): void {
    if (this.#fixed !== '') this.#pieces.push(this.#fixed)
    this.#pieces.push(piece)
    this.#fixed = ''
  }

  end(): void {
    if (this.#fixed !== '') this.#pieces.push(this.#fixed)
    this.#fixed = ''
  }
}
