/** Longer texts are cut where they are shown; what is copied or saved is whole. */
export const textLimit = 4_000

/**
 * A text of a stranger as it can be shown: what would turn the reading direction, hide, or print nothing is named
 * instead (`⟨202E⟩`), and what is too long is cut.
 */
export function toLegible(text: string, limit = textLimit): string {
  const start = text.length > limit ? text.slice(0, limit) : text
  const shown = start.replace(invisible, (character) => `⟨${codeOf(character)}⟩`)
  return start === text ? shown : `${shown}… ${toCount(text.length - limit)} characters more`
}

/** Of one line: line ends and tabs are shown as what they are. */
export function toLegibleLine(text: string, limit = textLimit): string {
  return toLegible(text.slice(0, limit + 1), limit).replace(/\s+/g, ' ')
}

/** Controls but white space, marks of direction, invisible fillers, and halves of characters. */
const invisible = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu

/** A number with its thousands apart. Browsers take long to load what `Intl` knows of languages, and there is one here. */
export function toCount(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** So many of something: `1 contact`, `2,000 contacts`. */
export function toCounted(value: number, noun: string): string {
  return `${toCount(value)} ${noun}${value === 1 ? '' : 's'}`
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}
