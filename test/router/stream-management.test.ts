import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StreamManagement } from '../../src/router/stream-management.js'
import { XmlStream } from '../../src/router/xml-stream.js'
import { createTransportPair } from '../../src/transport/memory.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'

const message = xml('message', ns.client)
const acknowledgement = (h: number) => xml('a', ns.streamManagement, { h })
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** What a stream to a server that reads nothing takes in, and more. */
const flood = xml('message', ns.client, {}, 'x'.repeat(60_000))

/** A session that is acknowledged, what it has said, and what whoever decides was told. */
async function begin() {
  const { client, server } = createTransportPair()
  let said = ''
  server.start({ data: (chunk) => (said += new TextDecoder().decode(Buffer.from(chunk))), closed: () => {} })
  const management = new StreamManagement()
  management.begin(new XmlStream(client))
  const told: string[] = []
  management.listen({ sent: () => told.push('sent'), acknowledged: () => told.push('acknowledged') })
  const enabled = management.enable(new AbortController().signal)
  management.take(xml('enabled', ns.streamManagement))
  await enabled
  return {
    management,
    server,
    told,
    /** The counts that the server was answered with. */
    answers: () => [...said.matchAll(/<a [^>]*h='(\d+)'/g)].map(([, h]) => Number(h)),
    /** Sends so many, and tells how often the server has been asked by then. */
    send: async (count: number) => {
      for (let sent = 0; sent < count; sent++) management.ledger.send(message)
      await settle()
      return said.split('<r ').length - 1
    },
  }
}

describe('the silence of a server that was asked', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())
  const pass = async (ms: number) => {
    vi.advanceTimersByTime(ms)
    await settle()
  }

  it('is none while what was sent before the question leaves, begins where nothing does, and anew once it has left', async () => {
    const { management, server } = await begin()
    server.pause()
    for (let count = 0; count < 10; count += 1) {
      management.ledger.send(flood)
      await settle()
    }
    management.requestAck()
    const looks: number[] = []
    for (const takes of [true, true, false, false]) {
      await pass(10_000)
      if (takes) server.resume()
      server.pause()
      await settle()
      looks.push(management.silentMs)
    }
    expect(looks).toEqual([0, 0, 10_000, 20_000])
    server.resume()
    await settle()
    await pass(500)
    expect(management.silentMs).toBe(500)
  })

  it('is that since the question, where that has left, whatever leaves after it', async () => {
    const { management, send } = await begin()
    await pass(60_000)
    management.requestAck()
    await send(1)
    await pass(10_000)
    expect(management.silentMs).toBe(10_000)
    await send(20)
    await pass(10_000)
    expect(management.silentMs).toBe(20_000)
    management.take(acknowledgement(21))
    management.requestAck()
    await settle()
    await pass(500)
    expect(management.silentMs).toBe(500)
  })
})

describe('StreamManagement', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  /** The same as `begin()`; what is sent has left, a flood as well. */
  async function beginToFlood() {
    const { send, ...session } = await begin()
    // All that has waited for this stream.
    session.management.take(acknowledgement(0))
    const flooded = async (count: number) => {
      await send(count)
      vi.advanceTimersByTime(1)
      return await send(0)
    }
    return { ...session, send: flooded }
  }

  it('asks by count in a flood that is watched, once for each answer, and tells nobody', async () => {
    const { management, send, told } = await beginToFlood()
    management.watchFlood()
    expect(await send(1_999)).toBe(0)
    expect(await send(1)).toBe(1)
    expect(await send(4_000)).toBe(1)
    management.take(acknowledgement(2_000))
    expect(await send(0)).toBe(2)
    management.take(acknowledgement(6_000))
    expect(await send(1_999)).toBe(2)
    expect(await send(1)).toBe(3)
    expect(told).toEqual([])
  })

  it('answers a server that asks on and on four times a second, or sooner where 250 stanzas have come', async () => {
    const { answers, management } = await beginToFlood()
    const ask = xml('r', ns.streamManagement)
    const handle = (count: number) => {
      for (let handled = 0; handled < count; handled++) management.count(message)
    }
    const pass = async (ms: number) => {
      vi.advanceTimersByTime(ms)
      await settle()
      return answers()
    }
    handle(1)
    management.take(ask)
    expect(await pass(0)).toEqual([1])
    management.take(ask)
    handle(249)
    expect(await pass(200)).toEqual([1])
    handle(1)
    expect(await pass(0)).toEqual([1, 251])
    management.take(ask)
    handle(1)
    expect(await pass(249)).toEqual([1, 251])
    expect(await pass(1)).toEqual([1, 251, 252])
    handle(500)
    expect(await pass(1_000)).toEqual([1, 251, 252])
    management.take(ask)
    expect(await pass(0)).toEqual([1, 251, 252, 752])
    management.take(ask)
    management.suspend()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('says whether what is to be watched for has waited before', async () => {
    const { management, send } = await beginToFlood()
    const said: boolean[] = []
    management.listen({ sent: (hasWaited) => said.push(hasWaited), acknowledged: () => {} })
    management.watch()
    await send(2)
    expect(said).toEqual([false])
    management.watch()
    await send(0)
    expect(said).toEqual([false, true])
    management.take(acknowledgement(2))
    management.watch()
    await send(1)
    expect(said).toEqual([false, true, false])
  })

  it('asks by count no more once somebody else watches', async () => {
    const { management, send, told } = await beginToFlood()
    management.watchFlood()
    expect(await send(2_000)).toBe(1)
    management.watch()
    management.take(acknowledgement(2_000))
    expect(await send(4_000)).toBe(1)
    expect(told).toEqual(['sent'])
  })

  it('takes the answer to a flood for that to a request, and asks once more only where that is wanted', async () => {
    const { management, send, told } = await beginToFlood()
    management.watchFlood()
    await send(2_000)
    management.watch()
    management.requestAck()
    expect(await send(0)).toBe(1)
    management.requestAck()
    expect(await send(0)).toBe(2)
    management.take(acknowledgement(2_000))
    management.take(acknowledgement(2_000))
    expect(told).toEqual(['sent', 'acknowledged'])
    management.requestAck()
    expect(await send(0)).toBe(3)
  })

  it('tells of one answer for each request, and of none that nobody has asked for', async () => {
    const { management, send, told } = await beginToFlood()
    await send(2)
    management.take(acknowledgement(1))
    expect(told).toEqual([])
    management.requestAck()
    management.take(acknowledgement(2))
    management.take(acknowledgement(2))
    expect(told).toEqual(['acknowledged'])
  })
})
