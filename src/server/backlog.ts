import { TransportError } from '../errors.js'
import type { Outbound } from '../router/outbound.js'
import type { Transport } from '../transport/transport.js'
import type { XmlElement } from '../xml/element.js'
import { serialize } from '../xml/serializer.js'
import type { Realm } from './realm.js'
import type { Resource } from './resource.js'

/** A stanza that its client may not have. */
export interface Unsent {
  readonly element: XmlElement
  readonly sentAt: Date
  /** Other resources that were sent the same. */
  readonly others: readonly Resource[]
}

/** The session whose backlog it is. */
export interface BackloggedSession {
  /** Hears the client no more until that has read: more waits than the connection takes. */
  halt(): void
  /** Nothing waits any more. */
  readOn(): void
  /** Whether the client owes it answers to more than it may. */
  isOwed(): boolean
}

interface Waiting {
  readonly element: XmlElement
  readonly sentAt: Date
  readonly others: readonly Resource[] | undefined
  /** In UTF-16 units; of a burst 0. */
  readonly units: number
}

/**
 * Writes to a client, in order, as fast as it reads: what the connection does not take waits, whether it is what the client
 * has asked for, of any length, or what others say, up to a limit.
 */
export class Backlog {
  readonly #transport: Transport
  readonly #outbound: Outbound
  readonly #limitUnits: number
  readonly #now: () => Date
  readonly #session: BackloggedSession
  #waiting: Waiting[] = []
  /** So many of them the connection has been given, and has not rid itself of. */
  #given = 0
  #units = 0
  #isBurst = false
  #isClosing = false
  #isEnded = false

  /** Half of what may wait is the connection’s, the other half is for what others say meanwhile. */
  constructor(transport: Transport, outbound: Outbound, { limits, now }: Realm, session: BackloggedSession) {
    this.#transport = transport
    this.#outbound = outbound
    this.#limitUnits = limits.outboundBytes / 2
    this.#now = now
    this.#session = session
  }

  /** Something waits to leave. */
  get isBehind(): boolean {
    return this.#waiting.length > 0 && !this.#isEnded
  }

  /** What is written now is what the client has asked for, or what was kept for it. */
  get isBurst(): boolean {
    return this.#isBurst
  }

  /** What is written amid the deed is a burst: the client can have read nothing of it, and what it comes from bounds it. */
  inOneGo(deed: () => void): void {
    const before = this.#isBurst
    this.#isBurst = before || !(this.isBehind || this.#session.isOwed())
    try {
      deed()
    } finally {
      this.#isBurst = before
    }
  }

  /** @param others given: where it does not leave, it may take another way, see `take` */
  write(element: XmlElement, others?: readonly Resource[]): void {
    if (this.#isEnded && others === undefined) return
    if (!this.isBehind && !this.#isEnded && this.#give(element)) return
    const { length } = serialize(element)
    const units = this.#isBurst ? 0 : length
    this.#units += units
    this.#waiting.push({ element, sentAt: this.#now(), others, units })
    if (this.#isEnded) return
    if (this.#units > this.#limitUnits)
      this.#transport.destroy(new TransportError('closed', 'the client does not read what it is sent'))
    if (this.#waiting.length > 1) return
    this.#session.halt()
    this.#transport.pause()
    this.#outbound.whenRoom(this.#goOn)
  }

  /** The connection takes nothing more, and what it had been given is lost with it. */
  endConnection(): void {
    this.#given = 0
    this.#isEnded = true
  }

  /** Everything that the connection has not been given; it will not any more. */
  take(): readonly Unsent[] {
    const waiting = this.#waiting.slice(this.#given)
    this.#waiting = []
    this.#given = 0
    this.#units = 0
    return waiting.flatMap(({ element, others, sentAt }) =>
      others === undefined ? [] : { element, sentAt, others },
    )
  }

  /** Closes the stream behind what waits. */
  close(): void {
    if (this.isBehind) this.#isClosing = true
    else this.#outbound.close()
  }

  readonly #goOn = (error: TransportError | null): void => {
    if (error !== null) {
      // Whatever the client said last is heard, its end among it.
      this.endConnection()
      return this.#readOn()
    }
    for (const { units } of this.#waiting.splice(0, this.#given)) this.#units -= units
    this.#given = 0
    for (const { element } of this.#waiting) {
      if (!this.#give(element)) break
      this.#given += 1
    }
    if (this.isBehind) return this.#outbound.whenRoom(this.#goOn)
    if (this.#isClosing) this.#outbound.close()
    this.#readOn()
  }

  #readOn(): void {
    // First what is held already: more would come on top of it.
    this.#session.readOn()
    if (!this.isBehind) this.#transport.resume()
  }

  #give(element: XmlElement): boolean {
    try {
      this.#outbound.send(element)
      return true
    } catch (error) {
      if (error instanceof TransportError) return false
      throw error
    }
  }
}
