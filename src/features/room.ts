import { filter, type Observable } from 'rxjs'
import type { ActorRefFrom, SnapshotFrom } from 'xstate'
import type { RoomExit, RoomExitKind } from '../../machines/room-context.js'
import type { roomMachine } from '../../machines/room.js'
import { StanzaError, TransportError, type StanzaErrorCondition, type XmppError } from '../errors.js'
import type { RequestOptions } from '../router/requests.js'
import type { DataForm } from '../stanza/data-form.js'
import type { Jid, JidInput } from '../stanza/jid.js'
import type { TextInput } from '../stanza/language-text.js'
import type { Message, MessageInput } from '../stanza/message.js'
import type { RoomAffiliation, RoomHistory, RoomItem, RoomRole } from '../stanza/muc.js'
import type { Delivery } from './delivery.js'
import type { Occupant, OccupantChange, Occupants } from './occupants.js'
import type { RoomDeeds } from './room-deeds.js'
import type { RoomEar } from './room-ear.js'
import { notIn, type RoomMessages } from './room-messages.js'
import type { RoomPast } from './room-past.js'
import { isSame, toRoomState, type RoomState } from './room-state.js'
import { Steady } from './shown-by.js'
import { givenUp, isAborted, until } from './until.js'

/** How a room is entered. */
export interface JoinOptions {
  /** What one is to be called; the room may make another of it. */
  readonly nickname: string
  /** Of a room that has one; kept for when one comes back. Default none. */
  readonly password?: string | undefined
  /** How much of what was said before is wanted; default what the room gives. */
  readonly history?: RoomHistory | undefined
  /**
   * The `id` of the last message that an earlier run of the app has seen: what came after it is fetched from the room’s archive
   * first, where it has one. Default: what was before is what `history` brings.
   * @see XEP-0313 §6.3
   */
  readonly after?: string | undefined
  /**
   * How the room is to be where it is made by this: values by the names of its configuration form. Default as the service has
   * it.
   * @see XEP-0045 §10.1
   */
  readonly configuration?: RoomConfiguration | undefined
  /** Gives the wish up. */
  readonly signal?: AbortSignal | undefined
}

/** Values by the names of a room’s configuration form, such as `muc#roomconfig_membersonly`. @see XEP-0045 §16.5.3 */
export type RoomConfiguration = Readonly<Record<string, boolean | number | string | readonly string[]>>

/** Something that was said in a room, or to oneself alone. */
export interface RoomMessage {
  /** What the room’s archive calls it, for `join({ after })`; `undefined` where the room says nothing (XEP-0359 §3.1). */
  readonly id: string | undefined
  /** Who said it; `undefined`: the room itself. */
  readonly nickname: string | undefined
  /** Of who said it, the same under whatever nickname; where the room gives such (XEP-0421). */
  readonly occupantId: string | undefined
  /** One has said it in this session, by this client or another under the same nickname. */
  readonly isOwn: boolean
  /** When it was said, in milliseconds since 1970, where that was before one came in, or came out of the archive. */
  readonly moment: number | undefined
  readonly body: string
  readonly message: Message
}

/** What the room is about, by whom. */
export interface RoomSubject {
  /** Empty: nothing in particular. */
  readonly text: string
  readonly nickname: string | undefined
}

/** A message in a room: where it goes, and its type, are known already. */
export type RoomMessageInput = Omit<MessageInput, 'error' | 'errorElement' | 'from' | 'to' | 'type'>

/** Why somebody’s rights change. */
export interface ReasonOptions extends RequestOptions {
  /** For the one whom it is about, and mostly for everybody. Default none. */
  readonly reason?: string | undefined
}

export type RoomActorRef = ActorRefFrom<typeof roomMachine>
type RoomSnapshot = SnapshotFrom<typeof roomMachine>

/** What a room works with. */
export interface RoomParts {
  readonly actor: RoomActorRef
  readonly occupants: Occupants
  readonly ear: RoomEar
  readonly past: RoomPast
  readonly messages: RoomMessages
  readonly deeds: RoomDeeds
  /** What is said at the door, which no chart may know. */
  readonly expect: (options: JoinOptions) => void
  readonly ended: () => void
}

/**
 * One chat room. What asks the room for something rejects with `StanzaError` (`forbidden`: one’s rights do not suffice),
 * `TimeoutError` or `TransportError`.
 */
export class Room {
  /** Bare. */
  readonly jid: Jid
  readonly #parts: RoomParts
  readonly #shown: Steady<RoomSnapshot, RoomState>
  /** Wishes to enter that have not come true. */
  #joining = 0
  /** The end of the change of nickname before. */
  #renaming = Promise.resolve()
  /** Whether the chart has heard the last wish to leave. */
  #hasHeardLeave: (snapshot: RoomSnapshot) => boolean = () => true

  constructor(jid: Jid, parts: RoomParts) {
    this.jid = jid
    this.#parts = parts
    this.#shown = new Steady(parts.actor, toRoomState, isSame)
  }

  /** The same one until something changes. */
  get state(): RoomState {
    return this.#shown.value
  }

  /** Replays; completes on `close()`. The same one each time. */
  get state$(): Observable<RoomState> {
    return this.#shown.value$
  }

  /** Who is there, by nickname; replays. Told as a whole once one is in, and empty while one is not. */
  get occupants$(): Observable<ReadonlyMap<string, Occupant>> {
    return this.#parts.occupants.occupants$
  }

  /** The same as it was told last. */
  get occupants(): ReadonlyMap<string, Occupant> {
    return this.#parts.occupants.view
  }

  /** Who comes, goes and changes, from when one is in. */
  get occupantChange$(): Observable<OccupantChange> {
    return this.#parts.occupants.change$
  }

  /**
   * What is said to everybody, what was said before and one’s own words as the room reflects them included: in order, each once
   * in the life of the client, also where one leaves and enters anew: keep what you show. What was missed while one was not in
   * comes before what is said now.
   */
  get message$(): Observable<RoomMessage> {
    return this.#parts.past.message$
  }

  /** What occupants say to oneself alone (XEP-0045 §7.5). */
  get whisper$(): Observable<RoomMessage> {
    return this.#parts.ear.whisper$
  }

  /** Replays the present one, once it is known. */
  get subject$(): Observable<RoomSubject> {
    return this.#parts.ear.subject$.pipe(filter((subject) => subject !== undefined))
  }

  /**
   * What the room says of itself, by number, such as 104: it was configured anew (XEP-0045 §10.2.1). On entering it warns that
   * everybody sees who one is (100), or that what is said is published (170): who uses a client is to be told so.
   */
  get notice$(): Observable<ReadonlySet<number>> {
    return this.#parts.ear.notice$
  }

  /**
   * Enters; outside a session once there is one. From then on one stays in, through reconnects too, until `leave()`, or until
   * somebody puts one out. Resolves once one is in; where one is already, another nickname is a TypeError. Rejects with why one
   * is not let in: `StanzaError` (`conflict`: the nickname is taken; `not-authorized`: a password is needed, or another;
   * `registration-required`: members alone; `forbidden`: banned; `service-unavailable`: full; `item-not-found`: the room is
   * locked; `not-allowed`: one may not make it), `TimeoutError` (60 s in a session), or `TransportError` (`aborted`).
   * Who was in and comes back by oneself, by the same nickname, is not refused by a room that cannot be reached, or that is silent,
   * nor by one’s own ghost (`conflict`): then it waits along until one is in.
   */
  async join(options: JoinOptions): Promise<void> {
    const { nickname, signal } = options
    const { resource } = this.jid.withResource(nickname)
    if (resource === undefined) throw new RangeError('a nickname cannot be empty')
    const { state } = this
    if (state.status === 'joined' && this.#hasHeardLeave(this.#parts.actor.getSnapshot())) {
      if (state.nickname === resource) return
      throw new TypeError(`${this.jid.toString()} is entered already: changeNickname() takes another name`)
    }
    if (isAborted(signal)) throw givenUp(signal?.reason)
    this.#parts.expect(options)
    const hasHeard = this.#tell({ type: 'room.join', nickname: resource })
    this.#joining += 1
    try {
      await until(this.#parts.actor, (snapshot) => hasHeard(snapshot) && hasJoined(snapshot), signal)
    } catch (error) {
      if (isAborted(signal) && this.#joining === 1) this.#tell({ type: 'room.leave' })
      throw error
    } finally {
      this.#joining -= 1
    }
  }

  /**
   * Leaves, with a word to those who stay. Resolves once the room says so, 5 s later at the latest; rejects with `RangeError`
   * alone, for a word that cannot be said: then one stays.
   */
  async leave({ status }: { readonly status?: TextInput | undefined } = {}): Promise<void> {
    this.#parts.deeds.bid(status)
    const isOut = this.#parts.actor.getSnapshot().matches('outside')
    const hasHeard = this.#tell({ type: 'room.leave' })
    this.#hasHeardLeave = hasHeard
    await until(
      this.#parts.actor,
      (snapshot) => isOut || (hasHeard(snapshot) && !snapshot.matches('leaving')),
    )
  }

  /**
   * Takes another nickname, once it is known what became of those that were asked for before. Rejects with `StanzaError`
   * (`conflict`: it is taken; `not-acceptable`: nobody may change it), `TimeoutError` (30 s), or `TransportError` where one is not in.
   */
  async changeNickname(nickname: string): Promise<void> {
    const { resource } = this.jid.withResource(nickname)
    if (resource === undefined) throw new RangeError('a nickname cannot be empty')
    // The room’s word on one says nothing of another.
    const done = this.#renaming.then(() => this.#rename(resource))
    this.#renaming = done.catch(() => undefined)
    await done
  }

  async #rename(resource: string): Promise<void> {
    const { state } = this
    if (state.status !== 'joined') throw notIn(this.jid, undefined)
    if (state.nickname === resource) return
    const hasHeard = this.#tell({ type: 'room.rename', nickname: resource })
    await until(this.#parts.actor, (snapshot) => {
      if (snapshot.status !== 'active') throw closed()
      if (!hasHeard(snapshot) || snapshot.matches({ joined: { nickname: 'changing' } })) return false
      if (!snapshot.matches('joined')) throw notIn(this.jid, snapshot.context.exit?.error)
      const { refusal } = snapshot.context
      if (refusal !== undefined) throw refusal
      return true
    })
  }

  /**
   * Says something to everybody, once. Its delivery becomes `received` once the room has reflected it, which all others have it
   * by. Where one is about to be in, it waits until one is, and what may have been said already, in a session that was lost or by
   * an earlier process, until the past is told; where one is out, it fails with `TransportError`, or with `UnconfirmedError` where
   * the room may have it; beyond 1 000 that wait with `overflow`. Throws as `client.send` does.
   */
  send(message: RoomMessageInput | string): Delivery {
    return this.#parts.messages.say({ ...toParts(message), to: this.jid, type: 'groupchat' })
  }

  /**
   * Says something to one occupant alone, through the room. What may have left when the session is lost fails with
   * `UnconfirmedError`: nobody tells whether it has arrived, and whose the nickname will be.
   */
  whisper(nickname: string, message: RoomMessageInput | string): Delivery {
    const { payloads = [], ...words } = toParts(message)
    const to = this.jid.withResource(nickname)
    return this.#parts.messages.say({
      ...words,
      to,
      type: 'chat',
      payloads: [...payloads, this.#parts.deeds.whisperMark],
    })
  }

  /** Gives the room another subject; an empty one takes it away. It is so once `subject$` tells. */
  setSubject(text: TextInput): Delivery {
    return this.#parts.messages.say({ to: this.jid, type: 'groupchat', subject: text })
  }

  /**
   * Asks somebody in: through the room, which lets them in where members alone are, or with `direct` from person to person.
   * @see XEP-0045 §7.8, XEP-0249
   */
  invite(
    jid: JidInput,
    options: { readonly reason?: string | undefined; readonly direct?: boolean | undefined } = {},
  ): Delivery {
    return this.#parts.deeds.invite(jid, options)
  }

  /** Puts an occupant out, who may come back. */
  kick(nickname: string, options: ReasonOptions = {}): Promise<void> {
    return this.setRole(nickname, 'none', options)
  }

  /** Keeps somebody out. */
  ban(jid: JidInput, options: ReasonOptions = {}): Promise<void> {
    return this.setAffiliation(jid, 'outcast', options)
  }

  /** Gives an occupant another role, for as long as it stays. @see XEP-0045 §8 */
  setRole(nickname: string, role: RoomRole, options: ReasonOptions = {}): Promise<void> {
    return this.#parts.deeds.setRole(nickname, role, options)
  }

  /** Gives somebody another standing with the room, for good. @see XEP-0045 §9, §10 */
  setAffiliation(jid: JidInput, affiliation: RoomAffiliation, options: ReasonOptions = {}): Promise<void> {
    return this.#parts.deeds.setAffiliation(jid, affiliation, options)
  }

  /** All who have this standing with the room, whether they are there or not. @see XEP-0045 §9.5, §9.8 */
  affiliated(affiliation: RoomAffiliation, options: RequestOptions = {}): Promise<readonly RoomItem[]> {
    return this.#parts.deeds.affiliated(affiliation, options)
  }

  /** The configuration as a form, for an owner. @see XEP-0045 §10.2 */
  configuration(options: RequestOptions = {}): Promise<DataForm> {
    return this.#parts.deeds.configuration(options)
  }

  /** Changes what is named, and leaves the rest as it is. */
  configure(configuration: RoomConfiguration, options: RequestOptions = {}): Promise<void> {
    return this.#parts.deeds.configure(configuration, options)
  }

  /** Ends the room for everybody, with the one that takes its place. @see XEP-0045 §10.9 */
  destroy(options: ReasonOptions & { readonly alternate?: JidInput | undefined } = {}): Promise<void> {
    return this.#parts.deeds.destroy(options)
  }

  /** Leaves without waiting, and forgets the room: its observables complete. */
  close(): void {
    const { actor, ended, past } = this.#parts
    // What waits for its place is left to whoever enters next.
    past.complete()
    const isOut = actor.getSnapshot().matches('outside')
    const hasHeard = this.#tell({ type: 'room.leave' })
    // Stopped from within what it tells, the chart would not hear that one leaves.
    if (isOut || hasHeard(actor.getSnapshot())) actor.stop()
    else queueMicrotask(() => actor.stop())
    ended()
  }

  /**
   * @returns whether the chart has heard it: from within what it tells it hears it only once that is told, and what it shows
   *   is still what was before
   */
  #tell(event: Parameters<RoomActorRef['send']>[0]): (snapshot: RoomSnapshot) => boolean {
    const { actor } = this.#parts
    const before = actor.getSnapshot()
    if (before.status === 'active') actor.send(event)
    return (snapshot) => snapshot !== before || snapshot.status !== 'active'
  }
}

const toParts = (message: RoomMessageInput | string): RoomMessageInput =>
  typeof message === 'object' ? message : { body: message }

/** One is in; throws why one is not. */
function hasJoined(snapshot: RoomSnapshot): boolean {
  if (snapshot.status !== 'active') throw closed()
  if (snapshot.matches('joined')) return true
  if (!snapshot.matches('outside')) return false
  throw toRefusal(snapshot.context.exit)
}

/** Who is put out on the way in is refused, too. */
function toRefusal(exit: RoomExit | undefined): XmppError {
  if (exit === undefined || exit.kind === 'left')
    return new TransportError('aborted', 'the room was left before it was entered')
  const { alternate, by, error, kind, text } = exit
  return error ?? new StanzaError(conditions[kind], 'cancel', { by, text, alternative: alternate })
}

/** What an entrance that is refused at once is answered with. @see XEP-0045 §7.2, §9, §10.9 */
const conditions: Readonly<Record<Exclude<RoomExitKind, 'left'>, StanzaErrorCondition>> = {
  affiliation: 'registration-required',
  banned: 'forbidden',
  destroyed: 'gone',
  error: 'service-unavailable',
  kicked: 'not-allowed',
  'members-only': 'registration-required',
  refused: 'not-allowed',
  shutdown: 'service-unavailable',
}

const closed = () => new TransportError('aborted', 'the room is closed')
