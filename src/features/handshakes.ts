import type { ActorRefFrom } from 'xstate'
import type {
  befriendingMachine,
  BefriendingEvent,
  BefriendingInput,
  ContactFacts,
} from '../../machines/befriending.js'
import { parseJid, type Jid } from '../stanza/jid.js'
import type { Presence } from '../stanza/presence.js'
import { Befriending } from './befriending.js'
import { parseIntent, toIntent } from './befriending-intent.js'
import type { FeatureMemory } from './feature-host.js'

/** Handshakes that may be open at once; one more is a `RangeError`. */
export const openBefriendingLimit = 1_000

/** How facts of handshakes are called. */
const kept = 'befriending:'

type BefriendingActor = ActorRefFrom<typeof befriendingMachine>

/** What the handshakes are made of. */
export interface HandshakesHost {
  readonly startBefriending: (input: BefriendingInput) => BefriendingActor
  /** What is known of a contact now. */
  readonly factsOf: (jid: string) => ContactFacts
  /** The handshake with a contact is over. */
  readonly ended: (jid: string) => void
  /** What outlives the process. */
  readonly memory?: FeatureMemory | undefined
}

/** The handshakes under way, one a contact, each a chart of its own; told here what its contact, its server and the session do. */
export class Handshakes {
  readonly #host: HandshakesHost
  readonly #live = new Map<
    string,
    { readonly handle: Befriending; readonly actor: BefriendingActor; readonly requestId: string }
  >()
  /** Of a session that has a stream, and whose roster is the server’s; `undefined` outside one. */
  #session: { readonly preApproval: boolean } | undefined

  constructor(host: HandshakesHost) {
    this.#host = host
    host.memory?.factsOf(kept, (jid, value) => {
      const intent = parseIntent(jid, value)
      // One too many stays stored, for a process that has fewer under way.
      if (intent === undefined || (!this.#live.has(jid) && this.#live.size >= openBefriendingLimit)) return
      const handle = this.begin(parseJid(jid), intent.input)
      if (intent.isWithdrawn) void handle.withdraw()
    })
  }

  /** The one with a contact, until it is over. */
  find(jid: string): Befriending | undefined {
    return this.#live.get(jid)?.handle
  }

  /**
   * Begins the one with a contact, or gives the one that is under way. One that was taken back and has yet to say so is
   * over: the new one goes on with whatever was asked.
   * @throws RangeError for one more than `openBefriendingLimit`
   */
  begin(jid: Jid, input: BefriendingInput): Befriending {
    const key = input.jid
    const known = this.#live.get(key)
    if (known?.handle.isUnderWay === true) return known.handle
    known?.actor.stop()
    if (this.#live.size >= openBefriendingLimit) {
      throw new RangeError(`more than ${openBefriendingLimit} handshakes are under way`)
    }
    const actor = this.#host.startBefriending(input)
    const handle = new Befriending(jid, actor, () => {
      this.#host.memory?.keepFact(kept + key, toIntent(input, true))
    })
    this.#live.set(key, { handle, actor, requestId: input.requestId })
    this.#host.memory?.keepFact(kept + key, toIntent(input, false))
    void handle.settled.then(() => this.#end(key, handle, actor))
    this.#tellReady(key)
    return handle
  }

  /** The roster is the server’s, and stanzas go both ways. */
  ready(session: { readonly preApproval: boolean }): void {
    this.#session = session
    for (const jid of this.#live.keys()) this.#tellReady(jid)
  }

  /** It is so no longer: there is no session, or none that has a stream for the time being. */
  offline(): void {
    if (this.#session === undefined) return
    this.#session = undefined
    for (const jid of this.#live.keys()) this.#tell(jid, { type: 'session.offline' })
  }

  /** The roster says something new of one contact. */
  change(jid: string): void {
    if (this.#live.has(jid)) this.#tell(jid, { type: 'contact.changed', facts: this.#host.factsOf(jid) })
  }

  /** The roster is a new one. */
  changeAll(): void {
    for (const jid of this.#live.keys()) this.change(jid)
  }

  /** What a contact says; requests are among the facts by now. */
  take(jid: string, { error, id, type }: Presence): void {
    if (type === 'subscribe' || type === 'unsubscribe') this.change(jid)
    else if (type === 'unsubscribed') this.#tell(jid, { type: 'contact.refused' })
    else if (error !== undefined && id === this.#live.get(jid)?.requestId) {
      this.#tell(jid, { type: 'contact.failed', error })
    }
  }

  #tellReady(jid: string): void {
    if (this.#session === undefined) return
    this.#tell(jid, { type: 'session.ready', facts: this.#host.factsOf(jid), ...this.#session })
  }

  #tell(jid: string, event: BefriendingEvent): void {
    const actor = this.#live.get(jid)?.actor
    if (actor?.getSnapshot().status === 'active') actor.send(event)
  }

  #end(jid: string, handle: Befriending, actor: BefriendingActor): void {
    // Where another has begun, what is stored is that one's.
    if (this.#live.get(jid)?.handle !== handle) return
    // One that the end of the client has stopped goes on in the next process.
    if (actor.getSnapshot().status !== 'stopped') this.#host.memory?.keepFact(kept + jid, null)
    this.#live.delete(jid)
    this.#host.ended(jid)
  }
}
