import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TransportError } from '../../src/errors.js'
import type { Pairing } from './pairings.js'
import { manyRounds, Recorder, written } from './recorder.js'

/** What a platform may withhold from a transport. */
export interface Abilities {
  /** A paused reader makes the writer wait. */
  readonly backPressure: boolean
  /** What the other side sends is still heard after our `close()`. */
  readonly hearsAfterClose: boolean
}

/** What every transport promises, from either side. */
export function describeTransport(
  name: string,
  setUp: () => Promise<Pairing>,
  { backPressure, hearsAfterClose }: Abilities = { backPressure: true, hearsAfterClose: true },
): void {
  describe(`a ${name} transport`, () => {
    let pairing: Pairing

    beforeAll(async () => {
      pairing = await setUp()
    })
    afterAll(() => pairing.close())

    /** Both ends started; `a` is the client's unless `swapped`. */
    async function open(swapped = false): Promise<readonly [Recorder, Recorder]> {
      const { client, server } = await pairing.open()
      const ends = [new Recorder(client), new Recorder(server)] as const
      return swapped ? [ends[1], ends[0]] : ends
    }

    it('delivers what is written, in order, both ways', async () => {
      const [a, b] = await open()
      const lines = Array.from({ length: 200 }, (_, index) => `<line n='${index}'/>`)
      for (const line of lines) {
        a.transport.write(line)
        b.transport.write(line.toUpperCase())
      }
      await Promise.all([a.until(`N='199'/>`), b.until(`n='199'/>`)])
      expect(b.text).toBe(lines.join(''))
      expect(a.text).toBe(lines.join('').toUpperCase())
    })

    it('gives strings as frames and Uint8Arrays as bytes', async () => {
      const [a, b] = await open()
      a.transport.write('one')
      await b.until('one')
      a.transport.write('two')
      await b.until('two')
      const shapes = new Set(b.chunks.map((chunk) => (typeof chunk === 'string' ? chunk : 'bytes')))
      expect([...shapes]).toEqual(a.transport.framing === 'frames' ? ['one', 'two'] : ['bytes'])
    })

    it('gives texts that are written together as frames of their own, in order', async () => {
      const [a, b] = await open()
      a.transport.write('one')
      const flushed = written(a.transport, ['two', 'thr\u00e9e'])
      a.transport.write('four.')
      await b.until('four.')
      expect(await flushed).toBeNull()
      expect(b.text).toBe('onetwothr\u00e9efour.')
      const shapes = b.chunks.filter((chunk) => typeof chunk === 'string')
      expect(shapes).toEqual(a.transport.framing === 'frames' ? ['one', 'two', 'thr\u00e9e', 'four.'] : [])
    })

    it('carries every script, however it is cut', async () => {
      const [a, b] = await open()
      const text = 'a é ß Ж 漢字 ☃ 👩🏽‍🚀 \u{10FFFF} '.repeat(3000)
      for (let at = 0; at < text.length;) {
        let end = at + 1 + (at % 977)
        // A pair of surrogates is one character: it is not for the transport to mend.
        if (/[\ud800-\udbff]/.test(text.charAt(end - 1))) end += 1
        a.transport.write(text.slice(at, end))
        at = end
      }
      a.transport.write('.')
      await b.until('.')
      expect(b.text === `${text}.`).toBe(true)
    })

    it('moves large writes whole', async () => {
      const [a, b] = await open()
      const large = 'x'.repeat(1_000_000)
      const flushed = Array.from({ length: 8 }, () => written(a.transport, large))
      a.transport.write('!')
      await b.untilLength(8_000_001)
      expect(await Promise.all(flushed)).toEqual(flushed.map(() => null))
      expect(b.text === `${large.repeat(8)}!`).toBe(true)
    })

    it('delivers first what arrived before start()', async () => {
      const { client, server } = await pairing.open()
      await written(server, 'early,')
      server.write('late')
      const a = new Recorder(client)
      expect(a.chunks).toEqual([])
      await a.until('late')
      expect(a.text).toBe('early,late')
    })

    it('refuses a second start()', async () => {
      const [a] = await open()
      expect(() => new Recorder(a.transport)).toThrow(TypeError)
    })

    it('runs flush callbacks in the order of the writes', async () => {
      const [a] = await open()
      const order: number[] = []
      const all = [0, 1, 2, 3].map(async (index) => {
        await written(a.transport, 'x'.repeat(10_000))
        order.push(index)
      })
      await Promise.all(all)
      expect(order).toEqual([0, 1, 2, 3])
    })

    it.runIf(backPressure)('tells that something leaves while a long write is under way', async () => {
      const [a, b] = await open()
      b.transport.pause()
      for (let index = 0; index < 16; index += 1) a.transport.write('x'.repeat(1_000_000))
      await manyRounds(b, a)
      const { bufferedBytes, leftBytes } = a.transport
      b.transport.resume()
      await b.untilLength(6_000_000)
      expect(a.transport.leftBytes).toBeGreaterThan(leftBytes)
      expect(bufferedBytes).toBeGreaterThan(1_000_000)
      await b.untilLength(16_000_000)
      await written(a.transport, '.')
      expect(a.transport.leftBytes).toBeGreaterThanOrEqual(16_000_000)
    })

    it('tells with nothing to write when everything before has left', async () => {
      const [a, b] = await open()
      a.transport.write('x'.repeat(100_000))
      await new Promise((resolve) => a.transport.write([], resolve))
      expect(a.transport.bufferedBytes).toBe(0)
      a.transport.write('.')
      await b.until('.')
      expect(b.text).toBe('x'.repeat(100_000) + '.')
    })

    it('counts what has not left yet, and forgets it when it has', async () => {
      const [a, b] = await open()
      expect(a.transport.bufferedBytes).toBe(0)
      a.transport.write('ü'.repeat(100))
      await written(a.transport, '.')
      await b.until('.')
      expect(a.transport.bufferedBytes).toBe(0)
    })

    it('delivers nothing while paused, and all of it afterwards', async () => {
      const [a, b] = await open()
      b.transport.pause()
      a.transport.write('held')
      // An answer to something sent later proves that it had the time to arrive.
      for (let round = 0; round < 3; round += 1) {
        b.transport.write('ping.')
        await a.untilLength(5 * (round + 1))
      }
      expect(b.chunks).toEqual([])
      b.transport.resume()
      await b.until('held')
    })

    it('stops delivery at once when paused from inside it', async () => {
      const [a, b] = await open()
      b.onData = () => b.transport.pause()
      for (let index = 0; index < 5; index += 1) await written(a.transport, `<${index}>`)
      await b.until('>')
      b.transport.write('go')
      await a.until('go')
      expect(b.chunks).toHaveLength(1)
      b.onData = undefined
      b.transport.resume()
      await b.until('<4>')
      expect(b.text).toBe('<0><1><2><3><4>')
    })

    it.runIf(backPressure)('lets a paused reader hold the writer back', async () => {
      const [a, b] = await open()
      b.transport.pause()
      const large = 'x'.repeat(1_000_000)
      for (let index = 0; index < 16; index += 1) a.transport.write(large)
      await manyRounds(b, a)
      expect(a.transport.bufferedBytes).toBeGreaterThan(1_000_000)
      b.transport.resume()
      await b.untilLength(16_000_000)
      expect(a.transport.bufferedBytes).toBe(0)
    })

    it.runIf(backPressure)('holds the writer back for a reader that takes one piece at a time', async () => {
      const { client, server } = await pairing.open()
      const [a, b] = [new Recorder(client), new Recorder(server)]
      a.onData = () => client.pause()
      // Eight are taken, and the system may keep ten on the way.
      for (let index = 0; index < 32; index += 1) server.write('x'.repeat(1_000_000))
      for (let taken = 0; taken < 8; taken += 1) {
        const { length } = a.chunks
        for (let round = b.bytes + 1; a.chunks.length === length; round += 1) {
          client.write('.')
          client.resume()
          await b.untilLength(round)
        }
      }
      await manyRounds(a, b)
      expect(server.bufferedBytes).toBeGreaterThan(1_000_000)
      a.onData = undefined
      client.resume()
      await a.untilLength(32_000_000)
    })

    it.runIf(backPressure)('lets a reader that has not started hold the writer back', async () => {
      const { client, server } = await pairing.open()
      const b = new Recorder(server)
      for (let index = 0; index < 16; index += 1) server.write('x'.repeat(1_000_000))
      for (let round = 1; round <= 300; round += 1) {
        client.write('.')
        await b.untilLength(round)
      }
      expect(server.bufferedBytes).toBeGreaterThan(1_000_000)
      await new Recorder(client).untilLength(16_000_000)
      expect(server.bufferedBytes).toBe(0)
    })

    for (const swapped of [false, true]) {
      const who = swapped ? 'the server' : 'the client'

      it(`ends cleanly on both sides when ${who} closes, after all that was written`, async () => {
        const [a, b] = await open(swapped)
        a.transport.write('x'.repeat(500_000))
        a.transport.write('bye')
        a.transport.close()
        expect(await Promise.all([a.closed, b.closed])).toEqual([null, null])
        expect(b.text.endsWith('bye')).toBe(true)
        expect(b.bytes).toBe(500_003)
      })

      it.runIf(hearsAfterClose)(
        `still delivers what comes after ${who} has closed its direction`,
        async () => {
          const [a, b] = await open(swapped)
          b.onData = () => b.transport.write('answer')
          a.transport.write('question')
          a.transport.close()
          expect(await Promise.all([a.closed, b.closed])).toEqual([null, null])
          expect(a.text).toBe('answer')
        },
      )

      it(`ends both sides when ${who} destroys`, async () => {
        const [a, b] = await open(swapped)
        a.transport.destroy()
        expect(await a.closed).toBeNull()
        const outcome = await b.closed
        expect(outcome === null || outcome.code === 'transport.reset').toBe(true)
        expect([a.closings.length, b.closings.length]).toEqual([1, 1])
      })

      it(`reports the reason that ${who} destroys with`, async () => {
        const [a] = await open(swapped)
        const reason = new TransportError('overflow', 'enough')
        a.transport.destroy(reason)
        a.transport.destroy(new TransportError('failed', 'too late'))
        expect(await a.closed).toBe(reason)
      })
    }

    it('closes when both sides close at the same time', async () => {
      const [a, b] = await open()
      a.transport.close()
      b.transport.close()
      expect(await Promise.all([a.closed, b.closed])).toEqual([null, null])
    })

    it('answers every flush callback before closed, with the error that prevented the write', async () => {
      const [a, b] = await open()
      b.transport.pause()
      const events: string[] = []
      for (let index = 0; index < 16; index += 1) {
        a.transport.write('x'.repeat(1_000_000), (error) => events.push(error?.name ?? 'written'))
      }
      a.transport.destroy()
      await a.closed.then(() => events.push('closed'))
      expect(events).toHaveLength(17)
      expect(events.at(-1)).toBe('closed')
      expect(events.at(-2)).toBe('TransportError')
    })

    it('delivers nothing after destroy(), even what has arrived', async () => {
      const [a, b] = await open()
      b.transport.pause()
      await written(a.transport, 'a'.repeat(1000)).catch(() => {})
      b.transport.write('go')
      await a.until('go')
      b.transport.destroy()
      b.transport.resume()
      await b.closed
      expect(b.chunks).toEqual([])
      expect(b.closings).toEqual([null])
    })

    it('refuses writes after the end, and says so to the callback', async () => {
      const [a, b] = await open()
      a.transport.close()
      const closing = await written(a.transport, 'x')
      expect(closing?.code).toBe('transport.closed')
      await Promise.all([a.closed, b.closed])
      for (const { transport } of [a, b]) {
        expect((await written(transport, 'x'))?.code).toBe('transport.closed')
        transport.write('x')
        transport.close()
        transport.destroy()
        expect(transport.bufferedBytes).toBe(0)
        expect(transport.channelBinding('tls-exporter')).toBeUndefined()
      }
      expect([a.closings, b.closings]).toEqual([[null], [null]])
      expect(b.chunks).toEqual([])
    })

    it('reports an end that came before start()', async () => {
      const { client, server } = await pairing.open()
      client.destroy()
      expect(await new Recorder(client).closed).toBeNull()
      const end = await new Recorder(server).closed
      expect(end === null || end.code === 'transport.reset').toBe(true)
    })

    it('ends while paused when it fails or is destroyed', async () => {
      const [a, b] = await open()
      a.transport.pause()
      const reason = new TransportError('failed', 'enough')
      a.transport.destroy(reason)
      expect(await a.closed).toBe(reason)
      await b.closed
      expect(b.closings).toHaveLength(1)
    })

    it('has an address that names no secret and the same framing on both ends', async () => {
      const { client, server } = await pairing.open()
      expect(client.framing).toBe(server.framing)
      expect(client.address).toMatch(/^(tcp|tls|ws|wss|memory):\/\//)
    })
  })
}
