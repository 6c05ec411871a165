import type { ServedFault } from '../../machines/served-facts.js'
import type { XmlElement } from '../xml/element.js'

/** What a demo may show of one session; nothing secret. */
export interface SessionFacts {
  /** Unique in this server. */
  readonly id: string
  /** As the transport names it, e.g. `tcp://127.0.0.1:50001`. */
  readonly address: string
  readonly framing: 'bytes' | 'frames'
  readonly secure: boolean
  /** Where the chart stands, e.g. `open.negotiating.offering`. */
  readonly state: string
  /** The localpart of the account that has logged in; `undefined` before. */
  readonly username: string | undefined
  /** The full JID. */
  readonly jid: string | undefined
}

/** What happens in the server, for people; no passwords, proofs or contents of messages. */
export type ServerEvent =
  | { readonly kind: 'connected'; readonly session: string; readonly address: string }
  | { readonly kind: 'changed'; readonly session: SessionFacts }
  | {
      readonly kind: 'stanza'
      readonly session: string
      readonly direction: 'in' | 'out'
      readonly stanza: StanzaFacts
    }
  /** `fault`: why the server has ended it; `undefined` where it did not. */
  | { readonly kind: 'ended'; readonly session: string; readonly fault: ServedFault | undefined }
  /** There are as many connections as `limits` allow. */
  | { readonly kind: 'turnedAway'; readonly address: string }
  /** A mistake of the server itself. */
  | { readonly kind: 'defect'; readonly session: string; readonly message: string }

/** The outside of a stanza. */
export interface StanzaFacts {
  readonly name: string
  readonly type: string | undefined
  readonly from: string | undefined
  readonly to: string | undefined
  readonly id: string | undefined
  /** Expanded name of the first child, as `{namespace}name`. */
  readonly payload: string | undefined
}

/** What may be shown of an element; SASL has no such thing as a harmless attribute, so only its name is. */
export function toStanzaFacts(element: XmlElement, isStanza: boolean): StanzaFacts {
  const read = (name: string) => (isStanza ? element.attribute(name) : undefined)
  const [payload] = isStanza ? element.elements() : []
  return {
    name: element.name,
    type: read('type'),
    from: read('from'),
    to: read('to'),
    id: read('id'),
    payload: payload === undefined ? undefined : `{${payload.namespace}}${payload.name}`,
  }
}
