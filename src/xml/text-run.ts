const piecesPerBlock = 256

/**
 * Text that arrives in pieces. Strings are joined rarely, so that a text sent byte by byte costs neither quadratic time
 * nor a chain of a million string nodes.
 */
export class TextRun {
  private first = ''
  private pieces: string[] = []
  private blocks: string[] = []

  get empty(): boolean {
    return this.first === ''
  }

  add(piece: string): void {
    if (this.first === '') {
      this.first = piece
    } else if (piece !== '' && this.pieces.push(piece) === piecesPerBlock) {
      this.blocks.push(this.pieces.join(''))
      this.pieces = []
    }
  }

  /** The whole text; the run is empty afterwards. */
  take(): string {
    const { first } = this
    this.first = ''
    return this.pieces.length === 0 && this.blocks.length === 0 ? first : this.join(first)
  }

  clear(): void {
    this.first = ''
    this.pieces = []
    this.blocks = []
  }

  private join(first: string): string {
    const text = first + this.blocks.join('') + this.pieces.join('')
    this.clear()
    return text
  }
}
