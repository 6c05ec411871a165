import { parseIq } from '../stanza/iq.js'
import { answerWith } from './answer-with.js'
import type { Envelope } from './envelope.js'
import type { Realm } from './realm.js'
import { serveArchive } from './services/archive.js'
import { serveBlocking } from './services/blocking.js'
import { serveCarbons } from './services/carbons.js'
import { serveDiscoInfo, serveDiscoItems } from './services/disco.js'
import { serveLastActivity } from './services/last-activity.js'
import { servePing, serveSession } from './services/ping.js'
import { serveNodes } from './services/nodes.js'
import { serveRoster } from './services/roster.js'
import type { Service, ServiceAnswer } from './services/service.js'
import { serveTime } from './services/time.js'
import { serveVCard } from './services/vcard.js'
import { serveVersion, type ServerSoftware } from './services/version.js'
import { serveVisibility } from './services/visibility.js'

/**
 * Answers what is addressed to the server, or to an account that it speaks for; what no service knows is
 * service-unavailable (RFC 6120 §8.4).
 */
export function createServices(
  software: ServerSoftware,
  ...others: readonly Service[]
): (realm: Realm, envelope: Envelope) => void {
  const services: readonly Service[] = [
    serveRoster,
    servePing,
    serveDiscoInfo(software.name),
    serveDiscoItems,
    serveVersion(software),
    serveTime,
    serveLastActivity,
    serveVisibility,
    serveCarbons,
    serveBlocking,
    serveArchive,
    serveVCard,
    serveNodes,
    serveSession,
    ...others,
  ]
  return (realm, envelope) => {
    const iq = parseIq(envelope.element)
    if (iq.kind === 'problem') return realm.refuse(envelope, iq.condition, iq.text)
    if (iq.type !== 'get' && iq.type !== 'set') return undefined
    const account = realm.accountOf(envelope.to)
    const isOwn = account !== undefined && envelope.from.bare.equals(account.jid)
    let answer: ServiceAnswer | undefined
    for (const service of services) {
      answer = service({ realm, iq, from: envelope.from, account, isOwn })
      if (answer !== undefined) break
    }
    return answerWith(realm, envelope, iq, answer)
  }
}
