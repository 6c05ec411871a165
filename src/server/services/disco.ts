import {
  parseDiscoInfo,
  parseDiscoItems,
  toDiscoInfoElement,
  toDiscoItemsElement,
} from '../../stanza/disco.js'
import * as ns from '../../xml/namespaces.js'
import { findPageRequest, toPage } from '../../stanza/result-set.js'
import { serviceName } from '../rooms/room-service.js'
import { pageOf } from './page-of.js'
import type { Service, ServiceAnswer } from './service.js'

const serverFeatures = [
  ns.discoInfo,
  ns.discoItems,
  ns.ping,
  ns.version,
  ns.time,
  ns.lastActivity,
  ns.roster,
  ns.invisible,
  ns.carbons,
  ns.blocking,
  ns.resultSet,
  ns.vCardTemp,
  // XEP-0160 §4: messages are kept for those who are away.
  'msgoffline',
]
const accountFeatures = [
  ns.discoInfo,
  ns.discoItems,
  ns.ping,
  ns.lastActivity,
  ns.carbons,
  ns.archive,
  ns.resultSet,
  ns.stanzaIds,
  ns.vCardTemp,
  // XEP-0060 §10, XEP-0163 §6
  ...[
    'access-open',
    'access-presence',
    'access-whitelist',
    'auto-create',
    'auto-subscribe',
    'config-node',
    'delete-items',
    'filtered-notifications',
    'item-ids',
    'last-published',
    'persistent-items',
    'presence-notifications',
    'publish',
    'publish-options',
    'retract-items',
    'retrieve-items',
  ].map((feature) => `${ns.pubsub}#${feature}`),
]

/** Says what the server or an account is and can do (XEP-0030 §3, §8). */
export function serveDiscoInfo(serverName: string): Service {
  return ({ iq, from, account }) => {
    const query = iq.type === 'get' ? parseDiscoInfo(iq.payload) : undefined
    if (query === undefined) return undefined
    if (account?.mayBeSeenBy(from) === false) return unavailable
    if (query.node !== undefined) return unknownNode
    const payload =
      account === undefined
        ? toDiscoInfoElement({
            identities: [{ category: 'server', type: 'im', name: serverName }],
            features: serverFeatures,
          })
        : toDiscoInfoElement({
            identities: [
              { category: 'account', type: 'registered' },
              { category: 'pubsub', type: 'pep' },
            ],
            features: accountFeatures,
          })
    return { kind: 'result', payload }
  }
}

/** Says what belongs to the server, which is the service of rooms, or to an account: its resources, in pages (XEP-0030 §4, §8; XEP-0059). */
export const serveDiscoItems: Service = ({ realm, iq, from, account }) => {
  const query = iq.type === 'get' ? parseDiscoItems(iq.payload) : undefined
  if (query === undefined) return undefined
  if (account?.mayBeSeenBy(from) === false) return unavailable
  if (query.node !== undefined) return unknownNode
  const rooms = realm.rooms === undefined ? [] : [{ jid: realm.rooms.jid, name: serviceName }]
  const all = account === undefined ? rooms : account.available().map(({ jid }) => ({ jid }))
  if (iq.payload.child('set', ns.resultSet) === undefined || all.length === 0)
    return { kind: 'result', payload: toDiscoItemsElement({ items: all }) }
  const { items, page } = pageOf(all, findPageRequest(iq.payload), ({ jid }) => jid.toString())
  return { kind: 'result', payload: toDiscoItemsElement({ items, payloads: [toPage(page)] }) }
}

const unavailable: ServiceAnswer = { kind: 'refused', condition: 'service-unavailable' }
const unknownNode: ServiceAnswer = { kind: 'refused', condition: 'item-not-found' }
