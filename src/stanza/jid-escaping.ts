const escapes: ReadonlyMap<string, string> = new Map([
  [' ', '\\20'],
  ['"', '\\22'],
  ['&', '\\26'],
  ["'", '\\27'],
  ['/', '\\2f'],
  [':', '\\3a'],
  ['<', '\\3c'],
  ['>', '\\3e'],
  ['@', '\\40'],
  ['\\', '\\5c'],
])
const characters: ReadonlyMap<string, string> = new Map(
  Array.from(escapes, ([character, escape]) => [escape, character]),
)

/**
 * Writes what a person typed as the localpart of a JID; it still has to be prepared. Only the disallowed characters are
 * escaped, and a backslash only where it would read as an escape. Throws `RangeError` for a space at either end, which
 * cannot be written. @see XEP-0106 §4.2
 * @example
 * escapeLocal("d'artagnan") // 'd\\27artagnan'
 */
export function escapeLocal(text: string): string {
  if (text.startsWith(' ') || text.endsWith(' ')) {
    throw new RangeError('a localpart can neither begin nor end with a space (XEP-0106 §3.2)')
  }
  return text.replace(
    /[ "&'/:<>@]|\\(?=20|22|26|27|2f|3a|3c|3e|40|5c)/g,
    (found) => escapes.get(found) ?? found,
  )
}

/**
 * Shows a localpart to a person: the ten escapes are undone once, everything else stays, `\20` at either end included.
 * Never compare what this returns. @see XEP-0106 §3.3
 */
export function unescapeLocal(local: string): string {
  return local.replace(/\\(?:20|22|26|27|2f|3a|3c|3e|40|5c)/g, (found, position: number) => {
    const isSpaceAtEnd = found === '\\20' && (position === 0 || position === local.length - found.length)
    return isSpaceAtEnd ? found : (characters.get(found) ?? found)
  })
}
