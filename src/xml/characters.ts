import type { StreamErrorCondition } from '../errors.js'
import { readReference } from './references.js'

/** How a run of characters is read: as element content, as an attribute value, or inside a CDATA section. */
export type CharacterRules = 'content' | 'value' | 'cdata'

/** What a run of characters stands for. */
export interface CharacterRun {
  readonly text: string
  /** Characters of the source that were read; less than all of them only where the rest is still undecided. */
  readonly length: number
  readonly fault: CharacterFault | undefined
}

/** Why a run of characters is refused. */
export interface CharacterFault {
  readonly condition: StreamErrorCondition
  readonly message: string
  /** Index in the source. */
  readonly at: number
}

/** Source of a pattern for the code units that XML forbids (surrogates aside), for use inside `[…]`. */
export const forbiddenCharacters = '\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff'

const special: Readonly<Record<CharacterRules, RegExp>> = {
  content: new RegExp(`[&\\r\\]${forbiddenCharacters}]`, 'g'),
  value: new RegExp(`[&\\t\\n\\r${forbiddenCharacters}]`, 'g'),
  cdata: new RegExp(`[\\r\\]${forbiddenCharacters}]`, 'g'),
}

/**
 * Reads a run of characters: references are replaced, line ends and (in values) white space normalised (XML 1.0 §2.11,
 * §3.3.3); what XML or RFC 6120 §11.1 forbids is a fault.
 *
 * @param unfinished more may follow: what cannot be judged yet is left
 */
export function readCharacters(
  source: string,
  rules: CharacterRules,
  unfinished: boolean,
  nameLength: number,
): CharacterRun {
  const pattern = special[rules]
  let text = ''
  let from = 0
  for (;;) {
    pattern.lastIndex = from
    const at = pattern.test(source) ? pattern.lastIndex - 1 : source.length
    if (at > from) text += source.slice(from, at)
    if (at === source.length) return { text, length: at, fault: undefined }
    switch (source.charCodeAt(at)) {
      case 0x26: {
        const reference = readReference(source, at, unfinished, nameLength)
        if (reference === undefined) return { text, length: at, fault: undefined }
        if (reference.fault !== undefined) return { text, length: at, fault: reference.fault }
        text += reference.text
        from = at + reference.length
        break
      }
      case 0x0d:
        if (unfinished && at + 1 === source.length) return { text, length: at, fault: undefined }
        text += rules === 'value' ? ' ' : '\n'
        from = source.charCodeAt(at + 1) === 0x0a ? at + 2 : at + 1
        break
      case 0x09:
      case 0x0a:
        text += ' '
        from = at + 1
        break
      case 0x5d:
        if (unfinished && source.length - at < 3 && ']]'.startsWith(source.slice(at))) {
          return { text, length: at, fault: undefined }
        }
        if (rules === 'content' && source.startsWith(']]>', at)) {
          return {
            text,
            length: at,
            fault: { condition: 'not-well-formed', message: 'a text contains "]]>"', at },
          }
        }
        text += ']'
        from = at + 1
        break
      default:
        return { text, length: at, fault: forbidden(source.charCodeAt(at), at) }
    }
  }
}

function forbidden(code: number, at: number): CharacterFault {
  const name = code.toString(16).toUpperCase().padStart(4, '0')
  return { condition: 'not-well-formed', message: `the character U+${name} is forbidden in XML`, at }
}

/** Whether a code unit is white space of XML: space, tab, line feed or carriage return. */
export function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d
}
