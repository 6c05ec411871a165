import { getEventListeners, once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { backoffMs, draw } from '../../machines/policy.js'
import { ns, xml } from '../../src/index.js'
import { challengeClient } from '../../src/testing/challenge.js'
import { Play } from '../../src/testing/challenge-phases.js'
import { mostReturns } from '../../src/testing/challenge-scene.js'
import { Session } from '../../src/testing/challenge-session.js'
import { openTheatre, Stage, type Invitation } from '../../src/testing/challenge-stage.js'
import { HeardQueue } from '../../src/testing/heard-queue.js'
import { ScriptedPeer } from '../../src/testing/scripted-peer.js'
import { createTransportPair } from '../../src/transport/memory.js'

afterEach(() => vi.useRealTimers())

it.each([2_000, 3_000, 10_000, 60_000])(
  'waits as a client should is no haste, watched for %i ms',
  (forMs) => {
    let seed = 1
    const comesBack = () => {
      for (let [count, passedMs] = [0, 0]; ; count += 1) {
        const drawn = draw(seed)
        seed = drawn.seed
        passedMs += backoffMs('backoff', count + 1, drawn.chance)
        if (passedMs > forMs) return count
      }
    }
    const times = Array.from({ length: 2_000 }, comesBack)
    expect(times.filter((count) => count > mostReturns(forMs)).length).toBeLessThanOrEqual(2)
  },
)

it('a client that is slow to say that it is there has said so', async () => {
  const stage = await Stage.open(await openTheatre({}), 'own')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const heard = new HeardQueue()
  const peer = new ScriptedPeer(createTransportPair().server, [heard.reaction])
  const session = new Session(new Play(stage, { heard, peer }))
  const settled = session.settle()
  await vi.advanceTimersByTimeAsync(2_900)
  heard.reaction({ kind: 'element', element: xml('presence', ns.client) }, peer)
  await vi.advanceTimersByTimeAsync(5_000)
  await settled
  expect(session.presenceAt).toBe(1)
  await stage.close()
})

it('a challenge ends at once when it is told to, and finds nothing more', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const places: number[] = []
  let listeners = 0
  const findings = await challengeClient({
    arrivalMs: 600_000,
    atOnce: 12,
    signal,
    invite: async ({ port }) => {
      places.push(port)
      listeners = getEventListeners(signal, 'abort').length
      if (places.length === 12) setImmediate(() => controller.abort())
      return async () => {}
    },
  })
  expect(places).toHaveLength(12)
  expect(new Set(findings.map(({ detail, verdict }) => `${verdict}: ${detail}`))).toEqual(
    new Set(['unseen: it was interrupted']),
  )
  // One that hears for all: of more than ten Node warns.
  expect(listeners).toBe(1)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

it('a challenge whose client cannot be started listens no more', async () => {
  const places: Invitation[] = []
  const invite = async (place: Invitation): Promise<never> => {
    places.push(place)
    throw new RangeError('there is none')
  }
  await expect(challengeClient({ invite })).rejects.toThrow('there is none')
  const socket = connect(places[0]?.port ?? 0, '127.0.0.1')
  await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
