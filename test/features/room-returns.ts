import type { JoinOptions, RoomMessage } from '../../src/index.js'
import { renewed, suspend } from '../spec/sessions.js'
import { named } from '../spec/room-archive.js'
import { delay, insideManaged, own, present, says, seen, subject } from '../spec/room.js'

/** Of what the room tells of before. */
export const past = delay('2026-01-02T03:04:05Z')
/** One is in, with Bob. */
export const door = present('Bob') + own()
/** What was said. */
export const bodies = ({ values }: { readonly values: readonly RoomMessage[] }) =>
  values.map(({ body }) => body)
/** `n1`, `n2` … */
export const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `n${from + index}`)

/** One who was in, and has heard `n1` as the last message. */
export async function knowing(join: Partial<JoinOptions> = {}) {
  const session = await insideManaged(join)
  const heard = seen(session.room.message$)
  await says(session.first, named('Bob', 'n1'))
  return { ...session, heard }
}

/** The same, coming back over another session; the room has told what it tells everybody. */
export async function back(told = '', join: Partial<JoinOptions> = {}) {
  const session = await knowing(join)
  await suspend(session)
  const peer = await renewed(session)
  await says(peer, door + told + subject())
  return { ...session, stream: peer }
}
