import type { XmppError } from '../src/errors.js'
import type { RoomAffiliation, RoomRole } from '../src/stanza/muc.js'
import { draw } from './policy.js'

/** Every wait of a room, in milliseconds. */
export interface RoomTimeouts {
  /** From the wish to enter until the room says that one is in; default 60 000. */
  readonly joinMs: number
  /** The answer to how a new room is to be; default 30 000. */
  readonly configureMs: number
  /** The subject, which ends what is told of the past; default 60 000. */
  readonly historyMs: number
  /** One answer of the room’s archive, with the messages before it; default 30 000. */
  readonly pageMs: number
  /** The room’s word on another nickname; default 30 000. */
  readonly renameMs: number
  /** The room’s word that one has left; default 5 000. */
  readonly leaveMs: number
  /** Silence after which one asks whether one is still in; default 900 000 (XEP-0410 §3). */
  readonly quietMs: number
  /** The answer to that; default 30 000. */
  readonly probeMs: number
  /** Until it is asked again where nobody has answered; default 60 000. */
  readonly retryMs: number
  /**
   * Until one enters again whom the service, not a person, has put out: at most this, by lot from 0 on, so that not all who were
   * in come back at once. Twice as much each time that it cannot be reached, up to 32 times; default 10 000.
   */
  readonly returnMs: number
}

/** What a room waits where nothing else is said, in milliseconds. */
export const defaultRoomTimeouts: RoomTimeouts = {
  joinMs: 60_000,
  configureMs: 30_000,
  historyMs: 60_000,
  pageMs: 30_000,
  renameMs: 30_000,
  leaveMs: 5_000,
  quietMs: 900_000,
  probeMs: 30_000,
  retryMs: 60_000,
  returnMs: 10_000,
}

/** Why one is not, or no longer, in a room. @see XEP-0045 §16.6.2 */
export type RoomExitKind =
  /** One’s rights have changed, and no longer suffice. */
  | 'affiliation'
  | 'banned'
  | 'destroyed'
  /** A stanza came back to the room, which takes one for gone. */
  | 'error'
  | 'kicked'
  /** By one’s own wish. */
  | 'left'
  /** Members alone are let in from now on. */
  | 'members-only'
  /** The room does not let one in, or says nothing. */
  | 'refused'
  /** The service closes. */
  | 'shutdown'

/** Why one is not in a room, and what was said with it. */
export interface RoomExit {
  readonly kind: RoomExitKind
  /** Who did it, as the room says: a nickname, or an address. */
  readonly by: string | undefined
  /** In the words of whoever did it. */
  readonly text: string | undefined
  /** Of a room that is gone: where the others went. */
  readonly alternate: string | undefined
  /** With `refused`. */
  readonly error: XmppError | undefined
}

/** What the room says of oneself. */
export interface SelfFacts {
  readonly nickname: string
  readonly role: RoomRole
  readonly affiliation: RoomAffiliation
  /** The room was made by this entrance, and is closed until one has said how it is to be (XEP-0045 §10.1). */
  readonly isNew: boolean
}

export type RoomEvent =
  | { readonly type: 'session.live' }
  /** Without a stream for the time being. */
  | { readonly type: 'session.suspended' }
  | { readonly type: 'session.none' }
  /** There will be no session unless the app asks for one. */
  | { readonly type: 'session.halted'; readonly error: XmppError }
  | { readonly type: 'room.join'; readonly nickname: string }
  | { readonly type: 'room.leave' }
  | { readonly type: 'room.rename'; readonly nickname: string }
  /** The room tells of oneself: one is in, or one’s rights have changed; and whether it is known what was said there last. */
  | { readonly type: 'self.present'; readonly self: SelfFacts; readonly knowsLast: boolean }
  | { readonly type: 'self.renamed'; readonly nickname: string }
  /** One is out; where that is what an exit of one’s own came to, an entrance may have followed it (XEP-0045 §7.14). */
  | { readonly type: 'self.absent'; readonly exit: RoomExit; readonly answersExit: boolean }
  /** Presence of one’s own came back. */
  | { readonly type: 'room.refused'; readonly error: XmppError }
  /** The subject came, and what was before it is told. */
  | { readonly type: 'room.current' }
  /** The room has said something, where it is not heard since it was asked. */
  | { readonly type: 'room.heard' }
  /** A message came back, since one is not in. */
  | { readonly type: 'room.lost' }

export interface RoomInput {
  /** Bare. */
  readonly jid: string
  readonly timeouts: RoomTimeouts
  /** Start of the lots that spread returns, any integer. */
  readonly seed: number
}

export interface RoomContext extends RoomInput {
  /** The one that is wished. */
  readonly wished: string | undefined
  /** As the room tells it; `undefined`: one is not in. */
  readonly self: SelfFacts | undefined
  /** The last one. */
  readonly exit: RoomExit | undefined
  /** One was in by this wish: where the room cannot be reached it is tried again. */
  readonly stays: boolean
  /** How often in a row one has tried to come back; no more is counted than makes a difference. */
  readonly returns: number
  /** Why there is no other nickname. */
  readonly refusal: XmppError | undefined
  /** The room was heard since it was asked last, or is yet to be asked. */
  readonly isAnswering: boolean
  /** The room was asked whether it knows one, and was not heard since. */
  readonly isUnheard: boolean
  /** How long the room has said nothing. */
  readonly silentMs: number
  /** What was said last is known: on coming in, what was said since may have been missed. */
  readonly knowsLast: boolean
  /** Why something may be missing of what was said before one came in. */
  readonly gap: XmppError | undefined
}

/** Why one is out, where nobody said anything with it. */
export const exitOf = (kind: RoomExitKind, error?: XmppError): RoomExit => ({
  kind,
  by: undefined,
  text: undefined,
  alternate: undefined,
  error,
})

/** No other nickname is asked for. */
export const isSettled = ({ self, wished }: RoomContext): boolean => self?.nickname === wished

/** With 10 s at first, five minutes and a little. */
const countedReturns = 6

/** One comes back once more, by another lot. */
export const countReturn = ({ returns, seed }: RoomContext): Partial<RoomContext> => ({
  returns: Math.min(returns + 1, countedReturns),
  seed: draw(seed).seed,
})

/** How long that takes: full jitter, as between sessions. */
export const toReturnMs = ({ returns, seed, timeouts }: RoomContext): number =>
  Math.round(timeouts.returnMs * 2 ** (returns - 1) * draw(seed).chance)
