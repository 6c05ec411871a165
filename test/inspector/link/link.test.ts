import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { Link, type LinkOptions } from '../../../src/inspector/link/link.js'
import type { RecordingLine } from '../../../src/inspector/recording/record.js'
import { connectInspector } from '../../../src/inspector/link/connect-inspector.js'
import { createRecorder } from '../../../src/inspector/recording/recorder.js'
import { openInspector } from '../../../src/inspector/server/inspector.js'
import { eventLine, sourceLine } from '../server/lines.js'
import { openPage } from '../server/visitor.js'

/** A recording that the test goes on with. */
class Told {
  readonly lines: RecordingLine[] = [sourceLine('alice', { commands: ['connect'] })]
  readonly #listeners = new Set<(lines: readonly RecordingLine[]) => void>()
  followed = 0

  readonly follow: LinkOptions['follow'] = (take) => {
    this.followed += 1
    this.#listeners.add(take)
    take(this.lines)
    return () => this.#listeners.delete(take)
  }

  tell(...lines: readonly RecordingLine[]): void {
    this.lines.push(...lines)
    for (const listener of this.#listeners) listener(lines)
  }

  get listeners(): number {
    return this.#listeners.size
  }
}

function linkTo(url: string, told: Told, more: Partial<LinkOptions> = {}) {
  const heard: boolean[] = []
  let hear: (() => void) | undefined
  const link = new Link({
    url,
    follow: told.follow,
    settle: () => undefined,
    obey: async () => ({ outcome: 'ok' }),
    changed: (isOpen) => {
      heard.push(isOpen)
      hear?.()
    },
    ...more,
  })
  onTestFinished(() => link.close())
  const changes = async (count: number) => {
    while (heard.length < count) await new Promise<void>((resolve) => (hear = resolve))
    return heard
  }
  return { link, changes }
}

/** One that does what the test says. */
async function anotherInspector() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => server.close())
  await once(server, 'listening')
  return { server, url: urlOf(server) }
}

function urlOf(server: Pick<Server, 'address'>): string {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return `http://127.0.0.1:${port}/?token=a`
}

const isEvent = (seq: number) => (line: RecordingLine) => line.kind === 'event' && line.seq === seq

describe('a link', () => {
  it('tells an inspector elsewhere all that is known, and then what follows', async () => {
    await using inspector = await openInspector()
    const told = new Told()
    told.tell(eventLine('alice', 0))
    linkTo(inspector.url, told)
    const page = await openPage(inspector.url)
    expect(await page.lines(isEvent(0))).toEqual(told.lines)
    told.tell(eventLine('alice', 1))
    expect(await page.lines(isEvent(1))).toEqual([eventLine('alice', 1)])
  })

  it('waits for an inspector that is not there yet, and comes back to one that was started again', async () => {
    const token = 'a-token-of-the-test'
    const first = await openInspector({ token })
    const { url } = first
    const port = Number(new URL(url).port)
    await first.close()
    const told = new Told()
    const { changes } = linkTo(url, told)
    told.tell(eventLine('alice', 0))
    expect(told.listeners).toBe(0)
    const second = await openInspector({ token, port })
    expect(await changes(1)).toEqual([true])
    await second.close()
    expect(await changes(2)).toEqual([true, false])
    expect(told.listeners).toBe(0)
    told.tell(eventLine('alice', 1))
    await using third = await openInspector({ token, port })
    const page = await openPage(third.url)
    expect(await page.lines(isEvent(1))).toEqual(told.lines)
  })

  it('tells all that has been told before it is closed', async () => {
    await using inspector = await openInspector()
    const told = new Told()
    const { changes, link } = linkTo(inspector.url, told)
    await changes(1)
    for (let seq = 0; seq < 20_000; seq += 1) told.tell(eventLine('alice', seq))
    await link.close()
    const page = await openPage(inspector.url)
    const lines = await page.lines((line) => line.kind === 'event' && line.seq === 19_999)
    expect(lines.filter(({ kind }) => kind === 'event')).toHaveLength(20_000)
    expect(told.listeners).toBe(0)
  })

  it('tells also what its recorder has told nobody yet, and nothing that happens later', async () => {
    await using inspector = await openInspector()
    const recorder = createRecorder({ name: 'alice', source: 'alice' })
    const cross = () => recorder.taps.wire({ direction: 'out', what: 'close', framing: 'bytes', text: '' })
    let reached: ((isOpen: boolean) => void) | undefined
    const isOpen = new Promise((resolve) => (reached = resolve))
    const observation = connectInspector({ url: inspector.url, recorder, changed: (is) => reached?.(is) })
    expect(await isOpen).toBe(true)
    cross()
    const closed = observation.close()
    cross()
    recorder.history()
    await closed
    const page = await openPage(inspector.url)
    const crossed = (await page.lines()).filter(({ kind }) => kind === 'wire')
    expect(crossed).toMatchObject([{ seq: 0 }])
  })

  it('carries out what the page asks for, and tells what came of it', async () => {
    await using inspector = await openInspector()
    const told = new Told()
    const asked: unknown[] = []
    linkTo(inspector.url, told, {
      obey: async (command) => {
        asked.push(command)
        return { outcome: 'refused', reason: 'no network' }
      },
    })
    const page = await openPage(inspector.url)
    await page.lines((line) => line.kind === 'source')
    page.send({ source: 'alice', command: { name: 'connect' } })
    expect(await page.frame()).toEqual({ source: 'alice', outcome: 'refused', reason: 'no network' })
    expect(asked).toEqual([{ name: 'connect' }])
  })

  it('comes back ever later to one that lets it in and cuts it off, until that has let it stay', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { server, url } = await anotherInspector()
    let arrivals = 0
    server.on('connection', (socket, { url: path = '' }) => {
      if (path.startsWith('/source') && ++arrivals !== 4) socket.close(1008)
    })
    const { changes } = linkTo(url, new Told())
    for (const [count, delayMs] of [250, 500, 1_000].entries()) {
      await changes(2 * count + 2)
      vi.advanceTimersByTime(delayMs - 1)
      // Whoever had been sooner would be there before this one.
      await openPage(url)
      expect(arrivals).toBe(count + 1)
      vi.advanceTimersByTime(1)
    }
    await changes(7)
    vi.advanceTimersByTime(10_001)
    for (const socket of server.clients) socket.close()
    await changes(8)
    vi.advanceTimersByTime(250)
    expect(await changes(10)).toHaveLength(10)
  })

  it('tries again where somebody accepts and is silent, and waits for nobody when it is closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const server = createServer({ allowHalfOpen: false }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const arrive = async (): Promise<Socket> => {
      const [stream]: Socket[] = await once(server, 'connection')
      if (stream === undefined) throw new TypeError('nobody has come')
      await once(stream, 'data')
      return stream
    }
    const { link } = linkTo(urlOf(server), new Told())
    const first = await arrive()
    vi.advanceTimersByTime(10_000)
    await once(first, 'close')
    vi.advanceTimersByTime(250)
    const second = await arrive()
    const closed = link.close()
    vi.advanceTimersByTime(3_000)
    await Promise.all([closed, once(second, 'close')])
    expect(second.destroyed).toBe(true)
  })

  it('ends, and shows nothing further, where an inspector takes nothing any more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { server, url } = await anotherInspector()
    const arrival = once(server, 'connection')
    const told = new Told()
    const { changes, link } = linkTo(url, told)
    const [socket]: WebSocket[] = await arrival
    await changes(1)
    socket?.pause()
    const closed = link.close()
    expect(told.listeners).toBe(0)
    vi.advanceTimersByTime(3_000)
    await closed
    expect(await changes(2)).toEqual([true, false])
  })

  it('answers nobody who asks by what is no number, and stays', async () => {
    const { server, url } = await anotherInspector()
    const arrival = once(server, 'connection')
    linkTo(url, new Told())
    const [socket]: WebSocket[] = await arrival
    const heard: string[] = []
    socket?.on('message', (data: Buffer) => heard.push(data.toString()))
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
    for (const id of [deep, '"a"', '7']) socket?.send(`{"id":${id},"command":{"name":"connect"}}`)
    while (!heard.some((text) => text.includes('outcome'))) await new Promise(setImmediate)
    expect(heard.filter((text) => text.includes('outcome'))).toEqual(['{"id":7,"outcome":"ok"}'])
  })

  it.each(['', 'nonsense', 'ftp://127.0.0.1/?token=a', 'http://127.0.0.1:1/'])('cannot lead to %j', (url) => {
    expect(() => linkTo(url, new Told())).toThrow(RangeError)
  })
})
