import { hasRightToLeft, meetsBidiRule } from './bidi-rule.js'
import { findMisplaced } from './context-rules.js'
import { parseIpLiteral } from './ip-literal.js'
import {
  ignorable,
  invalidByException,
  letterOrDigit,
  mapWidth,
  nameCharacter,
  oldHangulJamo,
  refuseMisplaced,
  validByException,
  type Refusal,
} from './precis.js'
import { parsePunycode, toPunycode } from './punycode.js'

/**
 * Prepares a domainpart: an IP literal, an IPv4 address or a domain name of U-labels. Upper case, width and the
 * ideographic full stop are mapped (RFC 5895), A-labels are turned into U-labels, a final dot is dropped. Only two
 * things beyond RFC 5890 are let through, because deployed hosts have them: `_`, and ASCII labels above 63 bytes.
 * @see RFC 7622 §3.2
 */
export function prepareDomain(text: string): string | Refusal {
  if (text.startsWith('[')) return parseIpLiteral(text) ?? { refused: 'is no IP literal (RFC 3986 §3.2.2)' }
  const mapped = mapDomain(text)
  const name = mapped.endsWith('.') ? mapped.slice(0, -1) : mapped
  if (name === '') return { refused: 'is empty' }
  const labels: string[] = []
  for (const label of name.split('.')) {
    const prepared = prepareLabel(label)
    if (typeof prepared !== 'string') return prepared
    labels.push(prepared)
  }
  if (labels.some(hasRightToLeft) && !labels.every(meetsBidiRule)) {
    return { refused: 'mixes right-to-left and left-to-right against the Bidi Rule (RFC 5893 §2)' }
  }
  return labels.join('.')
}

/** The form of a prepared domainpart that DNS and TLS take: every U-label as an A-label. @see RFC 5890 §2.3.2.1 */
export function toAsciiDomain(domain: string): string {
  return domain
    .split('.')
    .map((label) => (isAscii(label) ? label : `xn--${toPunycode(label)}`))
    .join('.')
}

/** Lower case is mapped one code point at a time: a final sigma is written, never guessed. */
function mapDomain(text: string): string {
  if (isAscii(text)) return text.toLowerCase()
  return Array.from(mapWidth(text), (character) => character.toLowerCase())
    .join('')
    .normalize('NFC')
    .replaceAll('\u3002', '.')
}

function prepareLabel(label: string): string | Refusal {
  if (label === '') return { refused: 'has an empty label' }
  if (!label.startsWith('xn--')) return isAscii(label) ? checkAsciiLabel(label) : checkULabel(label)
  const decoded = isAscii(label) ? parsePunycode(label.slice(4)) : undefined
  if (decoded === undefined || isAscii(decoded)) {
    return { refused: 'has a label that begins with xn-- and is no A-label (RFC 5890 §2.3.2.1)' }
  }
  return checkULabel(decoded)
}

function checkAsciiLabel(label: string): string | Refusal {
  const wrong = /[^a-z0-9_-]/.exec(label)
  if (wrong !== null) return refuseCharacter(wrong[0])
  return label.startsWith('-') || label.endsWith('-') ? refuseHyphen() : label
}

/** @see RFC 5891 §5.4 */
function checkULabel(label: string): string | Refusal {
  if (label !== label.normalize('NFC'))
    return { refused: 'has a label that is not in form NFC (RFC 5891 §5.3)' }
  if (/^\p{M}/u.test(label))
    return { refused: 'has a label that begins with a combining mark (RFC 5891 §5.4)' }
  if (/^-|^..--|-$/u.test(label)) return refuseHyphen()
  for (const character of label) if (!isLabelCharacter(character)) return refuseCharacter(character)
  const misplaced = findMisplaced(label)
  return misplaced === undefined ? label : refuseMisplaced(misplaced)
}

/** The derived property of a code point, upper case being mapped before. @see RFC 5892 §3 */
function isLabelCharacter(character: string): boolean {
  if (/[a-z0-9_-]/.test(character) || validByException.test(character)) return true
  return (
    letterOrDigit.test(character) &&
    !/\p{Changes_When_NFKC_Casefolded}/u.test(character) &&
    !ignorable.test(character) &&
    !invalidByException.test(character) &&
    !oldHangulJamo.test(character) &&
    !symbolMark.test(character)
  )
}

/** Marks for symbols and musical notation. @see RFC 5892 §2.4 */
const symbolMark = /[\u20d0-\u20ff\u{1d100}-\u{1d24f}]/u

function refuseCharacter(character: string): Refusal {
  return { refused: `holds ${nameCharacter(character)}, which no domain name may hold (RFC 5892)` }
}

function refuseHyphen(): Refusal {
  return { refused: 'has a label with a hyphen where none may stand (RFC 5891 §4.2.3.1)' }
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text)
}
