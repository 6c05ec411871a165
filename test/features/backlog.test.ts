import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Client } from '../../src/index.js'
import { bodiesOf, enabled, logInManaged, managed, resume, sm } from '../spec/managed.js'
import type { Peer } from '../spec/peer.js'
import {
  answerBind,
  authenticate,
  bindFeature,
  features,
  responseHeader,
  rest,
  start,
} from '../spec/session.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const names = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `m${from + index}`)
const sayAll = (client: Client, bodies: readonly string[]) =>
  bodies.map((body) => client.send({ to: 'bob@example.test', body }))

async function pass(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms)
  await rest()
}

/** The server says how much it has, and what waited for that leaves, a flood as well. */
async function acknowledge(peer: Peer, h: number): Promise<void> {
  peer.say(sm('a', `h='${h}'`))
  await rest()
  await pass(1)
}

/** A server that takes so long for each stanza, and answers what it is asked when it comes to it. */
function createSlowServer(peer: Peer, stanzaMs: number) {
  let read = peer.elements.length - bodiesOf(peer).length
  let handled = 0
  let most = 0
  return {
    /** Stanzas that it had, and had not yet come to, at most. */
    get most() {
      return most
    },
    work: async (stanzas: number) => {
      for (const last = handled + stanzas; handled < last;) {
        most = Math.max(most, bodiesOf(peer).length - handled)
        const element = peer.elements[read]
        if (element === undefined) return
        read++
        if (element.name === 'r') peer.say(sm('a', `h='${handled}'`))
        else handled++
        await pass(element.name === 'r' ? 0 : stanzaMs)
      }
    },
  }
}

/** A session that was cut, into which so much was sent, and that goes on. */
async function resumedWith(count: number, options: Parameters<typeof managed>[0] = {}) {
  const session = await managed(options)
  session.first.cut()
  await rest()
  const deliveries = sayAll(session.client, names(count))
  session.client.networkOnline()
  const second = await session.peer(1)
  await resume(second, 0)
  return { ...session, second, deliveries }
}

describe('what has waited for a stream', () => {
  it('is more for a slow server than it has time for, and its connection lives: nothing is said twice', async () => {
    const { client, deliveries, peers, second } = await resumedWith(250)
    const server = createSlowServer(second, 200)
    await server.work(60)
    deliveries.push(...sayAll(client, names(2, 250)))
    await server.work(1_000)
    await pass(1_000)
    await server.work(1_000)
    expect([peers.length, server.most]).toEqual([2, 50])
    expect(bodiesOf(second)).toEqual(names(252))
    expect(new Set(deliveries.map(({ status }) => status.status))).toEqual(new Set(['acknowledged']))
  })

  it('goes to a server that keeps up in windows, each twice as large', async () => {
    const { second } = await resumedWith(500)
    const heard = [bodiesOf(second).length]
    while (heard.at(-1) !== 500) {
      await acknowledge(second, heard.at(-1) ?? 0)
      heard.push(bodiesOf(second).length)
    }
    expect(heard).toEqual([50, 150, 350, 500])
  })

  it.each([
    ['has answered far from the time-out', 2_000, 150],
    ['has not', 2_001, 75],
  ])('goes in a larger window to a server that %s', async (_how, ms, heard) => {
    const { second } = await resumedWith(500, { timeouts: { ackMs: 8_000 } })
    await pass(ms)
    await acknowledge(second, 50)
    expect(bodiesOf(second)).toHaveLength(heard)
  })

  it('is asked after at the end of each window, at once', async () => {
    const { second } = await resumedWith(175)
    for (const h of [50, 150]) await acknowledge(second, h)
    const messages = (count: number) => Array<string>(count).fill('message')
    expect(second.elements.slice(2).map(({ name }) => name)).toEqual(
      [messages(50), 'r', messages(100), 'r', messages(25)].flat(),
    )
  })

  it('is given in one window to a server that has yet to say whether it counts', async () => {
    for (const [answer, heard] of [
      [enabled, 50],
      [sm('failed'), 300],
    ] as const) {
      const { client, peer } = start()
      sayAll(client, names(300))
      const first = await peer()
      await authenticate(first)
      first.say(responseHeader() + features(`${bindFeature}<sm xmlns='urn:xmpp:sm:3'/>`))
      await answerBind(first)
      await first.next('enable')
      await rest()
      expect(bodiesOf(first)).toEqual(names(50))
      first.say(answer)
      await rest()
      await pass(1)
      expect(bodiesOf(first)).toEqual(names(heard))
    }
  })

  it('is acknowledged, and then what the app sends leaves as it comes', async () => {
    const { client, peer } = start()
    sayAll(client, names(75))
    const first = await peer()
    await logInManaged(first)
    for (const h of [50, 75]) await acknowledge(first, h)
    sayAll(client, names(500, 75))
    await pass(1)
    expect(bodiesOf(first)).toEqual(names(575))
  })

  it('leaves with the client', async () => {
    const { client, second } = await resumedWith(300)
    const leaving = client.disconnect()
    await second.closing()
    expect(bodiesOf(second)).toEqual(names(300))
    second.hangUp()
    await leaving
  })
})
