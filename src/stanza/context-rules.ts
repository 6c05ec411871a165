import { joinsBackward, joinsForward } from './joining-types.js'

/** The code points that are valid only next to certain others (CONTEXTJ and CONTEXTO). @see RFC 5892 §A */
export const contextual = /[\u200c-\u200d\u00b7\u0375\u05f3\u05f4\u30fb\u0660-\u0669\u06f0-\u06f9]/u

/** The first contextual code point that stands where it may not, if there is one. @see RFC 5892 §A */
export function findMisplaced(text: string): string | undefined {
  if (!contextual.test(text)) return undefined
  let position = 0
  for (const character of text) {
    const after = position + character.length
    if (
      contextual.test(character) &&
      !isInPlace(character, text.slice(0, position), text.slice(after), text)
    ) {
      return character
    }
    position = after
  }
  return undefined
}

function isInPlace(character: string, before: string, after: string, text: string): boolean {
  switch (character) {
    case '\u200c':
      return endsInVirama(before) || (joinsForward(before) && joinsBackward(after))
    case '\u200d':
      return endsInVirama(before)
    case '\u00b7':
      return before.endsWith('l') && after.startsWith('l')
    case '\u0375':
      return /^\p{Script=Greek}/u.test(after)
    case '\u05f3':
    case '\u05f4':
      return /\p{Script=Hebrew}$/u.test(before)
    case '\u30fb':
      return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text)
    default:
      return !(/[\u0660-\u0669]/.test(text) && /[\u06f0-\u06f9]/.test(text))
  }
}

/**
 * Canonical_Combining_Class 9 has no property escape, but canonical ordering shows it: such a mark is moved behind
 * U+3099 (class 8), and in front of U+05B0 (class 10).
 */
function endsInVirama(text: string): boolean {
  const mark = /\p{M}$/u.exec(text)?.[0]
  if (mark === undefined || mark.normalize('NFD') !== mark) return false
  const lower = `x${mark}\u3099`
  const higher = `x\u05b0${mark}`
  return lower.normalize('NFD') !== lower && higher.normalize('NFD') !== higher
}
