import { LineBatch } from './line-batch.js'
import { isRecordingLine } from './recording-shape.js'
import type { RecordingLine } from './record.js'
import { isTrickName } from './shape.js'

/** A file that is no recording; says which line is to blame. */
export class RecordingError extends SyntaxError {
  override readonly name = 'RecordingError'
  /** Counts from 1. */
  readonly line: number

  constructor(line: number, problem: string, options?: ErrorOptions) {
    super(`line ${line} ${problem}`, options)
    this.line = line
  }
}

/** What a file may have; a recording of ours has less. */
const limits = { lines: 2_000_000, units: 8 * 1024 * 1024, depth: 64 }

/** A recording as a file: JSON, one line each. */
export function toRecordingText(lines: Iterable<RecordingLine>): string {
  return (lines instanceof LineBatch ? lines : new LineBatch([...lines])).toText()
}

/**
 * Reads what `toRecordingText` has written, whoever has had it in hand since.
 * @throws RecordingError for the first line that is none of a recording
 * @example
 * const lines = parseRecording(await readFile('session.jsonl', 'utf8'))
 */
export function parseRecording(text: string): readonly RecordingLine[] {
  const lines: RecordingLine[] = []
  let number = 0
  for (let begin = 0; begin < text.length;) {
    const newline = text.indexOf('\n', begin)
    const end = newline === -1 ? text.length : newline
    number += 1
    if (number > limits.lines)
      throw new RecordingError(number, `is one more than the ${limits.lines} that may be`)
    if (end - begin > limits.units)
      throw new RecordingError(number, `is longer than the ${limits.units} characters that may be`)
    const line = text.slice(begin, end).trim()
    if (line !== '') lines.push(parseLine(line, number))
    begin = end + 1
  }
  return lines
}

function parseLine(text: string, number: number): RecordingLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new RecordingError(number, 'is no JSON', { cause })
  }
  if (!isHarmless(value, limits.depth))
    throw new RecordingError(
      number,
      `is nested more than ${limits.depth} deep, or has a name that no record has`,
    )
  if (!isRecordingLine(value)) throw new RecordingError(number, 'is no line of a recording')
  return value
}

function isHarmless(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  return Object.entries(value).every(([name, inner]) => !isTrickName(name) && isHarmless(inner, depth - 1))
}
