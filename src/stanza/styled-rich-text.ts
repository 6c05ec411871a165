import type { XmlNode } from '../xml/element.js'
import type { StyledBlock, StyledSpan } from './message-styling.js'
import { rich } from './rich-text.js'

const monospace = { style: { 'font-family': 'monospace' } }
const struck = { style: { 'text-decoration': 'line-through' } }

/**
 * Rich text of the same looks as a styled body, to send beside it or to show.
 * @example
 * client.use(richText).send({ to, type: 'chat', body, rich: toRichNodes(parseStyling(body)) })
 */
export function toRichNodes(blocks: readonly StyledBlock[]): readonly XmlNode[] {
  return blocks.map((block) => {
    switch (block.kind) {
      case 'line':
        return rich('p', {}, ...block.spans.map(toNode))
      case 'preformatted':
        return rich('p', monospace, ...toLines(block.text))
      case 'quotation':
        return rich('blockquote', {}, ...toRichNodes(block.blocks))
    }
  })
}

function toNode(span: StyledSpan): XmlNode {
  switch (span.kind) {
    case 'plain':
      return span.text
    case 'preformatted':
      return rich('span', monospace, span.text)
    case 'emphasis':
      return rich('em', {}, ...span.spans.map(toNode))
    case 'strong':
      return rich('strong', {}, ...span.spans.map(toNode))
    case 'strike':
      return rich('span', struck, ...span.spans.map(toNode))
  }
}

/** With spaces that are not run together (XEP-0071 §8). */
function toLines(text: string): readonly XmlNode[] {
  const lines = text.replaceAll(/ (?= )|^ /gm, '\u00a0').split('\n')
  return lines.flatMap((line, index) => (index === 0 ? [line] : [rich('br'), line]))
}
