import type { Jid } from '../../stanza/jid.js'
import { parseRoster, toRosterElement, type Roster as RosterQuery } from '../../stanza/roster.js'
import type { XmlElement } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import type { Account } from '../account.js'
import type { ServerLimits } from '../limits.js'
import { toRosterPush, toItem } from '../roster-push.js'
import { pushChange, removeContact } from '../subscription-deeds.js'
import type { Service, ServiceAnswer, ServiceRequest } from './service.js'

/** Reads and changes one's own roster (RFC 6121 §2). */
export const serveRoster: Service = (request) => {
  const { iq, account, isOwn } = request
  const query = parseRoster(iq.payload)
  if (query === undefined || account === undefined) return undefined
  if (!isOwn) return refused('forbidden')
  return iq.type === 'get' ? readRoster(request, account, query) : changeRoster(request, account, query)
}

/** @see RFC 6121 §2.1.3, §2.1.4, §2.6.3 */
function readRoster({ from, realm }: ServiceRequest, account: Account, query: RosterQuery): ServiceAnswer {
  const resource = account.resources.get(from.resource ?? '')
  if (resource !== undefined) resource.interest = query.ver === undefined ? 'plain' : 'versioned'
  const changes = query.ver === undefined ? undefined : account.roster.changesSince(query.ver)
  if (changes === undefined) {
    const ver = query.ver === undefined ? undefined : account.roster.version
    return { kind: 'result', payload: toRosterElement({ ver, items: account.roster.listed().map(toItem) }) }
  }
  return {
    kind: 'result',
    afterwards: () => {
      for (const change of changes) resource?.send(toRosterPush(resource, change, realm.nextId()))
    },
  }
}

/** @see RFC 6121 §2.3, §2.4, §2.5 */
function changeRoster({ iq, realm }: ServiceRequest, account: Account, query: RosterQuery): ServiceAnswer {
  const [element, ...more] = iq.payload.elements()
  const [item] = query.items
  if (element === undefined || more.length > 0)
    return refused('bad-request', 'a roster set has exactly one item')
  if (item === undefined) return refused('jid-malformed', 'the item has no valid address')
  if (item.jid.resource !== undefined) return refused('bad-request', 'a contact is a bare JID')
  if (item.subscription === 'remove') {
    return removeContact(realm, account, item.jid) ? { kind: 'result' } : refused('item-not-found')
  }
  const refusal = judgeDetails(element, realm.limits) ?? judgePlace(account, item.jid)
  if (refusal !== undefined) return refusal
  const { jid, name, groups } = item
  pushChange(realm, account, account.roster.set(jid, { name, groups }))
  return { kind: 'result' }
}

/** @see RFC 6121 §2.3.3 */
function judgeDetails(item: XmlElement, limits: ServerLimits): ServiceAnswer | undefined {
  const groups = item.elements('group', ns.roster).map((group) => group.text())
  if (new Set(groups).size < groups.length) return refused('bad-request', 'a group is named twice')
  if (groups.includes('')) return refused('not-acceptable', 'a group has no name')
  if (groups.length > limits.groupsPerItem) return refused('not-acceptable', 'there are too many groups')
  const names = [...groups, item.attribute('name') ?? '']
  if (names.some((name) => name.length > limits.rosterNameUnits)) {
    return refused('not-acceptable', 'a name is too long')
  }
  return undefined
}

function judgePlace(account: Account, jid: Jid): ServiceAnswer | undefined {
  if (jid.equals(account.jid)) return refused('not-allowed', 'nobody is a contact of oneself')
  return account.roster.isFullFor(jid) ? refused('resource-constraint', 'the roster is full') : undefined
}

function refused(
  condition: Extract<ServiceAnswer, { kind: 'refused' }>['condition'],
  text?: string,
): ServiceAnswer {
  return { kind: 'refused', condition, ...(text === undefined ? {} : { text }) }
}
