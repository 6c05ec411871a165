import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** Quotations inside of each other that are told apart; deeper ones are lines. */
export const quotationDepthLimit = 10

/** A part of a line; styled ones without the signs around them. @see XEP-0393 §6.2 */
export type StyledSpan =
  | { readonly kind: 'plain' | 'preformatted'; readonly text: string }
  | { readonly kind: 'emphasis' | 'strike' | 'strong'; readonly spans: readonly StyledSpan[] }

/** A line, a quotation, or text that is shown as it is. @see XEP-0393 §6.1 */
export type StyledBlock =
  | { readonly kind: 'line'; readonly spans: readonly StyledSpan[] }
  /** `hint`: what follows the opening signs. */
  | { readonly kind: 'preformatted'; readonly hint: string; readonly text: string }
  | { readonly kind: 'quotation'; readonly blocks: readonly StyledBlock[] }

/**
 * Reads the styles that a body is written in, in linear time; never fails.
 * @example
 * parseStyling('*Wow*, > is `greater`')
 * @see XEP-0393
 */
export function parseStyling(body: string): readonly StyledBlock[] {
  return parseBlocks(body.split('\n'), 0)
}

/** Whether the sender does not want a message to be styled. @see XEP-0393 §7 */
export function isUnstyled(payloads: readonly XmlElement[]): boolean {
  return payloads.some((payload) => payload.is('unstyled', ns.styling))
}

/** Says so, among the payloads of a message. */
export function toUnstyledElement(): XmlElement {
  return xml('unstyled', ns.styling)
}

function parseBlocks(lines: readonly string[], depth: number): readonly StyledBlock[] {
  const blocks: StyledBlock[] = []
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    const isQuoted = line.startsWith('>') && depth < quotationDepthLimit
    if (!isQuoted && !line.startsWith('```')) {
      blocks.push({ kind: 'line', spans: parseSpans(line) })
      continue
    }
    let end = index + 1
    while (end < lines.length && (isQuoted ? lines[end]?.startsWith('>') === true : lines[end] !== '```'))
      end += 1
    if (isQuoted) {
      const inside = lines.slice(index, end).map((each) => each.slice(1).replace(/^[\s\p{Z}]/u, ''))
      blocks.push({ kind: 'quotation', blocks: parseBlocks(inside, depth + 1) })
      index = end - 1
    } else {
      blocks.push({
        kind: 'preformatted',
        hint: line.slice(3),
        text: lines.slice(index + 1, end).join('\n'),
      })
      index = end
    }
  }
  return blocks
}

const directives = { '*': 'strong', _: 'emphasis', '`': 'preformatted', '~': 'strike' } as const
type Directive = keyof typeof directives

const isDirective = (sign: string | undefined): sign is Directive =>
  sign !== undefined && Object.hasOwn(directives, sign)
const isSpace = (sign: string | undefined) => sign === undefined || /[\s\p{Z}]/u.test(sign)

/** Where each sign can end a span, last first: what lies behind is taken off, so that a line is gone through once. */
type Closings = Readonly<Record<Directive, number[]>>

function parseSpans(line: string): readonly StyledSpan[] {
  const closings: Closings = { '*': [], _: [], '`': [], '~': [] }
  for (let at = line.length - 1; at > 0; at -= 1) {
    const sign = line[at]
    if (isDirective(sign) && !isSpace(line[at - 1])) closings[sign].push(at)
  }
  return parseRange(line, 0, line.length, closings)
}

function parseRange(line: string, start: number, end: number, closings: Closings): readonly StyledSpan[] {
  const spans: StyledSpan[] = []
  let plainFrom = start
  let mayOpen = true
  const flush = (until: number) => {
    if (until > plainFrom) spans.push({ kind: 'plain', text: line.slice(plainFrom, until) })
  }
  for (let at = start; at < end; at += 1) {
    const sign = line[at]
    if (!isDirective(sign) || !mayOpen || isSpace(line[at + 1])) {
      mayOpen = isSpace(sign)
      continue
    }
    const close = findClosing(closings[sign], at, end)
    mayOpen = false
    // Two of the same with nothing between them are neither.
    if (close === at + 1) at = close
    if (close === undefined || close <= at) continue
    flush(at)
    const kind = directives[sign]
    if (kind === 'preformatted') spans.push({ kind, text: line.slice(at + 1, close) })
    else spans.push({ kind, spans: parseRange(line, at + 1, close, closings) })
    at = close
    plainFrom = close + 1
  }
  flush(end)
  return spans
}

function findClosing(closings: number[], after: number, before: number): number | undefined {
  while ((closings.at(-1) ?? Infinity) <= after) closings.pop()
  const found = closings.at(-1)
  return found === undefined || found >= before ? undefined : found
}
