import { assign, fromPromise, type SnapshotFrom } from 'xstate'
import type { Observable } from 'rxjs'
import { defaultRoomTimeouts, isSettled, type RoomTimeouts } from '../../machines/room-context.js'
import { roomMachine } from '../../machines/room.js'
import { toTimeouts, type Given } from '../../machines/timeouts.js'
import { TransportError, type XmppError } from '../errors.js'
import { Channel } from '../router/channel.js'
import { findDirectInvitation } from '../stanza/direct-invitation.js'
import { toJid, type Jid, type JidInput } from '../stanza/jid.js'
import type { Message } from '../stanza/message.js'
import { findRoomUser, toRoomUserElement, type RoomUser } from '../stanza/muc.js'
import type { PresenceInput } from '../stanza/presence.js'
import * as ns from '../xml/namespaces.js'
import { announce } from './announcement.js'
import { ArchiveQueries } from './archive-queries.js'
import type { ClientState } from './client-state.js'
import type { Delivery } from './delivery.js'
import type { FeatureHost } from './feature-host.js'
import { forgetRoom } from './forgotten-rooms.js'
import { Occupants } from './occupants.js'
import { RoomAnswers } from './room-answers.js'
import { RoomDeeds, unlessUnsendable } from './room-deeds.js'
import { RoomEar } from './room-ear.js'
import { RoomGate } from './room-gate.js'
import type { RoomStanding } from './room-messages.js'
import { RoomPast } from './room-past.js'
import { Room, type JoinOptions, type RoomActorRef } from './room.js'

/** What `muc` works with. */
export interface MucOptions {
  /** Waits of every room, in milliseconds; default `defaultRoomTimeouts`. */
  readonly timeouts?: Given<RoomTimeouts> | undefined
}

/** Somebody asks one into a room. Anybody can: what it says is their word alone. */
export interface RoomInvitation {
  readonly room: Jid
  /** Who asks; as the room says, where it came through the room. */
  readonly from: Jid | undefined
  readonly reason: string | undefined
  /** For `join`. */
  readonly password: string | undefined
  /** From person to person, rather than through the room. */
  readonly isDirect: boolean
}

/** Somebody whom one has asked into a room says no. @see XEP-0045 §7.8.2 */
export interface RoomDecline {
  readonly room: Jid
  /** Who it was, as the room says. */
  readonly from: Jid | undefined
  readonly reason: string | undefined
}

/** Chat rooms. @see XEP-0045 */
export interface MucFeature {
  /**
   * A room by its bare address, begun where there is none; nothing is sent before `join`.
   * @throws RangeError for an address that cannot be prepared, or that names nobody at a service
   */
  readonly room: (jid: JidInput) => Room
  /** Those who ask one in. */
  readonly invitation$: Observable<RoomInvitation>
  /** Those who were asked in through a room, and say no. */
  readonly decline$: Observable<RoomDecline>
  /** Says no, through the room; to who has asked directly nothing is said (XEP-0249 §4). */
  readonly decline: (
    invitation: RoomInvitation,
    options?: { readonly reason?: string | undefined },
  ) => Delivery | undefined
}

interface Live {
  readonly room: Room
  readonly actor: RoomActorRef
  readonly ear: RoomEar
  readonly deeds: RoomDeeds
}

/**
 * Chat rooms for a client: `client.use(muc)`, before it connects. What is sent to everybody in a room, by `client.send` too, waits
 * while one is on the way in; what an earlier process has left for any room, until it is entered.
 * @throws RangeError for a time-out that no timer can count
 * @example
 * const room = client.use(muc).room('tea@conference.example.test')
 * room.message$.subscribe(({ nickname, body }) => console.log(`${nickname}: ${body}`))
 * await room.join({ nickname: 'Alice' })
 * room.send('Hello')
 * @see XEP-0045, XEP-0249, XEP-0410
 */
export function muc(host: FeatureHost, options: MucOptions = {}): MucFeature {
  const { bus, send } = host
  const timeouts = toTimeouts(defaultRoomTimeouts, options.timeouts)
  announce(host, ns.room, ns.directInvitation)
  const live = new Map<string, Live>()
  const queries = new ArchiveQueries(host)
  const gate = RoomGate.before(host)
  const answers = new RoomAnswers()
  /** Why there will be no session unless the app asks for one. */
  let halt: XmppError | undefined
  /** What was said to everybody last. */
  let announced: PresenceInput | undefined
  const invitations = new Channel<RoomInvitation>()
  const declines = new Channel<RoomDecline>()

  const tellOfHalt = (actor: RoomActorRef) => {
    if (halt === undefined || !actor.getSnapshot().matches('waiting')) return
    actor.send({ type: 'session.halted', error: halt })
  }

  const begin = (jid: Jid): Live => {
    const key = jid.toString()
    const occupants = new Occupants()
    const deeds = new RoomDeeds(jid, host, answers)
    const messages = gate.of(jid)
    const forgetAll = () => {
      occupants.clear()
      forgetRoom(bus, jid)
    }
    const wishedIn = ({ context }: { readonly context: { readonly wished: string | undefined } }) =>
      context.wished ?? ''
    const machine = roomMachine.provide({
      actors: {
        openRoom: fromPromise(({ signal }) => deeds.open({ signal, timeoutMs: Infinity })),
        selfPing: fromPromise(({ signal }) =>
          deeds.pingSelf(wishedIn(actor.getSnapshot()), { signal, timeoutMs: Infinity }),
        ),
        fetchPage: fromPromise(({ signal }) => past.fetchPage(signal)),
      },
      actions: {
        sendEntrance: (args) =>
          unlessUnsendable(() => deeds.enter(wishedIn(args), past.spokenAt, messages.doubtfulSince)),
        sendNickname: (args) => unlessUnsendable(() => deeds.present(wishedIn(args))),
        sendExit: (args) => unlessUnsendable(() => deeds.exit(wishedIn(args))),
        forgetFormerOccupants: forgetAll,
        forgetOccupants: () => {
          forgetAll()
          // Those in a room that has put one out, or not let one in, are answered no more.
          host.presence.forget(jid)
        },
        measureSilence: assign(() => ({ silentMs: performance.now() - ear.heardMs })),
      },
    })
    const seed = Math.trunc(Math.random() * 2 ** 31)
    const actor = host.start(machine, { id: `room:${key}`, input: { jid: key, timeouts, seed } })
    const past: RoomPast = new RoomPast(jid, queries, (archived) => ear.readArchived(archived))
    const server = () => bus.account && toJid(bus.account.bare).domain
    const ear = new RoomEar(actor, occupants, messages, server, past)
    const end = () => {
      if (live.get(key)?.actor === actor) live.delete(key)
      occupants.clear()
      occupants.complete()
      ear.complete()
      past.complete()
    }
    messages.attach(toStanding(actor))
    let last = actor.getSnapshot()
    actor.subscribe({
      next: (snapshot) => {
        const isOut = snapshot.matches('outside')
        // What waits when there will be no session goes on waiting, where something keeps it.
        const isPutOut = isOut && !last.matches('outside') && halt === undefined
        last = snapshot
        if (snapshot.matches('joined')) {
          messages.flush()
          catchUp(actor, deeds, announced)
        }
        if (isPutOut) messages.fail()
        const isTold = snapshot.matches({ joined: { past: 'told' } })
        // What comes while one leaves waits for nothing, nor does what came before it.
        const isToldAll = isTold || isOut || snapshot.matches('leaving')
        if (isToldAll) past.release(snapshot.matches({ joined: { past: { told: 'whole' } } }))
        tellOfHalt(actor)
      },
      complete: end,
    })
    const room = new Room(jid, {
      actor,
      occupants,
      ear,
      past,
      messages,
      deeds,
      expect: (door) => {
        deeds.expect(door)
        if (beginsAnew(actor.getSnapshot(), door)) past.begin(door.after)
      },
      ended: () => {
        gate.forget(jid, messages)
        end()
      },
    })
    return { room, actor, ear, deeds }
  }

  const tell = ({ actor }: Live, event: Parameters<RoomActorRef['send']>[0]) => {
    if (actor.getSnapshot().status === 'active') actor.send(event)
  }
  const tellAll = (event: Parameters<RoomActorRef['send']>[0]) => {
    for (const each of live.values()) tell(each, event)
  }
  /** Whom one asks in who is in. @see XEP-0249 §4 */
  const isIn = ({ room }: RoomInvitation) =>
    live.get(room.toString())?.actor.getSnapshot().matches('joined') ?? false
  let standing: 'live' | 'none' | 'suspended' = 'none'
  bus.session$.subscribe((next) => {
    if (standing === 'none' && next === 'live') {
      answers.forget()
      gate.recall()
    }
    standing = next
    tellAll({ type: `session.${next}` })
  })
  host.state$.subscribe((state) => {
    // Whoever says goodbye to all is out of every room by that, and wants to be in again with the next session.
    if (state.status === 'closing') tellAll({ type: 'session.none' })
    halt = toHalt(state)
    for (const each of live.values()) tellOfHalt(each.actor)
  })
  host.presence.announced$.subscribe((presence) => {
    announced = presence
    for (const { actor, deeds } of live.values()) catchUp(actor, deeds, announced)
  })
  bus.attend(({ bare }) => live.get(bare.toString())?.ear.hears ?? false)
  bus.presence$.subscribe((presence) => {
    const key = presence.from?.bare.toString() ?? ''
    // Who begins a room anew has the answers to whoever has closed it counted already.
    const answer = answers.take(key, presence)
    live.get(key)?.ear.takePresence(presence, answer)
  })
  bus.message$.subscribe({
    next: (message) => {
      live.get(message.from?.bare.toString() ?? '')?.ear.takeMessage(message)
      if (!isToOne(message)) return
      const user = findWordOfRoom(message)
      for (const invitation of toInvitations(message, user))
        if (!isIn(invitation)) invitations.next(invitation)
      for (const decline of toDeclines(message, user)) declines.next(decline)
    },
    complete: () => {
      invitations.complete()
      declines.complete()
    },
  })

  return {
    room: (input) => {
      const { bare } = toJid(input)
      if (bare.local === undefined) throw new RangeError(`${bare.toString()} is a service, and no room`)
      const key = bare.toString()
      const known = live.get(key)
      if (known !== undefined) return known.room
      const begun = begin(bare)
      live.set(key, begun)
      if (standing === 'live') tell(begun, { type: 'session.live' })
      return begun.room
    },
    invitation$: invitations.stream$,
    decline$: declines.stream$,
    decline: ({ from: to, isDirect, room }, { reason } = {}) =>
      isDirect || to === undefined
        ? undefined
        : send({ to: room, payloads: [toRoomUserElement({ declines: [{ to, reason }] })] }),
  }
}

/** As the messages of a room have to know it. */
const toStanding = (actor: RoomActorRef): RoomStanding => {
  const where = () => {
    const snapshot = actor.getSnapshot()
    const isOut = snapshot.matches('outside') || snapshot.matches({ leaving: 'asked' })
    if (snapshot.status !== 'active' || isOut) return 'outside'
    if (!snapshot.matches('joined')) return 'entering'
    return snapshot.matches({ joined: { past: 'told' } }) ? 'current' : 'inside'
  }
  return {
    where,
    cause: () => actor.getSnapshot().context.exit?.error,
    lost: () => {
      if (where() !== 'outside') actor.send({ type: 'room.lost' })
      return where() === 'entering'
    },
  }
}

/**
 * What was said to everybody since one came in is said there, too. While another nickname is asked for it waits: under the
 * one of before it would ask for that again (§7.6).
 * @see XEP-0045 §7.7
 */
function catchUp(actor: RoomActorRef, deeds: RoomDeeds, announced: PresenceInput | undefined): void {
  const { context } = actor.getSnapshot()
  const { self } = context
  if (self === undefined || !isSettled(context)) return
  unlessUnsendable(() => deeds.catchUp(self.nickname, announced))
}

/** Who has left, and comes again, says anew how much of the past is wanted; who was put out goes on where nothing is said. */
function beginsAnew(snapshot: SnapshotFrom<typeof roomMachine>, { after, history }: JoinOptions): boolean {
  const { exit } = snapshot.context
  if (!snapshot.matches('outside') && !snapshot.matches('leaving')) return false
  return exit === undefined || exit.kind === 'left' || after !== undefined || history !== undefined
}

/** Why there is no session to wait for. */
function toHalt(state: ClientState): XmppError | undefined {
  if (state.status === 'halted') return state.error
  return state.status === 'removed' ? new TransportError('aborted', 'the account is removed') : undefined
}

const isToOne = ({ payloads, type }: Message): boolean =>
  payloads.length > 0 && type !== 'error' && type !== 'groupchat'

/** What a room itself says to one alone. */
const findWordOfRoom = ({ from, payloads }: Message): RoomUser | undefined =>
  from?.local !== undefined && from.resource === undefined ? findRoomUser(payloads) : undefined

/** Only the room can pass it on. @see XEP-0045 §7.8.2 */
function toDeclines({ from: room }: Message, user: RoomUser | undefined): readonly RoomDecline[] {
  if (room === undefined || user === undefined) return []
  return user.declines.map(({ from, reason }) => ({ room, from, reason }))
}

/** Through the room only the room can ask. @see XEP-0045 §7.8, XEP-0249 §3 */
function toInvitations({ from, payloads }: Message, user: RoomUser | undefined): readonly RoomInvitation[] {
  if (from === undefined) return []
  const mediated = (user?.invitations ?? []).map((invitation) => ({
    room: from,
    from: invitation.from,
    reason: invitation.reason,
    password: user?.password,
    isDirect: false,
  }))
  // A room may say the same in both words, for who knows only the one (XEP-0249 §2).
  const direct = mediated.length > 0 ? undefined : findDirectInvitation(payloads)
  if (direct === undefined || direct.room.local === undefined) return mediated
  const { password, reason, room } = direct
  return [{ room, from, reason, password, isDirect: true }]
}
