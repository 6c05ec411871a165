import { concatBytes } from './utf8.js'

/** Input that has not been read, in order: bytes or text. */
export class HeldInput {
  /** Bytes, or code units of text. */
  length = 0
  private pieces: (Uint8Array | string)[] = []

  /** Puts a copy behind everything else. */
  add(piece: Uint8Array | string): void {
    if (piece.length === 0) return
    this.pieces.push(copy(piece))
    this.length += piece.length
  }

  /** Puts a piece before everything else. It stays the writer's until `own` is called. */
  putBack(piece: Uint8Array | string): void {
    if (piece.length === 0) return
    this.pieces.unshift(piece)
    this.length += piece.length
  }

  /** Copies what is still the writer's, who may use its buffer again. */
  own(): void {
    if (this.length > 0) this.pieces = this.pieces.map(copy)
  }

  /** Takes the first piece, or as much of it as is asked for; an empty text if nothing is held. */
  next(limit: number): Uint8Array | string {
    const piece = this.pieces.shift() ?? ''
    this.length -= piece.length
    if (piece.length <= limit) return piece
    if (typeof piece === 'string') {
      this.putBack(piece.slice(limit))
      return piece.slice(0, limit)
    }
    this.putBack(piece.subarray(limit))
    return piece.subarray(0, limit)
  }

  /** Everything as bytes, no longer held here. */
  take(): Uint8Array {
    const encoder = new TextEncoder()
    const bytes = concatBytes(
      this.pieces.map((piece) => (typeof piece === 'string' ? encoder.encode(piece) : piece)),
    )
    this.pieces = []
    this.length = 0
    return bytes
  }
}

function copy(piece: Uint8Array | string): Uint8Array | string {
  return typeof piece === 'string' ? piece : piece.slice()
}
