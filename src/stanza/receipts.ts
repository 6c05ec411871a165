import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** What a message says about receipts: it asks for one, or it is one. */
export type Receipt = { readonly kind: 'request' } | { readonly kind: 'received'; readonly id: string }

/** Reads it; a message that is a receipt asks for none. @see XEP-0184 §5 */
export function findReceipt(payloads: readonly XmlElement[]): Receipt | undefined {
  let asks = false
  for (const payload of payloads) {
    if (payload.namespace !== ns.receipts) continue
    const id = payload.attribute('id')
    if (payload.name === 'received') return id ? { kind: 'received', id } : undefined
    asks ||= payload.name === 'request'
  }
  return asks ? { kind: 'request' } : undefined
}

/** Writes it. @see XEP-0184 §5 */
export function toReceiptElement(receipt: Receipt): XmlElement {
  return receipt.kind === 'request'
    ? xml('request', ns.receipts)
    : xml('received', ns.receipts, { id: receipt.id })
}
