import type { Jid } from '../../stanza/jid.js'
import { toErrorReply, type StanzaErrorInput } from '../../stanza/stanza-error.js'
import type { XmlElement } from '../../xml/element.js'
import { Archive, type ArchivedMessage } from '../archive.js'
import { toEnvelope, type Envelope } from '../envelope.js'
import type { Realm } from '../realm.js'
import { Affiliations } from './affiliations.js'
import { toFirstConfiguration, type RoomConfiguration } from './configuration.js'
import { OccupantIds } from './occupant-ids.js'
import { Occupants, type Occupant } from './occupants.js'
import { PastMessages } from './past-messages.js'
import { RelayedRequests } from './relayed-requests.js'
import type { Standing } from './rules.js'

/** What rooms need of the server that has them. */
export type RoomHost = Pick<
  Realm,
  'accountOf' | 'answer' | 'deliver' | 'limits' | 'nextId' | 'now' | 'refuse'
>

/** The subject of a room: the message that has set it, and who has sent that when. */
export interface Subject {
  readonly element: XmlElement
  readonly from: Jid
  readonly sentAt: Date
}

/** What was said in a room, as its archive keeps it: without the room’s own id. */
export interface ArchivedSpeech extends ArchivedMessage {
  /** The one behind the nickname. */
  readonly speaker: Jid
}

/** What there is of one room; what it means is in the files beside. @see XEP-0045 */
export class Room {
  readonly jid: Jid
  readonly host: RoomHost
  readonly affiliations: Affiliations
  readonly occupants = new Occupants()
  readonly occupantIds = new OccupantIds()
  readonly past: PastMessages
  readonly archive: Archive<ArchivedSpeech>
  readonly requests = new RelayedRequests()
  configuration: RoomConfiguration
  subject: Subject | undefined
  /** An owner has ended it. */
  isDestroyed = false

  constructor(jid: Jid, host: RoomHost) {
    const { roomAffiliations, roomHistory, roomOccupants } = host.limits
    this.jid = jid
    this.host = host
    this.affiliations = new Affiliations(roomAffiliations)
    this.past = new PastMessages(roomHistory)
    this.archive = new Archive(host.limits)
    this.configuration = toFirstConfiguration(roomOccupants)
  }

  /** Whether it goes on: one that is not persistent ends with its last occupant (§7.14). */
  get isAlive(): boolean {
    return !this.isDestroyed && (this.occupants.size > 0 || this.configuration.isPersistent)
  }

  /** What somebody is to the room, and in it. */
  standingOf(jid: Jid): Standing {
    return { affiliation: this.affiliations.of(jid), role: this.occupants.of(jid)?.role ?? 'none' }
  }

  send(element: XmlElement, from: Jid, to: Jid): void {
    this.host.deliver(toEnvelope(element, from, to))
  }

  /** To all sessions of an occupant: they are of one account, which has it once. */
  sendTo({ sessions: [first, ...others] }: Occupant, element: XmlElement, from: Jid): void {
    this.host.deliver({ ...toEnvelope(element, from, first.jid), alsoTo: others.map(({ jid }) => jid) })
  }

  /** To everybody who is in it. */
  broadcast(element: XmlElement, from: Jid): void {
    for (const occupant of this.occupants.all()) this.sendTo(occupant, element, from)
  }

  /** Answers with an error, unless the stanza is itself an answer. */
  refuse({ element, from, to }: Envelope, error: StanzaErrorInput): void {
    const reply = toErrorReply(element, { by: this.jid.toString(), ...error })
    if (reply !== undefined) this.host.deliver({ element: reply, from: to, to: from })
  }
}
