import { toLineText } from './line-text.js'
import type { RecordingLine } from './record.js'
import type { Telling } from './row.js'

/** A line, what is told as one when it is read, or the text of several, each with a line feed. */
export type BatchPart = RecordingLine | Telling | string

/** Lines in their order; most are text as soon as they are made, and objects only for whoever asks. */
export class LineBatch implements Iterable<RecordingLine> {
  readonly #parts: readonly BatchPart[]
  #text: string | undefined

  constructor(parts: readonly BatchPart[]) {
    this.#parts = parts
  }

  /** As `toRecordingText` writes them; made once, however many ask. */
  toText(): string {
    if (this.#text !== undefined) return this.#text
    // One chain of pieces: joining would write each line twice.
    let text = ''
    for (const part of this.#parts) text += toPartText(part)
    this.#text = text
    return text
  }

  *[Symbol.iterator](): Generator<RecordingLine> {
    for (const part of this.#parts)
      if (typeof part === 'string' || 'toText' in part) yield* readLines(toPartText(part))
      else yield part
  }
}

function toPartText(part: BatchPart): string {
  if (typeof part === 'string') return part
  return 'toText' in part ? part.toText() : `${toLineText(part)}\n`
}

/** Lines of a text that was written here. */
export function* readLines(text: string): Generator<RecordingLine> {
  for (const written of text.split('\n')) {
    if (written === '') continue
    const line: unknown = JSON.parse(written)
    if (isLine(line)) yield line
  }
}

const isLine = (value: unknown): value is RecordingLine => typeof value === 'object' && value !== null
