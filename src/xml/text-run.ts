const piecesPerBlock = 256

/**
 * Text that arrives in pieces. Strings are joined rarely, so that a text sent byte by byte costs neither quadratic time
 * nor a chain of a million string nodes.
 */
export class TextRun {
  private first = ''
  private pieces: string[] | undefined
  private blocks: string[] | undefined

  get empty(): boolean {
    return this.first === ''
  }

  add(piece: string): void {
    if (this.first === '') {
      this.first = piece
    } else if (piece !== '') {
      const pieces = (this.pieces ??= [])
      if (pieces.push(piece) < piecesPerBlock) return
      ;(this.blocks ??= []).push(pieces.join(''))
      this.pieces = undefined
    }
  }

  /** The whole text; the run is empty afterwards. */
  take(): string {
    const { first } = this
    this.first = ''
    return this.pieces === undefined && this.blocks === undefined ? first : this.join(first)
  }

  clear(): void {
    this.first = ''
    this.pieces = undefined
    this.blocks = undefined
  }

  private join(first: string): string {
    const text = first + (this.blocks?.join('') ?? '') + (this.pieces?.join('') ?? '')
    this.clear()
    return text
  }
}
