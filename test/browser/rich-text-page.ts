// What runs inside the browser: rich texts of hostile contacts are shown.
import { parseMessage } from '../../src/stanza/message.js'
import { parseStyling } from '../../src/stanza/message-styling.js'
import { toDom } from '../../src/stanza/rich-text-dom.js'
import { readRichTexts } from '../../src/stanza/rich-text.js'
import { toRichNodes } from '../../src/stanza/styled-rich-text.js'
import { xml } from '../../src/xml/element.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import * as ns from '../../src/xml/namespaces.js'

/** What one text has left in the page. */
export interface Shown {
  readonly text: string
  /** Of every element, name and attributes. */
  readonly elements: readonly string[]
  /** Where its links lead to, as the browser understands them. */
  readonly protocols: readonly string[]
}

let hits = 0
const settled = () => new Promise((resolve) => setTimeout(resolve, 300))

/** Shows each message, sanitised once and not at all before it is made a part of the page. */
async function show(messages: readonly string[]): Promise<{ hits: number; shown: readonly Shown[] }> {
  const shown = messages.flatMap((text) => {
    const message = parseMessage(readFrame(text))
    if (message.kind !== 'message') throw new Error('no message')
    const [read] = readRichTexts(message.payloads)
    const raw = message.payloads[0]?.child('body', ns.xhtml)
    if (read === undefined || raw === undefined) throw new Error('no rich text')
    return [read.body, raw].map((body) => look(toDom(document, body)))
  })
  document.querySelectorAll('*').forEach((element) => {
    for (const type of ['mouseover', 'focus', 'click']) {
      if (!(element instanceof HTMLAnchorElement) || type !== 'click')
        element.dispatchEvent(new Event(type, { bubbles: true }))
    }
  })
  await settled()
  return { hits, shown }
}

function look(element: HTMLElement): Shown {
  document.body.append(element)
  const all = [element, ...element.querySelectorAll('*')]
  return {
    text: element.textContent,
    elements: all.map(
      ({ attributes, localName }) =>
        `${localName} ${[...attributes].map(({ name, value }) => `${name}=${value}`).join(' ')}`,
    ),
    protocols: all.flatMap((each) =>
      each instanceof HTMLAnchorElement && each.href !== '' ? [each.protocol] : [],
    ),
  }
}

/** The same by parsing, as no client should. */
function showUnsafely(messages: readonly string[]): void {
  for (const text of messages) document.body.append(document.createRange().createContextualFragment(text))
}

/** Shows a styled body. */
function showStyled(body: string): string {
  return toDom(document, xml('body', ns.xhtml, {}, ...toRichNodes(parseStyling(body)))).innerHTML
}

Object.assign(globalThis, { hit: () => (hits += 1), hits: () => hits, show, showStyled, showUnsafely })
