import { Violation } from './violation.js'

/** What begins a construct that RFC 6120 §11.1 forbids, wherever it stands. */
const forbidden = [
  '<!--',
  '<!DOCTYPE',
  '<!ENTITY',
  '<!ELEMENT',
  '<!ATTLIST',
  '<!NOTATION',
  '<![INCLUDE[',
  '<![IGNORE[',
] as const

/** How a CDATA section begins. */
export const cdataStart = '<![CDATA['

/**
 * Judges markup that begins with `<!` or `<?` as soon as it can be: throws, or answers what it is, or `undefined` while
 * it may yet become something allowed.
 */
export function judgeMarkup(text: string, at: number, atStart: boolean): 'cdata' | 'declaration' | undefined {
  const head = text.slice(at, at + 11)
  if (head.startsWith('<?')) return judgeInstruction(head, atStart)
  if (head.startsWith(cdataStart)) return 'cdata'
  if (forbidden.some((start) => head.startsWith(start))) {
    throw new Violation('restricted-xml', 'comments, declarations and document types are forbidden')
  }
  if (cdataStart.startsWith(head) || forbidden.some((start) => start.startsWith(head))) return undefined
  throw new Violation('not-well-formed', 'a "<!" begins nothing that XML knows')
}

function judgeInstruction(head: string, atStart: boolean): 'declaration' | undefined {
  if (/^<\?xml[ \t\r\n?]/.test(head)) {
    if (atStart) return 'declaration'
    throw new Violation('not-well-formed', 'an XML declaration stands elsewhere than at the very start')
  }
  if ('<?xml'.startsWith(head)) return undefined
  throw new Violation('restricted-xml', 'processing instructions are forbidden')
}

const s = '[ \\t\\r\\n]'
const declaration = new RegExp(
  `^<\\?xml${s}+version${s}*=${s}*(?:"([^"<&]*)"|'([^'<&]*)')` +
    `(?:${s}+encoding${s}*=${s}*(?:"([A-Za-z][\\w.-]*)"|'([A-Za-z][\\w.-]*)'))?` +
    `(?:${s}+standalone${s}*=${s}*(?:"(?:yes|no)"|'(?:yes|no)'))?${s}*\\?>$`,
)

/** Checks a whole XML declaration: version 1.0, and UTF-8 if an encoding is named (RFC 6120 §11.5, §11.6). */
export function judgeDeclaration(text: string): void {
  const match = declaration.exec(text)
  if (match === null) throw new Violation('not-well-formed', 'the XML declaration is malformed')
  const [, doubleVersion, singleVersion, doubleEncoding, singleEncoding] = match
  if ((doubleVersion ?? singleVersion) !== '1.0') {
    throw new Violation('not-well-formed', 'the XML declaration names another version than 1.0')
  }
  const encoding = doubleEncoding ?? singleEncoding ?? 'utf-8'
  if (encoding.toLowerCase() !== 'utf-8') {
    throw new Violation('unsupported-encoding', 'the XML declaration names another encoding than UTF-8')
  }
}
