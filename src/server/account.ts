import type { Jid } from '../stanza/jid.js'
import type { XmlElement } from '../xml/element.js'
import { Archive } from './archive.js'
import { Blocklist } from './blocklist.js'
import { Nodes } from './nodes.js'
import type { ServerLimits } from './limits.js'
import type { AddresseeFacts } from './routing.js'
import type { Resource } from './resource.js'
import { Resumptions } from './resumptions.js'
import type { Roster } from './roster-store.js'

/** One user of the server, with everything that outlives a session. */
export class Account {
  /** The bare JID. */
  readonly jid: Jid
  readonly roster: Roster
  /** Connected resources by resourcepart. */
  readonly resources = new Map<string, Resource>()
  /** Subscription requests that the user has not answered, by the bare JID of who asks (RFC 6121 §3.1.3). */
  readonly requests = new Map<string, XmlElement>()
  /** Messages for a user who is away, oldest first, already stamped with their delay. */
  readonly offline: XmlElement[] = []
  /** What they weigh. */
  offlineUnits = 0
  /** Messages that a resource has left behind untaken, and others have, or have copies of (XEP-0198 §4, XEP-0280). */
  readonly leftToOthers = new WeakSet<XmlElement>()
  /** Sessions that can be resumed. */
  readonly resumptions: Resumptions
  readonly archive: Archive
  readonly blocklist: Blocklist
  readonly nodes: Nodes
  /** What the user says of themselves, for everybody to read (XEP-0054). */
  vCard: XmlElement | undefined
  /** The next login is refused, whatever the password. */
  refusesNextLogin = false
  /** When somebody was there last, and the words with which they left; `undefined`: never, as far as the server knows. */
  left: { readonly at: Date; readonly status: string | undefined } | undefined

  constructor(jid: Jid, roster: Roster, limits: ServerLimits) {
    this.jid = jid
    this.roster = roster
    this.resumptions = new Resumptions(limits.hibernatingSessions)
    this.archive = new Archive(limits)
    this.blocklist = new Blocklist(jid, limits.blockedAddresses)
    this.nodes = new Nodes(limits)
  }

  /** Whether somebody sees its presence whenever it is announced: the account itself, and its subscribers. */
  mayBeSeenBy(jid: Jid): boolean {
    return jid.bare.equals(this.jid) || this.roster.stateOf(jid.bare).from === 'subscribed'
  }

  /** Whether somebody may read a node of this name, be it there or not. @see XEP-0060 §4.5 */
  showsNode(name: string, jid: Jid): boolean {
    const access = this.nodes.get(name)?.access ?? 'presence'
    if (access === 'whitelist') return jid.bare.equals(this.jid)
    return access === 'open' || this.mayBeSeenBy(jid)
  }

  /** Whether a login whose password is right is the one to be refused; it is no longer, once it was asked for. */
  takeRefusal(): boolean {
    const refuses = this.refusesNextLogin
    this.refusesNextLogin = false
    return refuses
  }

  /** Resources whose available presence is known to the server. */
  available(): readonly Resource[] {
    return [...this.resources.values()].filter((resource) => resource.presence !== undefined)
  }

  /** Resources that get what is for the whole account. */
  reachable(): readonly Resource[] {
    return [...this.resources.values()].filter((resource) => resource.isReachable)
  }

  /** Resources that have asked for the roster. */
  interested(): readonly Resource[] {
    return [...this.resources.values()].filter((resource) => resource.interest !== 'none')
  }

  /** What routing needs to know, for a stanza addressed with or without a resource. */
  facts(resource: string | undefined): AddresseeFacts {
    return {
      exists: true,
      resource,
      resources: [...this.resources.values()].map((one) => ({
        resource: one.name,
        priority: one.isReachable ? one.priority : undefined,
      })),
    }
  }
}
