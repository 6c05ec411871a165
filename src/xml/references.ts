import type { CharacterFault } from './characters.js'
import { nameCharacters } from './names.js'

/** What one reference stands for, and how long it is in the source. */
export interface Reference {
  readonly text: string
  readonly length: number
  readonly fault: CharacterFault | undefined
}

const predefined: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['apos', "'"],
  ['quot', '"'],
])
const longestPredefined = 4

const name = `[${nameCharacters.start}][${nameCharacters.rest}]*`
const whole = new RegExp(`&(?:#([0-9]+)|#x([0-9a-fA-F]+)|(${name}));`, 'uy')
const begun = new RegExp(`&(?:#(?:[0-9]+|x[0-9a-fA-F]*)?|${name})?`, 'uy')

/**
 * Reads the reference whose `&` is at `at`: a character, or one of the five entities that RFC 6120 §11.1 leaves.
 *
 * @param unfinished more may follow: the answer is `undefined` where that matters
 */
export function readReference(
  source: string,
  at: number,
  unfinished: boolean,
  nameLength: number,
): Reference | undefined {
  const length = source.indexOf(';', at) - at - 1
  if (length > 0 && length <= longestPredefined && length <= nameLength) {
    const text = predefined.get(source.slice(at + 1, at + 1 + length))
    if (text !== undefined) return { text, length: length + 2, fault: undefined }
  }
  return readOther(source, at, unfinished, nameLength)
}

function readOther(
  source: string,
  at: number,
  unfinished: boolean,
  nameLength: number,
): Reference | undefined {
  begun.lastIndex = at
  const length = begun.exec(source)?.[0].length ?? 1
  if (length - 1 > nameLength) {
    return faulty('policy-violation', `a reference is longer than ${nameLength} characters`, at)
  }
  if (unfinished && at + length === source.length) return undefined
  whole.lastIndex = at
  const match = whole.exec(source)
  if (match === null) return faulty('not-well-formed', 'an "&" begins no reference', at)
  const [, decimal, hexadecimal, entity] = match
  if (entity !== undefined) {
    return faulty('restricted-xml', 'a reference names an entity that is not predefined', at)
  }
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number.parseInt(decimal, 10)
  if (isCharacter(code)) return { text: String.fromCodePoint(code), length: length + 1, fault: undefined }
  return faulty('not-well-formed', 'a reference stands for a character that is forbidden in XML', at)
}

function faulty(condition: CharacterFault['condition'], message: string, at: number): Reference {
  return { text: '', length: 0, fault: { condition, message, at } }
}

/** XML 1.0 §2.2. */
function isCharacter(code: number): boolean {
  return (
    code === 0x09 ||
    code === 0x0a ||
    code === 0x0d ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  )
}
