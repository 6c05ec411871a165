import { forbiddenCharacters } from './characters.js'

const textSpecial = new RegExp(`[&<>\\r\\ud800-\\udfff${forbiddenCharacters}]`)
const attributeSpecial = new RegExp(`[&<>'"\\t\\n\\r\\ud800-\\udfff${forbiddenCharacters}]`)
const illegal = new RegExp(`[${forbiddenCharacters}]|\\p{Surrogate}`, 'u')

/** What a character is written as, by its code; all of them are below 64. */
const textReferences = toReferences({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' })
const attributeReferences = toReferences({
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#13;',
  "'": '&apos;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
})

/**
 * Character data as it is written between tags.
 *
 * @throws RangeError for what XML cannot carry: NUL and other control characters, U+FFFE, U+FFFF, half a surrogate pair
 */
export function escapeText(text: string): string {
  return textSpecial.test(text) ? replace(text, textReferences) : text
}

/**
 * A value as it is written between quotes of either kind; white space in it survives the reader's normalisation.
 *
 * @throws RangeError for what XML cannot carry, as `escapeText` does
 */
export function escapeAttribute(value: string): string {
  return attributeSpecial.test(value) ? replace(value, attributeReferences) : value
}

type References = readonly (string | undefined)[]

function toReferences(byCharacter: Readonly<Record<string, string>>): References {
  return Array.from({ length: 64 }, (_, code) => byCharacter[String.fromCharCode(code)])
}

function replace(text: string, references: References): string {
  const fault = illegal.exec(text)
  if (fault !== null) {
    const code = (fault[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    throw new RangeError(`XML cannot carry the character U+${code} (at index ${fault.index})`)
  }
  let out = ''
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 64) continue
    const reference = references[code]
    if (reference === undefined) continue
    out += text.slice(from, at) + reference
    from = at + 1
  }
  return out + text.slice(from)
}
