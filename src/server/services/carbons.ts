import { parseCarbonsElement } from '../../stanza/carbons.js'
import type { Service } from './service.js'

/** Lets the resource that asks have copies of what others of its account say and hear, or no more of them (XEP-0280 §4, §5). */
export const serveCarbons: Service = ({ iq, from, account, isOwn }) => {
  const wish = iq.type === 'set' ? parseCarbonsElement(iq.payload) : undefined
  if (wish === undefined || account === undefined) return undefined
  const resource = account.resources.get(from.resource ?? '')
  if (!isOwn || resource === undefined) return { kind: 'refused', condition: 'not-allowed' }
  resource.carbons = wish === 'enable'
  return { kind: 'result' }
}
