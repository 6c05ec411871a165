import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { contacts } from '../../src/index.js'
import { managed, resume } from '../spec/managed.js'
import { rest } from '../spec/session.js'
import { bob, item, presence, progressOf, push, query, result, say } from './acquaintances.js'

// The wait before the next attempt is drawn by lot, and may be none.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const confirmMs = 10
const timeouts = { confirmMs }

/** Somebody whose contact list has one item, and whose server goes on with the session. */
async function meet(attributes = '') {
  const session = await managed({ roster: true })
  const people = session.client.use(contacts)
  await say(session.first, result(await session.first.next('iq'), query(item(bob, attributes))))
  return {
    ...session,
    people,
    /** The connection is cut, and stays so for longer than the server may take to confirm anything. */
    suspend: async (meanwhile?: () => void) => {
      session.first.cut()
      await rest()
      meanwhile?.()
      vi.advanceTimersByTime(confirmMs + 1)
      await rest()
    },
    /** The session goes on, and so many of its stanzas have arrived. */
    goOn: async (h: number) => {
      session.client.networkOnline()
      const second = await session.peer(1)
      await resume(second, h)
      return second
    },
  }
}

const said = ({ raw }: { readonly raw: string }) =>
  [...raw.matchAll(/<presence [^>]*type='(\w+)'/g)].map(([, type]) => type)

describe('a handshake in a session that is suspended', () => {
  it('waits as long as that lasts, and goes on with it to both', async () => {
    const { people, suspend, goOn } = await meet()
    const handshake = people.befriend(bob, { timeouts })
    expect(progressOf(handshake)).toBe('asking/closed')
    await suspend()
    expect(progressOf(handshake)).toBe('waiting')
    const second = await goOn(2)
    await push(second, item(bob, "ask='subscribe'"))
    await say(second, presence(bob, 'subscribe'))
    expect(progressOf(handshake)).toBe('awaited/granting')
    await push(second, item(bob, "subscription='both'"))
    expect(await handshake.settled).toMatchObject({ outcome: 'both' })
  })

  it('begins once that goes on, where it is begun meanwhile', async () => {
    const { people, suspend, goOn } = await meet()
    await suspend(() => void people.befriend(bob, { timeouts }))
    const handshake = people.befriend(bob)
    expect(progressOf(handshake)).toBe('waiting')
    const second = await goOn(1)
    expect(said(second)).toEqual(['subscribe'])
    expect(progressOf(handshake)).toBe('asking/closed')
  })

  it('still waits only so long for the server’s word once that goes on', async () => {
    const { people, suspend, goOn } = await meet()
    const handshake = people.befriend(bob, { timeouts })
    await suspend()
    await goOn(2)
    vi.advanceTimersByTime(confirmMs)
    expect(await handshake.settled).toMatchObject({ outcome: 'failed', error: { code: 'timeout.confirm' } })
  })

  it('is taken back once that goes on', async () => {
    const { people, suspend, goOn } = await meet("ask='subscribe'")
    const handshake = people.befriend(bob, { timeouts })
    await suspend(() => void handshake.withdraw())
    expect(progressOf(handshake)).toBe('retracting')
    const second = await goOn(1)
    expect(said(second)).toEqual(['unsubscribe'])
    expect(await handshake.settled).toMatchObject({ outcome: 'withdrawn' })
  })
})
