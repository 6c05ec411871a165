import * as ns from '../../xml/namespaces.js'
import { serialize } from '../../xml/serializer.js'
import type { Service } from './service.js'

/** Keeps the card of each user, for everybody to read (XEP-0054 §3). */
export const serveVCard: Service = ({ iq, account, isOwn, realm }) => {
  if (account === undefined || !iq.payload.is('vCard', ns.vCardTemp)) return undefined
  if (iq.type === 'get') {
    if (account.vCard !== undefined) return { kind: 'result', payload: account.vCard }
    // Nobody learns whether there is an account (XEP-0054 §3.3).
    return { kind: 'refused', condition: isOwn ? 'item-not-found' : 'service-unavailable' }
  }
  if (!isOwn) return { kind: 'refused', condition: 'forbidden' }
  if (serialize(iq.payload).length > realm.limits.vCardUnits)
    return { kind: 'refused', condition: 'not-acceptable', text: 'the card is too long' }
  account.vCard = iq.payload
  return { kind: 'result' }
}
