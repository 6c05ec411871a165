import type { StanzaBus } from '../router/stanza-bus.js'
import { mayKnowOfMe, type Audience } from '../router/trust.js'
import { StanzaError } from '../errors.js'
import * as ns from '../xml/namespaces.js'

/** Answers pings of the server and of whoever can see that one is there anyway. @see XEP-0199 §4, §7 */
export function answerPings(bus: StanzaBus, audience: Audience): void {
  bus.handle('ping', ns.ping, ({ type, from }, account) => {
    if (!mayKnowOfMe(from, account, audience)) throw new StanzaError('service-unavailable', 'cancel')
    if (type !== 'get') throw new StanzaError('bad-request', 'modify')
    return undefined
  })
}
