import type { StanzaBus } from '../router/stanza-bus.js'
import { StanzaError } from '../errors.js'
import { ns } from '../xml/namespaces.js'

/** Answers pings, of the server and of others: it says no more than that the request arrived. @see XEP-0199 §4 */
export function answerPings(bus: StanzaBus): void {
  bus.handle('ping', ns.ping, ({ type }) => {
    if (type !== 'get') throw new StanzaError('bad-request', 'modify')
    return undefined
  })
}
