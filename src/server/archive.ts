import type { ArchiveQuery } from '../stanza/archive.js'
import type { Jid } from '../stanza/jid.js'
import type { PageRequest } from '../stanza/result-set.js'
import type { XmlElement } from '../xml/element.js'
import type { ServerLimits } from './limits.js'
import { weigh } from './weigh.js'

/** A message as the archive of an account or a room keeps it. */
export interface ArchivedMessage {
  readonly id: string
  readonly moment: number
  readonly from: Jid
  readonly to: Jid
  readonly element: XmlElement
}

/** A part of what was asked for, oldest first. */
export interface ArchivedPage<Archived = ArchivedMessage> {
  readonly messages: readonly Archived[]
  /** Where its first message stands among all that match. */
  readonly index: number
  readonly count: number
  /** Nothing follows in the direction of paging. */
  readonly complete: boolean
}

export type ArchiveLimits = Pick<ServerLimits, 'archivedMessages' | 'archivedUnits'>

/** The messages of one account or room, in the order in which they passed; the oldest go first (XEP-0313 §3). */
export class Archive<Archived extends ArchivedMessage = ArchivedMessage> {
  readonly #limits: ArchiveLimits
  readonly #messages: Archived[] = []
  #units = 0

  constructor(limits: ArchiveLimits) {
    this.#limits = limits
  }

  add(message: Archived): void {
    this.#messages.push(message)
    this.#units += weigh(message.element)
    const { archivedMessages, archivedUnits } = this.#limits
    while (this.#messages.length > archivedMessages || this.#units > archivedUnits) {
      const oldest = this.#messages.shift()
      if (oldest !== undefined) this.#units -= weigh(oldest.element)
    }
  }

  /** @returns `undefined` where it does not have the message that the page is counted from (XEP-0313 §4.3.2) */
  find(
    filter: ArchiveQuery['filter'],
    page: PageRequest,
    pageLimit: number,
  ): ArchivedPage<Archived> | undefined {
    const { after, before } = page
    for (const id of [after, before])
      if (id && this.#messages.every((message) => message.id !== id)) return undefined
    const isWanted = toCondition(filter)
    const from = after === undefined ? 0 : this.#messages.findIndex(({ id }) => id === after) + 1
    const to = before ? this.#messages.findIndex(({ id }) => id === before) : this.#messages.length
    const matches = this.#messages.filter(isWanted)
    const within = this.#messages.slice(from, to).filter(isWanted)
    const size = Math.min(page.max ?? pageLimit, pageLimit)
    const messages =
      before === undefined ? within.slice(0, size) : within.slice(Math.max(0, within.length - size))
    const [first] = messages
    return {
      messages,
      index: first === undefined ? 0 : matches.indexOf(first),
      count: matches.length,
      complete: messages.length === within.length,
    }
  }
}

function toCondition({
  with: jid,
  start,
  end,
}: ArchiveQuery['filter']): (message: ArchivedMessage) => boolean {
  const isWith = (other: Jid) =>
    jid !== undefined && (jid.resource === undefined ? other.bare.equals(jid) : other.equals(jid))
  return ({ moment, from, to }) =>
    (start === undefined || moment >= start) &&
    (end === undefined || moment <= end) &&
    (jid === undefined || isWith(from) || isWith(to))
}
