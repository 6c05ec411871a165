import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StreamManagement } from '../../src/router/stream-management.js'
import { XmlStream } from '../../src/router/xml-stream.js'
import { createTransportPair } from '../../src/transport/memory.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'

const message = xml('message', ns.client)
const acknowledgement = (h: number) => xml('a', ns.streamManagement, { h })
/** As long as the text of a flood may wait. */
const settle = () => vi.advanceTimersByTimeAsync(1)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

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
    told,
    /** Sends so many, and tells how often the server has been asked by then. */
    send: async (count: number) => {
      for (let sent = 0; sent < count; sent++) management.ledger.send(message)
      await settle()
      return said.split('<r ').length - 1
    },
  }
}

describe('StreamManagement', () => {
  it('asks by count in a flood that is watched, once for each answer, and tells nobody', async () => {
    const { management, send, told } = await begin()
    management.watchFlood()
    expect(await send(999)).toBe(0)
    expect(await send(1)).toBe(1)
    expect(await send(2_000)).toBe(1)
    management.take(acknowledgement(1_000))
    expect(await send(0)).toBe(2)
    management.take(acknowledgement(3_000))
    expect(await send(999)).toBe(2)
    expect(await send(1)).toBe(3)
    expect(told).toEqual([])
  })

  it('asks by count no more once somebody else watches', async () => {
    const { management, send, told } = await begin()
    management.watchFlood()
    expect(await send(1_000)).toBe(1)
    management.watch()
    management.take(acknowledgement(1_000))
    expect(await send(2_000)).toBe(1)
    expect(told).toEqual(['sent'])
  })

  it('tells of one answer for each request, and of none that nobody has asked for', async () => {
    const { management, send, told } = await begin()
    await send(2)
    management.take(acknowledgement(1))
    expect(told).toEqual([])
    management.requestAck()
    management.take(acknowledgement(2))
    management.take(acknowledgement(2))
    expect(told).toEqual(['acknowledged'])
  })
})
