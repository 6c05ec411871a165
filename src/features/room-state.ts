import type { SnapshotFrom } from 'xstate'
import type { RoomExit, SelfFacts } from '../../machines/room-context.js'
import type { roomMachine } from '../../machines/room.js'
import type { XmppError } from '../errors.js'

/** Where one stands with a room. */
export type RoomState =
  /** Not in; `exit` is why, where one was, or wanted to be. */
  | { readonly status: 'outside'; readonly exit: RoomExit | undefined }
  /** `waiting`: for a session. `opening`: a new room is told how it is to be. */
  | { readonly status: 'joining' | 'leaving' | 'opening' | 'waiting'; readonly nickname: string }
  /** The service has put one out, and one comes back by oneself. */
  | { readonly status: 'returning'; readonly nickname: string; readonly exit: RoomExit | undefined }
  | ({
      readonly status: 'joined'
      /** What was said before is told; what comes is said now. */
      readonly isCurrent: boolean
      /** Why something may be missing of that: the archive of the room has failed, or forgotten the message to go on from. */
      readonly gap: XmppError | undefined
      /** The room has answered lately, or has said something; not so from when it did not until it does. */
      readonly isAnswering: boolean
    } & SelfFacts)

/** What the chart says of it. */
export function toRoomState(snapshot: SnapshotFrom<typeof roomMachine>): RoomState {
  const { context, status, value } = snapshot
  const { exit, gap, isAnswering, self, wished: nickname = '' } = context
  if (status !== 'active') return { status: 'outside', exit }
  if (typeof value === 'string')
    return value === 'returning' ? { status: value, nickname, exit } : { status: value, nickname }
  if ('outside' in value) return { status: 'outside', exit }
  if ('leaving' in value) return { status: value.leaving === 'turning' ? 'joining' : 'leaving', nickname }
  if (self === undefined) return { status: 'joining', nickname }
  return {
    status: 'joined',
    ...self,
    isCurrent: snapshot.matches({ joined: { past: 'told' } }),
    gap,
    isAnswering,
  }
}

/** Whether nobody needs to be told. */
export function isSame(a: RoomState, b: RoomState): boolean {
  const before = Object.entries(a)
  return (
    before.length === Object.keys(b).length && before.every(([key, value]) => Reflect.get(b, key) === value)
  )
}
