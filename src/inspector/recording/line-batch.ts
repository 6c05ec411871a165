import { toLineText } from './line-text.js'
import type { RecordingLine, StanzaCrossed } from './record.js'

/** A line, or the text of several stanzas, each with a line feed. */
export type BatchPart = RecordingLine | string

/** Lines in their order; of stanzas there are none but in the text until somebody asks for them. */
export class LineBatch implements Iterable<RecordingLine> {
  readonly #parts: readonly BatchPart[]

  constructor(parts: readonly BatchPart[]) {
    this.#parts = parts
  }

  /** As `toRecordingText` writes them. */
  toText(): string {
    // One chain of pieces: joining would write each line twice.
    let text = ''
    for (const part of this.#parts) text += typeof part === 'string' ? part : `${toLineText(part)}\n`
    return text
  }

  *[Symbol.iterator](): Generator<RecordingLine> {
    for (const part of this.#parts)
      if (typeof part === 'string') yield* readStanzas(part)
      else yield part
  }
}

function* readStanzas(text: string): Generator<RecordingLine> {
  for (const line of text.split('\n')) {
    if (line === '') continue
    const stanza: unknown = JSON.parse(line)
    if (isStanza(stanza)) yield stanza
  }
}

/** Of a text that was written here, it is one. */
const isStanza = (value: unknown): value is StanzaCrossed => typeof value === 'object' && value !== null
