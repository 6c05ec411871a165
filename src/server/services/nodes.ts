import {
  parsePubsubRequest,
  toItems,
  toPreconditionNotMet,
  toPublished,
  type PubsubRequest,
} from '../../stanza/pubsub.js'
import type { Account } from '../account.js'
import { tellOfChange } from '../node-events.js'
import type { Service, ServiceAnswer, ServiceRequest } from './service.js'

/** Reads what an account publishes, and lets its user publish. @see XEP-0163, XEP-0060 */
export const serveNodes: Service = (request) => {
  const { account, iq, isOwn } = request
  const wish = account === undefined ? undefined : parsePubsubRequest(iq.payload)
  if (account === undefined || wish === undefined) return undefined
  if ((wish.kind === 'items') !== (iq.type === 'get')) return { kind: 'refused', condition: 'bad-request' }
  if (wish.kind === 'items') return readItems(request, account, wish)
  return isOwn ? change(request, account, wish) : { kind: 'refused', condition: 'forbidden' }
}

function readItems(
  { from }: ServiceRequest,
  account: Account,
  { ids, max, node }: Extract<PubsubRequest, { kind: 'items' }>,
): ServiceAnswer {
  const found = account.nodes.get(node)
  // To a stranger, what is not open is not there, and neither is the account.
  if (!account.showsNode(node, from)) return { kind: 'refused', condition: 'service-unavailable' }
  if (found === undefined) return { kind: 'refused', condition: 'item-not-found' }
  const chosen =
    ids.length > 0 ? found.items.filter(({ id = '' }) => ids.includes(id)) : found.items.slice(-max)
  if (ids.length > 0 && chosen.length === 0) return { kind: 'refused', condition: 'item-not-found' }
  return { kind: 'result', payload: toItems(node, chosen) }
}

function change(
  { realm }: ServiceRequest,
  account: Account,
  wish: Exclude<PubsubRequest, { kind: 'items' }>,
): ServiceAnswer {
  const { node } = wish
  switch (wish.kind) {
    case 'publish': {
      const item = { ...wish.item, id: wish.item.id ?? realm.nextId() }
      const condition = account.nodes.publish(node, item, wish.options)
      if (condition !== undefined) {
        const application = condition === 'conflict' ? toPreconditionNotMet() : undefined
        return { kind: 'refused', condition, application }
      }
      const afterwards = () => tellOfChange(realm, account, { node, items: [item], retracted: [] })
      return { kind: 'result', payload: toPublished(node, item.id), afterwards }
    }
    case 'retract': {
      const condition = account.nodes.retract(node, wish.ids)
      if (condition !== undefined) return { kind: 'refused', condition }
      const afterwards = () => {
        if (wish.notify) tellOfChange(realm, account, { node, items: [], retracted: wish.ids })
      }
      return { kind: 'result', afterwards }
    }
    case 'configure': {
      const condition = account.nodes.configure(node, wish.options)
      return condition === undefined ? { kind: 'result' } : { kind: 'refused', condition }
    }
  }
}
