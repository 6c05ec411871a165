import { isWhiteSpace } from './characters.js'
import { exceeded, malformed, Violation } from './violation.js'

/** Refuses anything but white space between two parts of a tag. */
export function verifyGap(text: string, from: number, to: number, limit: number): void {
  if (to - from > limit) throw longGap(limit)
  for (let at = from; at < to; at++) {
    if (!isWhiteSpace(text.charCodeAt(at))) throw malformed('a tag is malformed')
  }
}

/** Refuses anything but `S? = S?` and a quote between the name of an attribute and its value. */
export function verifyEquals(text: string, from: number, to: number, limit: number): void {
  if (to - from > limit + 2) throw longGap(limit)
  if (!/^[ \t\r\n]*=[ \t\r\n]*["']$/.test(text.slice(from, to))) {
    throw malformed('an attribute has no quoted value')
  }
}

/**
 * Refuses anything but white space where no stanza is open.
 *
 * @param inStream the root is open: its content is elements, and text in it breaks no rule but the schema (RFC 6120 §11.4)
 */
export function verifyOutside(text: string, from: number, to: number, inStream: boolean): void {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (isWhiteSpace(code)) continue
    if (!inStream || code < 0x20 || code >= 0xfffe) throw malformed('text stands outside the root', at)
    throw new Violation('invalid-xml', 'text stands between stanzas', at)
  }
}

/** White space goes on for too long. */
export function longGap(limit: number): Violation {
  return exceeded('white space in a tag is longer than', limit, 'characters')
}
