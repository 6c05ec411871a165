import { parseDiscoInfo, toDiscoInfoElement } from '../stanza/disco.js'
import { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { Probe, ProbeSource } from './conformance-probe.js'
import { absent, right } from './finding.js'

type Extra = readonly [spec: string, title: string, name: string]

/** Announced in the stream features after authentication. */
const streamExtras: readonly Extra[] = [
  ['RFC 6121 §3.4', 'approval of requests in advance', `{${ns.subscriptionPreApproval}}sub`],
  ['XEP-0198', 'stream management', `{${ns.streamManagement}}sm`],
  ['XEP-0352', 'client state indication', `{${ns.clientState}}csi`],
]

/** Announced by service discovery, of the server or of the account. */
const discoExtras: readonly Extra[] = [
  ['XEP-0030', 'service discovery of items', ns.discoItems],
  ['XEP-0092', 'its software and version', ns.version],
  ['XEP-0199', 'pings', ns.ping],
  ['XEP-0280', 'carbon copies for other resources', 'urn:xmpp:carbons:2'],
  ['XEP-0191', 'blocking', 'urn:xmpp:blocking'],
  ['XEP-0186', 'invisibility', ns.invisible],
  ['XEP-0054', 'vCards', 'vcard-temp'],
  ['XEP-0202', 'its time', 'urn:xmpp:time'],
  ['XEP-0313', 'an archive of messages', 'urn:xmpp:mam:2'],
  ['XEP-0357', 'push notifications', 'urn:xmpp:push:0'],
  ['XEP-0160', 'messages for who is away', 'msgoffline'],
  ['XEP-0163', 'personal eventing', 'http://jabber.org/protocol/pubsub#publish'],
  ['XEP-0077', 'registration', ns.register],
]

/** What a server may offer beyond what it must: nothing of it is tried, it is only named. */
export const extraProbes: ProbeSource = async (visit) => {
  const visitor = await visit.online()
  const { state } = visitor.client
  const streamNames = state.status === 'online' ? state.features : []
  const disco = async (jid: string) => {
    const answer = await visitor.ask('get', toDiscoInfoElement(), jid)
    return answer instanceof XmlElement ? (parseDiscoInfo(answer)?.features ?? []) : []
  }
  const names = new Set([
    ...streamNames,
    ...(await disco(visit.domain)),
    ...(await disco(visit.options.account.jid)),
  ])
  return [...streamExtras, ...discoExtras].map(([spec, title, name]): Probe => ({
    id: `offers.${spec.replace('RFC 6121 §3.4', 'pre-approval').toLowerCase()}`,
    title: `offers ${title}`,
    spec,
    state: 'session.active.online',
    run: async () => (names.has(name) ? right() : absent()),
  }))
}
