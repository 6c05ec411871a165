import type { XmlLimits } from '../xml/limits.js'

/**
 * What a client may use of the server before it is refused; every refusal is an XMPP error, none a crash. Each has its default in
 * `defaultServerLimits`.
 */
export interface ServerLimits {
  /**
   * One stanza, in bytes; over it the stream ends with policy-violation. At least 10 000 (RFC 6120 §13.12), which is all before
   * somebody has authenticated, but where clients may do that without SASL.
   */
  readonly stanzaBytes: number
  /** Elements of one stanza, itself counted; over it the stream ends with policy-violation. */
  readonly stanzaElements: number
  /** From the accepted connection to a bound resource; over it the stream ends with connection-timeout. */
  readonly unauthenticatedMs: number
  /** Connections at once, bound or not, and sessions that wait to be resumed; one more is closed with resource-constraint. */
  readonly connections: number
  /** Resources of one account at once; one more is refused with resource-constraint (RFC 6120 §7.6.2.1). */
  readonly resourcesPerAccount: number
  /** Failed authentications of one stream; after the last it ends with policy-violation (RFC 6120 §6.4.5). */
  readonly authenticationAttempts: number
  /** Accounts that clients have made for themselves; one more is refused with resource-constraint (XEP-0077). */
  readonly registeredAccounts: number
  /** Contacts of one account; one more is refused with resource-constraint. */
  readonly rosterItems: number
  /** Groups of one contact; more are refused with not-acceptable. */
  readonly groupsPerItem: number
  /** Name of a contact or of a group, in UTF-16 units; more is refused with not-acceptable (RFC 6121 §2.3.3). */
  readonly rosterNameUnits: number
  /** One subscription request, in UTF-16 units of XML, since it is kept until it is answered; a longer one is refused with not-acceptable. */
  readonly requestUnits: number
  /** Addresses that one account blocks; one more is refused with resource-constraint (XEP-0191). */
  readonly blockedAddresses: number
  /** Messages kept for one account that is away; one more comes back with service-unavailable. */
  readonly offlineMessages: number
  /** All of them, in UTF-16 units of what they say, and 64 for each element; one more comes back likewise. */
  readonly offlineUnits: number
  /** Messages in the archive of one account or room; one more takes the place of the oldest (XEP-0313). */
  readonly archivedMessages: number
  /** All of them, in units as those of `offlineUnits`; over it the oldest go. */
  readonly archivedUnits: number
  /** Messages of an archive that one answer brings at most; the rest comes page by page. */
  readonly archivedPage: number
  /** Presences that are held back for a client that nobody looks at; then it gets them all (XEP-0352). */
  readonly heldPresences: number
  /** Addresses to which one resource has sent directed presence; one more comes back with resource-constraint. */
  readonly directedPresences: number
  /**
   * Stanzas of one session that its client has not acknowledged; over it the session ends with policy-violation (XEP-0198). What
   * the client has asked for, and what was kept for it, counts only where as many wait already.
   */
  readonly unacknowledgedStanzas: number
  /** All of them, in units as those of `offlineUnits`; over it the session ends likewise. */
  readonly unacknowledgedUnits: number
  /** Sessions of one account that wait to be resumed; one more ends the one that has waited longest (XEP-0198 §5). */
  readonly hibernatingSessions: number
  /** One card, in UTF-16 units of XML; a longer one is refused with not-acceptable (XEP-0054). */
  readonly vCardUnits: number
  /** Nodes of one account; one more is refused with resource-constraint (XEP-0163). */
  readonly nodes: number
  /** Items of one node; one more takes the place of the oldest. */
  readonly nodeItems: number
  /** One item, in UTF-16 units of XML; a longer one is refused with not-acceptable. */
  readonly nodeItemUnits: number
  /** All items of one node, likewise; one more is refused with resource-constraint. */
  readonly nodeUnits: number
  /** Rooms at once; one more is refused with resource-constraint (XEP-0045). */
  readonly rooms: number
  /**
   * Occupants of one room, less where its owners say so; one more is refused with service-unavailable. With admins and owners
   * they may be twice as many.
   */
  readonly roomOccupants: number
  /** People on the lists of one room; one more is refused with resource-constraint. */
  readonly roomAffiliations: number
  /** Roles and affiliations that one request may change; more are refused with policy-violation. */
  readonly roomChanges: number
  /** Messages that one room shows to those who enter; one more takes the place of the oldest. */
  readonly roomHistory: number
  /** Name, description or password of a room, or why somebody is on a list of it, in UTF-16 units; more is refused with not-acceptable. */
  readonly roomTextUnits: number
  /**
   * Bytes that wait for a client which does not read what others say; over it the connection is cut. What it has asked for, and
   * what was kept for it, comes as fast as it reads, however much that is.
   */
  readonly outboundBytes: number
}

/** Limits of a server that nobody configured. */
export const defaultServerLimits: ServerLimits = {
  stanzaBytes: 262_144,
  stanzaElements: 4096,
  unauthenticatedMs: 60_000,
  connections: 1000,
  resourcesPerAccount: 20,
  authenticationAttempts: 3,
  registeredAccounts: 1000,
  rosterItems: 10_000,
  groupsPerItem: 50,
  rosterNameUnits: 1023,
  requestUnits: 10_000,
  blockedAddresses: 1000,
  offlineMessages: 100,
  offlineUnits: 8 * 1024 * 1024,
  archivedMessages: 1000,
  archivedUnits: 8 * 1024 * 1024,
  archivedPage: 250,
  heldPresences: 1000,
  directedPresences: 1000,
  unacknowledgedStanzas: 1000,
  unacknowledgedUnits: 16 * 1024 * 1024,
  hibernatingSessions: 5,
  vCardUnits: 131_072,
  nodes: 20,
  nodeItems: 1000,
  nodeItemUnits: 131_072,
  nodeUnits: 1_048_576,
  rooms: 100,
  roomOccupants: 200,
  roomAffiliations: 1000,
  roomChanges: 100,
  roomHistory: 20,
  roomTextUnits: 1023,
  outboundBytes: 4 * 1024 * 1024,
}

/** Fills in the defaults. Throws RangeError for a limit that is no positive integer or too low for XMPP. */
export function toServerLimits(limits: Partial<ServerLimits> = {}): ServerLimits {
  const all: ServerLimits = { ...defaultServerLimits, ...limits }
  for (const [name, value] of Object.entries(all)) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`the limit ${name} must be a positive integer`)
  }
  if (all.stanzaBytes < lowestStanzaBytes) {
    throw new RangeError(`the limit stanzaBytes must be at least ${lowestStanzaBytes}`)
  }
  return all
}

const lowestStanzaBytes = 10_000

/** What a client may make the server read: little before it is known who it is. @see RFC 6120 §13.12 */
export function toXmlLimits(
  { stanzaBytes, stanzaElements }: ServerLimits,
  isKnown: boolean,
): Pick<XmlLimits, 'elements' | 'stanzaBytes'> {
  return { elements: stanzaElements, stanzaBytes: isKnown ? stanzaBytes : lowestStanzaBytes }
}
