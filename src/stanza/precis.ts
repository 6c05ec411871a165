import { hasRightToLeft, meetsBidiRule } from './bidi-rule.js'
import { findMisplaced } from './context-rules.js'

/** Why a string cannot be prepared, worded to follow the name of the part: "holds U+0020, which …". */
export interface Refusal {
  readonly refused: string
}

/**
 * Enforces the UsernameCaseMapped profile. Unicode properties are those of the JavaScript engine; the class is checked
 * last, as RFC 8264 §7 orders, so that a decomposed spelling means the same as the composed one.
 * @see RFC 8265 §3.3
 */
export function enforceUsernameCaseMapped(text: string): string | Refusal {
  const mapped = mapWidth(text).toLowerCase().normalize('NFC')
  if (mapped === '') return { refused: 'is empty' }
  for (const character of mapped) {
    if (!isIdentifierCharacter(character)) {
      const typed = Array.from(text).find((one) => mapWidth(one).toLowerCase() === character) ?? character
      return { refused: `holds ${nameCharacter(typed)}, which no identifier may hold (RFC 8264 §4.2)` }
    }
  }
  const misplaced = findMisplaced(mapped)
  if (misplaced !== undefined) return refuseMisplaced(misplaced)
  if (hasRightToLeft(mapped) && !meetsBidiRule(mapped)) {
    return { refused: 'mixes right-to-left and left-to-right against the Bidi Rule (RFC 5893 §2)' }
  }
  return mapped
}

/** Enforces the OpaqueString profile; the notes on {@link enforceUsernameCaseMapped} hold. @see RFC 8265 §4.2 */
export function enforceOpaqueString(text: string): string | Refusal {
  const mapped = text.replace(/\p{Zs}/gu, ' ').normalize('NFC')
  if (mapped === '') return { refused: 'is empty' }
  for (const character of mapped) {
    if (!isFreeformCharacter(character)) {
      return { refused: `holds ${nameCharacter(character)}, which no free text may hold (RFC 8264 §4.3)` }
    }
  }
  const misplaced = findMisplaced(mapped)
  return misplaced === undefined ? mapped : refuseMisplaced(misplaced)
}

/** Maps fullwidth and halfwidth code points to their decompositions. @see RFC 8264 §5.2.1 */
export function mapWidth(text: string): string {
  return text.replace(/[\u3000\uff01-\uffee]/g, (character) => character.normalize('NFKC'))
}

/** Old Hangul jamo, which never form a modern syllable on their own. @see RFC 8264 §9.9 */
export const oldHangulJamo = /[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7c6\ud7cb-\ud7fb]/
/** Code points that are valid against their category. @see RFC 8264 §9.6 */
export const validByException =
  /[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007\u00b7\u0375\u05f3\u05f4\u30fb\u200c-\u200d]/
/** Code points that are invalid against their category. @see RFC 8264 §9.6 */
export const invalidByException = /[\u302e-\u302f\u0640\u07fa\u3031-\u3035\u303b]/
/** The categories of letters, digits and the marks that belong to them. @see RFC 8264 §9.1 */
export const letterOrDigit = /[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]/u
/** Code points that are shown as nothing. @see RFC 8264 §9.13 */
export const ignorable = /[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u

function isIdentifierCharacter(character: string): boolean {
  if (/[!-~]/.test(character) || validByException.test(character)) return true
  return (
    letterOrDigit.test(character) && character.normalize('NFKC') === character && !isNeverAllowed(character)
  )
}

function isFreeformCharacter(character: string): boolean {
  if (/[ -~]/.test(character) || validByException.test(character)) return true
  return /[\p{L}\p{N}\p{M}\p{S}\p{P}\p{Zs}]/u.test(character) && !isNeverAllowed(character)
}

function isNeverAllowed(character: string): boolean {
  return invalidByException.test(character) || oldHangulJamo.test(character) || ignorable.test(character)
}

/** Names a code point by its number alone, so that a message never repeats what it refuses: `U+2163`. */
export function nameCharacter(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** The refusal of a contextual code point. @see RFC 5892 §A */
export function refuseMisplaced(character: string): Refusal {
  return { refused: `holds ${nameCharacter(character)} where its neighbours do not allow it (RFC 5892 §A)` }
}
