import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor } from 'xstate'
import { roomMachine } from '../../machines/room.js'
import { defaultRoomTimeouts, exitOf, type RoomEvent } from '../../machines/room-context.js'
import { StanzaError } from '../../src/errors.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const { returnMs } = defaultRoomTimeouts
const unreachable = new StanzaError('remote-server-not-found', 'cancel')
const self = { nickname: 'Alice', role: 'participant', affiliation: 'none', isNew: false } as const
const shutDown: readonly RoomEvent[] = [
  { type: 'session.live' },
  { type: 'room.join', nickname: 'Alice' },
  { type: 'self.present', self, knowsLast: false },
  { type: 'self.absent', exit: exitOf('shutdown'), answersExit: false },
]

/** How long one waits each time until one comes back to a room that is shut down and stays so. */
async function waits(seed: number, times: number): Promise<readonly number[]> {
  const actor = createActor(roomMachine, {
    input: { jid: 'tea@conference.example.test', timeouts: defaultRoomTimeouts, seed },
  }).start()
  const all: number[] = []
  for (const event of shutDown) actor.send(event)
  while (all.length < times) {
    const before = Date.now()
    await vi.advanceTimersToNextTimerAsync()
    expect(actor.getSnapshot().matches('joining')).toBe(true)
    all.push(Date.now() - before)
    actor.send({ type: 'room.refused', error: unreachable })
  }
  actor.stop()
  return all
}

describe('the way back into a room', () => {
  it('is taken at another moment by each, within a bound that doubles up to 32 times', async () => {
    const seeds = Array.from({ length: 200 }, (_, seed) => seed * 7919)
    const all: (readonly number[])[] = []
    for (const seed of seeds) all.push(await waits(seed, 8))
    for (const [time, factor] of [1, 2, 4, 8, 16, 32, 32, 32].entries()) {
      const bound = returnMs * factor
      const these = all.map((each) => each[time] ?? NaN).sort((a, b) => a - b)
      expect(these[0]).toBeLessThan(bound / 20)
      expect(these.at(-1)).toBeGreaterThan(bound * 0.95)
      expect(these.at(-1)).toBeLessThanOrEqual(bound)
      expect(new Set(these).size).toBeGreaterThan(190)
    }
  })
})
