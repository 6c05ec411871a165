import type { ProtocolError } from '../../errors.js'
import type { XmlElement } from '../../xml/element.js'
import { Spelling } from '../../xml/spelling.js'
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
  readonly #spelling = new Spelling()
  readonly #reader: StreamReader

  constructor(handler: SpelledStreamHandler) {
    const tell = (piece: Omit<SpelledPiece, 'text'>) =>
      handler.piece({ ...piece, text: this.#spelling.take() })
    this.#reader = createStreamReader(
      {
        opened: (element, contentNamespace) => tell({ what: 'header', element, contentNamespace }),
        element: (element) => tell({ what: 'element', element }),
        closed: () => tell({ what: 'end' }),
        failed: (error) => handler.failed(error, this.#spelling.take()),
      },
      {},
      this.#spelling,
    )
  }

  /** Whether anything is begun and not closed. */
  get isOpen(): boolean {
    return this.#spelling.isBegun
  }

  write(chunk: Uint8Array | string): void {
    this.#reader.write(chunk)
  }

  /** A new stream begins here; what is unfinished is forgotten. */
  restart(): void {
    this.#reader.reset()
  }
}
