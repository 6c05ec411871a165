import type { XmlElement } from '../xml/element.js'

/** A stanza that cannot be read, with the stanza error that says so: see `toErrorReply`. @see RFC 6120 §8.3.3 */
export interface StanzaProblem {
  readonly kind: 'problem'
  readonly condition: 'bad-request' | 'jid-malformed'
  /** What is wrong with it, for people. */
  readonly text: string
  readonly element: XmlElement
}

/** Says what is wrong with a stanza. */
export function toProblem(
  element: XmlElement,
  condition: StanzaProblem['condition'],
  text: string,
): StanzaProblem {
  return { kind: 'problem', condition, text, element }
}
