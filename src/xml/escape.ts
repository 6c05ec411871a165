import { forbiddenCharacters } from './characters.js'

const textSpecial = new RegExp(`[&<>\\r\\ud800-\\udfff${forbiddenCharacters}]`)
const attributeSpecial = new RegExp(`[&<>'"\\t\\n\\r\\ud800-\\udfff${forbiddenCharacters}]`)
const illegal = new RegExp(`[${forbiddenCharacters}]|\\p{Surrogate}`, 'u')

/**
 * Character data as it is written between tags.
 *
 * @throws RangeError for what XML cannot carry: NUL and other control characters, U+FFFE, U+FFFF, half a surrogate pair
 */
export function escapeText(text: string): string {
  return textSpecial.test(text) ? replace(text, /[&<>\r]/g) : text
}

/**
 * A value as it is written between quotes of either kind; white space in it survives the reader's normalisation.
 *
 * @throws RangeError for what XML cannot carry, as `escapeText` does
 */
export function escapeAttribute(value: string): string {
  return attributeSpecial.test(value) ? replace(value, /[&<>'"\t\n\r]/g) : value
}

function replace(text: string, pattern: RegExp): string {
  const fault = illegal.exec(text)
  if (fault !== null) {
    const code = (fault[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    throw new RangeError(`XML cannot carry the character U+${code} (at index ${fault.index})`)
  }
  return text.replace(pattern, escaped)
}

function escaped(character: string): string {
  switch (character) {
    case '&':
      return '&amp;'
    case '<':
      return '&lt;'
    case '>':
      return '&gt;'
    case "'":
      return '&apos;'
    case '"':
      return '&quot;'
    case '\t':
      return '&#9;'
    case '\n':
      return '&#10;'
    default:
      return '&#13;'
  }
}
