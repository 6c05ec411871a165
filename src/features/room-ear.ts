import type { Observable } from 'rxjs'
import type { RoomEvent, RoomExit, RoomExitKind } from '../../machines/room-context.js'
import { Channel, StateChannel } from '../router/channel.js'
import { findDelay, findDelayBy } from '../stanza/delay.js'
import type { Message } from '../stanza/message.js'
import { findRoomUser, type RoomUser } from '../stanza/muc.js'
import type { Presence } from '../stanza/presence.js'
import { findOriginId, findStanzaId } from '../stanza/stanza-id.js'
import type { XmlElement } from '../xml/element.js'
import { forgetOldest } from './forget-oldest.js'
import type { Occupants } from './occupants.js'
import { renamedStatus, selfStatus, type RoomAnswer } from './room-answers.js'
import { awaitedReflectionLimit, type RoomMessages } from './room-messages.js'
import type { RoomPast, RoomPlace } from './room-past.js'
import type { RoomActorRef, RoomMessage, RoomSubject } from './room.js'
import type { ArchivedMessage } from './timeline.js'

/** What the numbers mean that a room gives with the presence of who is out. @see XEP-0045 §16.6.2 */
const exitKinds: readonly (readonly [number, RoomExitKind])[] = [
  [333, 'error'],
  [332, 'shutdown'],
  [301, 'banned'],
  [307, 'kicked'],
  [321, 'affiliation'],
  [322, 'members-only'],
]
const created = 201
const rewritten = 210
/** What is said of oneself alone: the rest is what one is warned of on entering. @see XEP-0045 §7.2.3, §7.2.12 */
const ofSelf: ReadonlySet<number> = new Set([selfStatus, created, rewritten])

/** Hears what one room says, and tells of it. */
export class RoomEar {
  readonly #actor: RoomActorRef
  readonly #occupants: Occupants
  readonly #messages: RoomMessages
  readonly #server: () => string | undefined
  readonly #whispered = new Channel<RoomMessage>()
  readonly #noticed = new Channel<ReadonlySet<number>>()
  readonly #subject = new StateChannel<RoomSubject | undefined>(undefined)
  /** When the room was heard last, by the clock that never jumps. */
  heardMs = 0
  readonly #past: RoomPast
  /** One’s own words: by what name, with which id, and what. */
  readonly #reflected = new Set<string>()

  /** @param server the address of one’s own */
  constructor(
    actor: RoomActorRef,
    occupants: Occupants,
    messages: RoomMessages,
    server: () => string | undefined,
    past: RoomPast,
  ) {
    this.#past = past
    this.#server = server
    this.#actor = actor
    this.#occupants = occupants
    this.#messages = messages
  }

  get whisper$(): Observable<RoomMessage> {
    return this.#whispered.stream$
  }

  get subject$(): Observable<RoomSubject | undefined> {
    return this.#subject.stream$
  }

  get notice$(): Observable<ReadonlySet<number>> {
    return this.#noticed.stream$
  }

  complete(): void {
    for (const channel of [this.#whispered, this.#noticed, this.#subject]) channel.complete()
  }

  /** @param answer what it answers of one’s own, where that is known */
  takePresence(presence: Presence, answer: RoomAnswer | undefined): void {
    if (!this.#listens()) return
    // Whoever gives one’s own back need not be the room: a server that does not reach it does so in its name.
    if (presence.type !== 'error') this.#hear()
    if (answer === 'outdated') return
    const { error, from, payloads, type } = presence
    const nickname = from?.resource
    const { context } = this.#actor.getSnapshot()
    if (type === 'error') {
      // Another nickname is refused by the name that is wished, or by the one that one has (§7.6).
      const isAnswer =
        nickname === undefined || nickname === context.wished || nickname === context.self?.nickname
      if (error !== undefined && isAnswer) this.#know({ type: 'room.refused', error })
    } else if (nickname !== undefined) {
      const user = findRoomUser(payloads) ?? nothing
      const isMarked = user.statuses.has(selfStatus)
      const known = this.#occupants.formerOf(nickname) ?? nickname
      const named = context.self?.nickname
      // Another device of one’s own may go on under the name that one is about to change.
      const isOf = (own: string | undefined) => known === own && !this.#occupants.isChanging(nickname)
      if (type === undefined) this.#present(nickname, presence, user, isMarked || isOf(named))
      // Who is put out is not always told so by number, on the way in neither (§9.1, §10.9).
      else if (type === 'unavailable')
        this.#absent(nickname, presence, user, isMarked || isOf(named ?? context.wished), answer)
    }
  }

  #present(nickname: string, presence: Presence, user: RoomUser, isSelf: boolean): void {
    const snapshot = this.#actor.getSnapshot()
    // Who is there is told anew to whoever enters: what comes on the way out, or before, says nothing of that.
    if (snapshot.matches('leaving') || snapshot.matches('returning')) return
    const former = snapshot.context.self?.nickname
    const isOther = isSelf && former !== undefined && former !== nickname
    if (isOther && this.#occupants.get(former)?.isSelf === true) this.#occupants.rename(former, nickname)
    this.#occupants.put(nickname, presence, user, isSelf)
    if (!isSelf) return
    this.#occupants.tell(presence)
    const { affiliation = 'none', role = 'none' } = user.item ?? {}
    const { statuses } = user
    const isNew = statuses.has(created)
    if (isOther || statuses.has(rewritten)) this.#know({ type: 'self.renamed', nickname })
    const { knowsLast } = this.#past
    this.#know({ type: 'self.present', self: { nickname, role, affiliation, isNew }, knowsLast })
    const warnings = new Set([...statuses].filter((number) => !ofSelf.has(number)))
    if (warnings.size > 0) this.#noticed.next(warnings)
  }

  #absent(
    nickname: string,
    presence: Presence,
    user: RoomUser,
    isSelf: boolean,
    answer: RoomAnswer | undefined,
  ): void {
    const isRenamed = user.statuses.has(renamedStatus)
    const next = isRenamed ? user.item?.nickname : undefined
    // One’s own other name is that once one is there by it.
    if (next !== undefined) return this.#occupants.rename(nickname, next)
    const exit = toExit(user, presence)
    this.#occupants.remove(nickname, exit, () => {
      // Which name one has now, one’s next presence says.
      if (isSelf && !isRenamed) this.#know({ type: 'self.absent', exit, answersExit: answer === 'exit' })
    })
  }

  takeMessage(message: Message): void {
    const { body, from, payloads, subject, thread, type } = message
    const nickname = from?.resource
    // One’s standing may change while one is outside (§18.1).
    if (nickname === undefined && type !== 'error') {
      const { statuses } = findRoomUser(payloads) ?? nothing
      if (statuses.size > 0) this.#noticed.next(statuses)
    }
    if (!this.hears) return
    if (type !== 'error') this.#hear()
    if (type === 'groupchat') {
      const said = this.#read(message)
      if (body !== undefined) this.#past.take({ ...said, body }, this.#place())
      else if (subject !== undefined && thread === undefined) {
        // All that was said before it is told.
        this.#past.noteSilence(this.#place())
        this.#subject.next({ text: subject, nickname })
        this.#know({ type: 'room.current' })
      }
    } else if (type !== 'error' && nickname !== undefined && body !== undefined)
      this.#whispered.next({ ...this.#read(message), body })
  }

  /** What the archive has, as it was said; what others wrote in the name of the room is nothing that it has. */
  readArchived(archived: readonly ArchivedMessage[]): readonly RoomMessage[] {
    const { jid } = this.#actor.getSnapshot().context
    return archived.flatMap(({ id, message, moment }) => {
      const { body, from, type } = message
      if (body === undefined || type !== 'groupchat' || from?.bare.toString() !== jid) return []
      return [{ ...this.#read(message, moment), id, body }]
    })
  }

  #place(): RoomPlace {
    const snapshot = this.#actor.getSnapshot()
    if (snapshot.hasTag('holding'))
      return snapshot.matches({ joined: { past: { recalling: 'hearing' } } }) ? 'heldAsPast' : 'heldAsSaid'
    const isOnWayIn = snapshot.matches('waiting') || snapshot.matches('joining')
    if (isOnWayIn && this.#past.knowsLast) return 'heldAsSaid'
    const isNext =
      snapshot.matches({ joined: { past: 'telling' } }) ||
      snapshot.matches({ joined: { past: { told: 'whole' } } })
    return isNext ? 'next' : 'somewhere'
  }

  /** Who says it, and when; one’s own words are known by their id, since somebody else may have had the name before. */
  #read(message: Message, archived?: number): Omit<RoomMessage, 'body'> {
    const { from, id, payloads } = message
    const { jid, self, wished } = this.#actor.getSnapshot().context
    const nickname = from?.resource
    const moment = archived ?? this.#momentOf(payloads)
    const name = findOriginId(payloads) ?? id
    const isMine = nickname !== undefined && nickname === (self?.nickname ?? wished)
    const isReflected = name !== undefined && this.#isReflected(name, isMine, message)
    const isOwn = isReflected || (isMine && moment === undefined)
    return {
      id: findStanzaId(payloads, jid),
      nickname,
      occupantId: this.#occupants.idOf(payloads),
      isOwn,
      moment,
      message,
    }
  }

  /** The past may have again what was reflected, and what waits is told by the copy that comes first in it. */
  #isReflected(name: string, isMine: boolean, { body, from }: Message): boolean {
    const said = JSON.stringify([from?.toString(), name, body])
    if (!this.#messages.reflected(name, isMine, body)) return this.#reflected.has(said)
    this.#reflected.add(said)
    if (this.#reflected.size > awaitedReflectionLimit) forgetOldest(this.#reflected)
    return true
  }

  /**
   * When the room has held it back, or one’s own server: others may write what they like. While the past is told it is from
   * before in any case, though the room may not say that it is its word.
   */
  #momentOf(payloads: readonly XmlElement[]): number | undefined {
    const snapshot = this.#actor.getSnapshot()
    const { jid } = snapshot.context
    const delay = findDelayBy(payloads, (holder) => holder === jid || holder === this.#server())
    if (delay !== undefined) return delay.moment
    return snapshot.matches({ joined: { past: 'told' } }) ? undefined : findDelay(payloads)?.moment
  }

  /** Whoever was asked answers by whatever it says; else it is enough to know when that was. */
  #hear(): void {
    this.heardMs = performance.now()
    if (this.#actor.getSnapshot().context.isUnheard) this.#know({ type: 'room.heard' })
  }

  /** Whoever is told of something may have closed the room by that. */
  #know(event: RoomEvent): void {
    if (this.#actor.getSnapshot().status === 'active') this.#actor.send(event)
  }

  /** What is said is heard: also what still comes while one says goodbye to all, or before the word that one is in. */
  get hears(): boolean {
    return this.#listens() || this.#actor.getSnapshot().matches('waiting')
  }

  /** What comes after one has left says nothing of now. */
  #listens(): boolean {
    const snapshot = this.#actor.getSnapshot()
    return snapshot.status === 'active' && !snapshot.matches('outside') && !snapshot.matches('waiting')
  }
}

const nothing: RoomUser = {
  item: undefined,
  statuses: new Set(),
  destruction: undefined,
  invitations: [],
  declines: [],
  password: undefined,
}

function toExit({ destruction, item, statuses }: RoomUser, { status }: Presence): RoomExit {
  const actor = item?.actor
  const by = actor?.nickname ?? actor?.jid?.toString()
  if (destruction !== undefined) {
    const { alternate, reason: text } = destruction
    return { kind: 'destroyed', by, text, alternate: alternate?.toString(), error: undefined }
  }
  const [, kind = 'left'] = exitKinds.find(([number]) => statuses.has(number)) ?? []
  return { kind, by, text: item?.reason ?? status, alternate: undefined, error: undefined }
}
