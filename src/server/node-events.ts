import { findCapsClaim } from '../stanza/caps.js'
import { toMessageElement } from '../stanza/message.js'
import { toPubsubEvent } from '../stanza/pubsub.js'
import type { XmlElement } from '../xml/element.js'
import type { Account } from './account.js'
import type { Realm } from './realm.js'
import type { Resource } from './resource.js'

type NodeChange = Parameters<typeof toPubsubEvent>[0]

/** Tells those who see the account’s presence, and its own clients, if they want to hear it. @see XEP-0163 §4.3 */
export function tellOfChange(realm: Realm, account: Account, event: NodeChange): void {
  const seers = account.roster
    .contacts()
    .flatMap(({ jid, state }) => (state.from === 'subscribed' ? (realm.accountOf(jid) ?? []) : []))
  for (const { resources } of [account, ...seers]) {
    for (const resource of resources.values()) tell(realm, account, resource, event)
  }
}

/** A client that comes, or wants to hear of more than before, is told the latest of everything. @see XEP-0163 §4.3.4 */
export function tellOfNodes(realm: Realm, resource: Resource, before: XmlElement | undefined): void {
  if (nodeOf(before) === nodeOf(resource.presence)) return
  const { account } = resource
  const seen = account.roster
    .contacts()
    .flatMap(({ jid, state }) => (state.to === 'subscribed' ? (realm.accountOf(jid) ?? []) : []))
  for (const publisher of [account, ...seen]) {
    for (const node of publisher.nodes.names) {
      const { items: all = [], tellsLast = false } = publisher.nodes.get(node) ?? {}
      const items = tellsLast ? all.slice(-1) : []
      if (items.length > 0) tell(realm, publisher, resource, { node, items, retracted: [] })
    }
  }
}

const nodeOf = (presence: XmlElement | undefined) => findCapsClaim(presence?.elements() ?? [])?.node

function tell(realm: Realm, publisher: Account, resource: Resource, event: NodeChange): void {
  if (resource.presence === undefined) return
  realm.interests.whenInterested(realm, resource, event.node, () => {
    const isThere = resource.account.resources.get(resource.name) === resource
    // A subscription may have ended meanwhile.
    if (!isThere || !publisher.mayBeSeenBy(resource.jid) || !publisher.showsNode(event.node, resource.jid))
      return
    if (realm.keepsApart(publisher.jid, resource.jid)) return
    const payloads = [toPubsubEvent(event)]
    const id = realm.nextId()
    resource.send(toMessageElement({ type: 'headline', id, from: publisher.jid, to: resource.jid, payloads }))
  })
}
