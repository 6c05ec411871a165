import type { RecordingLine, StanzaCrossed } from './record.js'

/** A line as JSON. Stanzas are written by hand, since there are more of them than of everything else. */
export function toLineText(line: RecordingLine): string {
  if (line.kind !== 'wire') return JSON.stringify(line)
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
export function lineEnd(tenths: number): string {
  const rest = tenths % 10
  return rest === 0 ? `,"t":${tenths / 10}}\n` : `,"t":${(tenths - rest) / 10}.${rest}}\n`
}

/** Writes numbers that count upwards: all but the last three digits are those of the last one, mostly. */
class Decimal {
  #thousands = 0
  #head = ''

  /** Prolongs a text by a whole number that is not negative. */
  prolong(text: string, number: number): string {
    if (number < 1000) return text + number
    const thousands = Math.floor(number / 1000)
    if (thousands !== this.#thousands) {
      this.#thousands = thousands
      this.#head = String(thousands)
    }
    return text + this.#head + (threeDigits[number - 1000 * thousands] ?? '')
  }
}

export const decimal = new Decimal()

const threeDigits = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'))

/** What JSON writes otherwise. */
const special = /["\\\u0000-\u001f\ud800-\udfff]/

/** Text as it stands between the quotes of JSON. */
export const toJsonPiece = (text: string): string =>
  special.test(text) ? JSON.stringify(text).slice(1, -1) : text
