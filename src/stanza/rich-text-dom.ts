import type { XmlElement } from '../xml/element.js'
import { readStyle } from './rich-text-profile.js'
import { sanitise } from './rich-text.js'

/** What of a page is used: `document` of a browser is one. */
export interface PageDocument<PageElement extends PageElementLike> {
  createElement(name: string): PageElement
}

/** What of an element of a page is used. */
export interface PageElementLike {
  readonly style: { setProperty(name: string, value: string): void }
  setAttribute(name: string, value: string): void
  /** A string becomes a text, as it is. */
  append(...nodes: readonly (object | string)[]): void
}

/**
 * Makes nodes of a page out of rich text, one by one and never by parsing: a `<div>` with nothing in it that acts, loads or
 * has a name. It sanitises what it is given, whoever did so before. Links open elsewhere, and do not tell where from.
 * @example
 * for (const { body } of readRichTexts(message.payloads)) log.append(toDom(document, body))
 */
export function toDom<PageElement extends PageElementLike>(
  document: PageDocument<PageElement>,
  tree: XmlElement,
): PageElement {
  const makeElement = (element: XmlElement): PageElement => {
    const made = document.createElement(element.name === 'body' ? 'div' : element.name)
    for (const [name, value] of readStyle(element.attribute('style') ?? ''))
      made.style.setProperty(name, value)
    const href = element.attribute('href')
    if (href !== undefined) {
      made.setAttribute('href', href)
      made.setAttribute('target', '_blank')
      made.setAttribute('rel', 'noopener noreferrer nofollow')
    }
    for (const child of element.children) made.append(typeof child === 'string' ? child : makeElement(child))
    return made
  }
  return makeElement(sanitise(tree).body)
}
