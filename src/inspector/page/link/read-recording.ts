import type { RecordingLine } from '../../recording/record.js'
import { isRecordingLine } from '../../recording/well-formed.js'

/** The lines of a recording, and how many were none. */
export function readRecording(text: string): {
  readonly lines: readonly RecordingLine[]
  readonly bad: number
} {
  const lines: RecordingLine[] = []
  let bad = 0
  for (const part of text.split('\n')) {
    if (part.trim() === '') continue
    const line = parse(part)
    if (isRecordingLine(line)) lines.push(line)
    else bad += 1
  }
  return { lines, bad }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
