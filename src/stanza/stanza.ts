import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { parseIq, type Iq } from './iq.js'
import { parseMessage, type Message } from './message.js'
import { parsePresence, type Presence } from './presence.js'
import type { StanzaProblem } from './stanza-problem.js'

/** Any of the three stanzas; `kind` tells which. @see RFC 6120 §8.2 */
export type Stanza = Message | Presence | Iq

/** Reads any stanza; `undefined` if the element is none. `streamLang` is the default language of the stream. */
export function parseStanza(element: XmlElement, streamLang?: string): Stanza | StanzaProblem | undefined {
  if (element.namespace !== ns.client) return undefined
  switch (element.name) {
    case 'message':
      return parseMessage(element, streamLang)
    case 'presence':
      return parsePresence(element, streamLang)
    case 'iq':
      return parseIq(element, streamLang)
    default:
      return undefined
  }
}
