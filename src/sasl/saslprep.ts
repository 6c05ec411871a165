import {
  leftToRight,
  mappedToNothing,
  nonAsciiSpace,
  prohibited,
  rightToLeft,
  unassigned,
} from './saslprep-tables.js'

/**
 * `query`: what someone presents now; characters younger than Unicode 3.2 pass unchanged, as an emoji in a password
 * must. `stored`: what is kept for later comparison; such characters are refused.
 * @see RFC 3454 §7
 */
export type SaslprepUse = 'query' | 'stored'

const printableAscii = /^[\x20-\x7E]*$/

/**
 * Prepares a user name or password for comparison: mapping, normalisation KC, prohibited characters, bidirectional
 * rule. U+200B, which two tables claim, becomes a space. Throws RangeError naming the rule that was broken, never the
 * text or a part of it.
 * @see RFC 4013
 */
export function saslprep(text: string, use: SaslprepUse = 'query'): string {
  if (printableAscii.test(text)) return text
  const prepared = normalize(map(text))
  const codePoints = Array.from(prepared, codePointOf)
  if (codePoints.some((codePoint) => prohibited.has(codePoint))) {
    throw new RangeError('SASLprep prohibits a character in it (RFC 4013 §2.3)')
  }
  if (use === 'stored' && codePoints.some((codePoint) => unassigned.has(codePoint))) {
    throw new RangeError('SASLprep knows no such character: one is younger than Unicode 3.2 (RFC 4013 §2.5)')
  }
  refuseMixedDirections(codePoints)
  return prepared
}

function map(text: string): string {
  let mapped = ''
  for (const character of text) {
    const codePoint = codePointOf(character)
    if (nonAsciiSpace.has(codePoint)) mapped += ' '
    else if (!mappedToNothing.has(codePoint)) mapped += character
  }
  return mapped
}

/**
 * NFKC of Unicode 3.2 by the means of today's: a code point that was unassigned then has no decomposition and combines
 * with nothing, so it is kept and divides the text. Six compatibility ideographs were corrected since (Unicode
 * Corrigenda 3 and 4) and follow the correction.
 */
function normalize(text: string): string {
  let normalized = ''
  let run = ''
  for (const character of text) {
    if (unassigned.has(codePointOf(character))) {
      normalized += run.normalize('NFKC') + character
      run = ''
    } else {
      run += character
    }
  }
  return normalized + run.normalize('NFKC')
}

/** RFC 3454 §6: with one right-to-left character, no left-to-right one, and right-to-left at both ends. */
function refuseMixedDirections(codePoints: readonly number[]): void {
  if (!codePoints.some((codePoint) => rightToLeft.has(codePoint))) return
  const ends = [codePoints.at(0), codePoints.at(-1)]
  if (codePoints.some((codePoint) => leftToRight.has(codePoint))) {
    throw new RangeError('SASLprep refuses mixed directions of writing (RFC 4013 §2.4)')
  }
  if (!ends.every((codePoint) => codePoint !== undefined && rightToLeft.has(codePoint))) {
    throw new RangeError('SASLprep wants right-to-left text to begin and end so (RFC 4013 §2.4)')
  }
}

function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0
}
