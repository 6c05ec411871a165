import type { RecordingLine, StanzaCrossed } from './record.js'
import { ToldStanza } from './told-stanza.js'

/** A line as JSON. Stanzas are written by hand, since there are more of them than of everything else. */
export function toLineText(line: RecordingLine): string {
  if (line.kind !== 'wire') return JSON.stringify(line)
  const made = ToldStanza.lineOf(line)
  if (made !== undefined) return made
  const { direction, name, seq, source, t, what, xml } = line
  return lineHead(direction, what, name) + toJsonPiece(xml) + lineTail(source) + `${seq},"t":${t}}`
}

/** The line of something that crosses, up to its XML. */
export const lineHead = (
  direction: StanzaCrossed['direction'],
  what: StanzaCrossed['what'],
  name: string,
): string =>
  `{"kind":"wire","direction":"${direction}","what":"${what}","name":"${toJsonPiece(name)}","xml":"`

/** From behind that up to its number. */
export const lineTail = (source: string): string => `","source":"${toJsonPiece(source)}","seq":`

/** What follows the number, with the line feed. @param tenths of milliseconds: whole numbers are written sooner */
export function toLineEnd(tenths: number): string {
  const rest = tenths % 10
  return rest === 0 ? `,"t":${tenths / 10}}\n` : `,"t":${(tenths - rest) / 10}.${rest}}\n`
}

/** What JSON writes otherwise. */
const special = /["\\\u0000-\u001f\ud800-\udfff]/

/** Text as it stands between the quotes of JSON. */
export const toJsonPiece = (text: string): string =>
  special.test(text) ? JSON.stringify(text).slice(1, -1) : text
