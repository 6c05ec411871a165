import type { ServedFault } from '../../machines/served-facts.js'
import type { Jid } from '../stanza/jid.js'
import type { XmlElement } from '../xml/element.js'
import type { Account } from './account.js'

/** The way to the client of one resource. */
export interface ResourceLink {
  /** @param others who else of the account is sent the same */
  send(element: XmlElement, others: readonly Resource[]): void
  /** Ends the session with a stream error. */
  close(fault: ServedFault): void
}

/** To whom else what is for one resource alone goes. */
export const nobodyElse: readonly Resource[] = []

/** One connected resource of an account: what the server has to remember while its session lasts. */
export class Resource {
  readonly account: Account
  /** The full JID. */
  readonly jid: Jid
  /** That of the session which goes on with it, after a resumption. */
  link: ResourceLink
  /** The last available presence that was broadcast; `undefined`: connected, not available (RFC 6121 §4.2). */
  presence: XmlElement | undefined
  priority = 0
  /** `invisible`: nobody is told that it is there, until it says otherwise (XEP-0186 §3). */
  visibility: 'invisible' | 'visible' = 'visible'
  /** Has asked for the roster and hears of its changes (RFC 6121 §2.1.6); with versions if it asked with one. */
  interest: 'none' | 'plain' | 'versioned' = 'none'
  /** Wants copies of what others of the account say and hear (XEP-0280 §4). */
  carbons = false
  /** Has asked whom the account blocks, and hears of changes (XEP-0191 §3.3). */
  hearsOfBlocking = false
  /** Who has seen directed presence and must hear of the end (RFC 6121 §4.6.2). */
  readonly directed = new Map<string, Jid>()

  constructor(account: Account, jid: Jid, link: ResourceLink) {
    this.account = account
    this.jid = jid
    this.link = link
  }

  /** The resourcepart. */
  get name(): string {
    return this.jid.resource ?? ''
  }

  /** Gets what is for the whole account: available, or there unseen. */
  get isReachable(): boolean {
    return this.presence !== undefined || this.visibility === 'invisible'
  }

  send(element: XmlElement, others = nobodyElse): void {
    this.link.send(element, others)
  }
}
