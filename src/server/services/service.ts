import type { StanzaErrorCondition } from '../../errors.js'
import type { IqRequest } from '../../stanza/iq.js'
import type { Jid } from '../../stanza/jid.js'
import type { XmlElement } from '../../xml/element.js'
import type { Account } from '../account.js'
import type { Realm } from '../realm.js'

/** A request that the server answers: for itself, or on behalf of an account (RFC 6121 §8.5.2.1.3). */
export interface ServiceRequest {
  readonly realm: Realm
  readonly iq: IqRequest
  readonly from: Jid
  /** On whose behalf; `undefined`: the server itself. */
  readonly account: Account | undefined
  /** The account asks about itself. */
  readonly isOwn: boolean
}

export type ServiceAnswer =
  | {
      readonly kind: 'result'
      readonly payload?: XmlElement | undefined
      /** Done once the answer has been sent. */
      readonly afterwards?: () => void
    }
  /** It takes a while. */
  | { readonly kind: 'later'; readonly answer: Promise<ServiceAnswer> }
  | {
      readonly kind: 'refused'
      readonly condition: StanzaErrorCondition
      readonly text?: string
      /** An application-specific condition. */
      readonly application?: XmlElement | undefined
    }

/** No, and why, where the condition says all. */
export const refused = (condition: StanzaErrorCondition): ServiceAnswer => ({ kind: 'refused', condition })

/** Answers requests of one kind; `undefined`: nothing that it knows, the next may try. */
export type Service = (request: ServiceRequest) => ServiceAnswer | undefined
