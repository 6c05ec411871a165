import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** What a message says of composing: it asks to be told, or tells of the message with this id, or takes that back. */
export type MessageEvent =
  { readonly kind: 'request' } | { readonly kind: 'cancelled' | 'composing'; readonly id: string }

/**
 * Reads it from the payloads of a message; `undefined` where there is none, or more than one, or it is of another event.
 * @param hasContent whether the message has a body: one that has asks, one that has none tells
 * @see XEP-0022 §3
 */
export function findMessageEvent(
  payloads: readonly XmlElement[],
  hasContent: boolean,
): MessageEvent | undefined {
  const [found, ...more] = payloads.filter((payload) => payload.is('x', ns.messageEvents))
  if (found === undefined || more.length > 0) return undefined
  const composes = found.child('composing') !== undefined
  const id = found.child('id')?.text()
  if (hasContent) return composes && id === undefined ? { kind: 'request' } : undefined
  if (id === undefined || id === '') return undefined
  if (composes) return { kind: 'composing', id }
  return found.elements().length === 1 ? { kind: 'cancelled', id } : undefined
}

/** Writes it. */
export function toMessageEventElement(event: MessageEvent): XmlElement {
  const composing = event.kind === 'cancelled' ? undefined : xml('composing', ns.messageEvents)
  const id = event.kind === 'request' ? undefined : xml('id', ns.messageEvents, {}, event.id)
  return xml('x', ns.messageEvents, {}, composing, id)
}
