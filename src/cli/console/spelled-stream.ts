import type { ProtocolError } from '../../errors.js'
import type { XmlElement } from '../../xml/element.js'
import { createStreamReader, type StreamReader } from '../../xml/stream-reader.js'

/** One piece of a stream with the very text that it came as. */
export interface SpelledPiece {
  readonly what: 'header' | 'element' | 'end'
  readonly text: string
  /** Of the header: its start tag alone. Absent at the end. */
  readonly element?: XmlElement
  /** The default namespace inside a header. */
  readonly contentNamespace?: string
}

/** Who is told what a stream says, as it says it. */
export interface SpelledStreamHandler {
  piece(piece: SpelledPiece): void
  /** The strict reader goes no further; `text` is what it could not read. */
  failed(error: ProtocolError, text: string): void
}

/** Cuts bytes behind each header, first-level element and end, by means of the reader of the engine. */
export class SpelledStream {
  readonly #reader: StreamReader
  readonly #handler: SpelledStreamHandler
  #bytes: Uint8Array = new Uint8Array()

  constructor(handler: SpelledStreamHandler) {
    this.#handler = handler
    this.#reader = createStreamReader({
      opened: (element, contentNamespace) => this.#tell({ what: 'header', element, contentNamespace }),
      element: (element) => this.#tell({ what: 'element', element }),
      closed: () => this.#tell({ what: 'end' }),
      failed: (error) => handler.failed(error, this.unfinished),
    })
  }

  /** What belongs to no whole piece yet. */
  get unfinished(): string {
    return toText(this.#bytes)
  }

  /** Whether there is more of that than white space. */
  get isOpen(): boolean {
    return this.unfinished.trim() !== ''
  }

  write(chunk: Uint8Array | string): void {
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    this.#reader.write(bytes)
  }

  /** A new stream begins here; what is unfinished is forgotten. */
  restart(): void {
    this.#reader.reset()
    this.#bytes = new Uint8Array()
  }

  #tell(piece: Omit<SpelledPiece, 'text'>): void {
    const behind = this.#reader.takeHeld()
    const text = toText(this.#bytes.subarray(0, this.#bytes.length - behind.length))
    this.#bytes = behind
    this.#handler.piece({ ...piece, text })
    this.#bytes = behind
    this.#reader.write(behind)
  }
}

const toText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
