import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { challengeClient, type ChallengeOptions } from '../../src/testing/challenge.js'
import type { Invitation } from '../../src/testing/challenge-stage.js'

const nobody = async () => async () => {}
const quick = { arrivalMs: 200, patienceMs: 100 } as const

async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  const isThere = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  })
  socket.destroy()
  return isThere
}

describe('challengeClient()', () => {
  it.each<Partial<ChallengeOptions>>([
    { atOnce: 0 },
    { atOnce: -1 },
    { atOnce: Number.NaN },
    { domain: '' },
    { domain: 'a b' },
    { domain: 'a@example.test' },
    { arrivalMs: Number.POSITIVE_INFINITY },
    { patienceMs: 0 },
    { silenceMs: Number.NaN },
  ])('refuses %j, which would find nothing, or find it wrong', async (options) => {
    const challenging = challengeClient({ ...quick, invite: nobody, ...options })
    await expect(challenging).rejects.toBeInstanceOf(RangeError)
  })

  it('leaves nobody behind where one client cannot be had', async () => {
    const missing = new Error('there is no such client')
    const places: Invitation[] = []
    let come = 0
    let left = 0
    const invite = async (place: Invitation) => {
      places.push(place)
      if (places.length === 3) throw missing
      come += 1
      return async () => void (left += 1)
    }
    await expect(challengeClient({ ...quick, atOnce: 3, invite })).rejects.toBe(missing)
    expect([places.length, come, left]).toEqual([3, 2, 2])
    for (const { port } of places) expect(await isOpen(port)).toBe(false)
  })

  it('closes its ports where a client cannot be ended', async () => {
    const stuck = new Error('it cannot be ended')
    let port = 0
    const invite = async (place: Invitation) => {
      port = place.port
      return () => Promise.reject(stuck)
    }
    await expect(challengeClient({ ...quick, invite })).rejects.toBe(stuck)
    expect(await isOpen(port)).toBe(false)
  })

  it('ends when it is told to, though a client never comes', async () => {
    const stop = new AbortController()
    const invite = () => {
      setImmediate(() => stop.abort())
      return new Promise<never>(() => {})
    }
    const findings = await challengeClient({ ...quick, invite, signal: stop.signal })
    expect(findings.length).toBeGreaterThan(0)
    expect(new Set(findings.map(({ verdict, detail }) => `${verdict}: ${detail}`))).toEqual(
      new Set(['unseen: it was interrupted']),
    )
  })

  it('ends a client that comes when all is over', async () => {
    const stop = new AbortController()
    let come: (leave: () => Promise<void>) => void = () => {}
    const invite = () => {
      setImmediate(() => stop.abort())
      return new Promise<() => Promise<void>>((resolve) => (come = resolve))
    }
    await challengeClient({ ...quick, invite, signal: stop.signal })
    const gone = new Promise<string>((resolve) => come(async () => resolve('gone')))
    expect(await gone).toBe('gone')
  })
})
