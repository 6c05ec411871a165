import { toLineText } from '../recording/line-text.js'
import type { RecordingLine } from '../recording/record.js'

/** A frame is not made longer than this by one more line, in UTF-16 code units. */
const frameLength = 262_144

/** The next frame of what waits: as many lines as fit, at least one; they are taken from the list. */
export function takeFrame(waiting: RecordingLine[]): string {
  const texts: string[] = []
  let length = 0
  let count = 0
  for (const line of waiting) {
    const text = toLineText(line)
    if (count > 0 && length + text.length > frameLength) break
    texts.push(text)
    length += text.length + 1
    count += 1
  }
  waiting.splice(0, count)
  return `[${texts.join(',')}]`
}
