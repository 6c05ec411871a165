import { once } from 'node:events'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { listenWebSocket } from '../../src/transport/listen-web-socket.js'
import type { Listener } from '../../src/transport/listen.js'
import type { Transport } from '../../src/transport/transport.js'
import { heldLimit } from '../../src/transport/web-socket-browser.js'
import { createAuthority } from '../transport/certificates.js'
import { bundleForBrowser, type Bundle } from './bundle.js'
import { findChromium, startChromium } from './chromium.js'
import type { Observation, Observed } from './page.js'
import { serveScript, type Site } from './site.js'
import type { PageOutcome } from './vitest-in-page.js'

const chromium = await findChromium()
if ('missing' in chromium) process.stdout.write(`no tests in a browser: ${chromium.missing}\n`)

describe('the bundle for browsers', () => {
  it('carries no ws and nothing that only Node has', async () => {
    const { code, inputs } = await bundleForBrowser('page.ts')
    expect(inputs.filter((path) => /node_modules|node:/.test(path))).toEqual([])
    expect(inputs).toContain('src/transport/web-socket-browser.ts')
    expect(inputs).not.toContain('src/transport/web-socket.ts')
    expect(code).not.toMatch(/\brequire\(|from "node:/)
  })
})

describe.skipIf('missing' in chromium)('the WebSocket transport in Chromium', () => {
  const closing: (() => Promise<void>)[] = []
  let browser: Browser
  let page: Page
  let secureEndpoint = ''

  beforeAll(async () => {
    if ('missing' in chromium) return
    const bundle: Bundle = await bundleForBrowser('page.ts')
    const site: Site = await serveScript(bundle.code)
    browser = await startChromium(chromium.path)
    closing.push(() => browser.close(), site.close)
    page = await browser.newPage()
    await page.goto(site.url)
    const { cert, key } = createAuthority().issue({ names: { addresses: ['127.0.0.1'] } })
    secureEndpoint = await listening(
      await listenWebSocket({ tls: { role: 'server', cert, key }, onTransport: echo }),
    )
  }, 60_000)

  afterAll(async () => {
    for (const close of closing) await close()
  })

  async function listening(listener: Listener): Promise<string> {
    closing.push(() => listener.close())
    return `wss://127.0.0.1:${listener.port}/xmpp-websocket`
  }

  /** Calls a function of `page.ts`. */
  function call<Answer>(name: string, ...parameters: readonly unknown[]): Promise<Answer> {
    return page.evaluate<Answer>(`${name}(...${JSON.stringify(parameters)})`)
  }

  /** Observes a connection of which the server's half is `act`. */
  async function observe(
    act: (peer: WebSocket) => void,
    options: Omit<Observed, 'endpoint'> = {},
  ): Promise<Observation> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    server.on('connection', act)
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    try {
      return await call<Observation>('observe', { endpoint: `ws://127.0.0.1:${port}/`, ...options })
    } finally {
      for (const peer of server.clients) peer.terminate()
      server.close()
    }
  }

  it('passes the suite of every transport, where browsers allow', async () => {
    let waiting: Transport | undefined
    const listener = await listenWebSocket({
      onTransport: (transport) => {
        if (waiting === undefined) waiting = transport
        else {
          couple(waiting, transport)
          couple(transport, waiting)
          waiting = undefined
        }
      },
    })
    const endpoint = (await listening(listener)).replace('wss:', 'ws:')
    const outcomes = await call<readonly PageOutcome[]>('runSuite', endpoint)
    expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([])
    expect(outcomes.length).toBeGreaterThan(20)
  }, 60_000)

  it('exchanges text frames and ends cleanly', async () => {
    const observation = await observe(
      (peer) => {
        peer.on('message', (data, isBinary) => {
          const text = Buffer.isBuffer(data) ? data.toString('utf8') : 'no buffer'
          peer.send(`${isBinary ? 'binary' : 'text'} ${text}`)
          if (text === '<bye/>') peer.close(1000)
        })
      },
      { send: ['<é/>', '<bye/>'] },
    )
    expect(observation).toEqual({
      chunks: ['text <é/>', 'text <bye/>'],
      flushed: ['yes', 'yes'],
      closed: 'cleanly',
      message: '',
      framing: 'frames',
      tls: null,
    })
  })

  it.each([
    ['a binary frame', 'transport.failed', (peer: WebSocket) => peer.send(Buffer.of(1, 2))],
    ['a cut', 'transport.reset', (peer: WebSocket) => peer.terminate()],
    ['a code that names a failure', 'transport.closed', (peer: WebSocket) => peer.close(1011, 'no memory')],
    ['a server that goes away', 'cleanly', (peer: WebSocket) => peer.close(1001)],
    ['a code for too large frames', 'transport.overflow', (peer: WebSocket) => peer.close(1009)],
  ] as const)('tells the end by %s', async (_, closed, act) => {
    expect(await observe(act)).toMatchObject({ closed, chunks: [] })
  })

  it('ends on a frame over the limit, counted in bytes', async () => {
    const observation = await observe(
      (peer) => {
        peer.send('é'.repeat(500))
        peer.send(`${'é'.repeat(500)}.`)
      },
      { frameLimitBytes: 1000 },
    )
    expect(observation).toMatchObject({ closed: 'transport.overflow', chunks: ['é'.repeat(500)] })
  })

  it('ends when more arrives while paused than it may hold', async () => {
    const frame = 'x'.repeat(1_000_000)
    const flood = (peer: WebSocket): void => {
      for (let length = 0; length <= heldLimit; length += frame.length) peer.send(frame)
    }
    expect(await observe(flood, { paused: true })).toMatchObject({ closed: 'transport.overflow', chunks: [] })
  })

  it('closes on the server when it ends itself', async () => {
    let code: Promise<unknown> | undefined
    await observe((peer) => {
      code = once(peer, 'close').then(([value]) => value)
      peer.send(Buffer.of(1))
    })
    expect(await code).toBe(1005)
  })

  it('says that it could not connect, and that browsers do not say why', async () => {
    const listener = await listenWebSocket({ onTransport: echo })
    const { port } = listener
    const at = (path: string): Promise<Observation> =>
      call('observe', { endpoint: `ws://127.0.0.1:${port}${path}?token=CANARY` })
    const elsewhere = await at('/elsewhere')
    await listener.close()
    for (const failure of [elsewhere, await at('/xmpp-websocket')]) {
      expect(failure).toMatchObject({ failed: 'transport.failed' })
      expect(JSON.stringify(failure)).toContain('does not say why')
      expect(JSON.stringify(failure)).not.toContain('CANARY')
    }
  })

  it('refuses a server that does not agree on the subprotocol', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => false })
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const observation = await call<Observation>('observe', { endpoint: `ws://127.0.0.1:${port}/` })
    server.close()
    expect(observation).toMatchObject({ failed: 'transport.failed' })
  })

  it('refuses endpoints that are not for browsers', async () => {
    expect(await call('observe', { endpoint: 'xmpp://127.0.0.1:5222' })).toMatchObject({
      failed: 'RangeError',
    })
    expect(await call('observe', { endpoint: 'nonsense' })).toMatchObject({ failed: 'RangeError' })
  })

  it('gives up when the signal aborts, at whatever moment', async () => {
    const listener = await listenWebSocket({ onTransport: echo })
    const endpoint = (await listening(listener)).replace('wss:', 'ws:')
    expect(await call('abortDial', endpoint, -1)).toBe('transport.aborted')
    expect(await call('abortDial', endpoint, 0)).toBe('transport.aborted')
    expect(await call('abortDial', endpoint, 1)).toMatch(/^(transport\.aborted|connected)$/)
    expect(await call('abortDial', endpoint, 'connected')).toBe('connected')
  })

  it('trusts whom the browser trusts', async () => {
    expect(await call('observe', { endpoint: secureEndpoint })).toMatchObject({ failed: 'transport.failed' })
  })

  it('knows of TLS over wss: that it is there, has no binding, and no STARTTLS', async () => {
    const trusting = await browser.newPage({ ignoreHTTPSErrors: true })
    await trusting.goto(page.url())
    const before = page
    page = trusting
    try {
      expect(await call('observe', { endpoint: secureEndpoint, send: ['<bye/>'] })).toEqual({
        chunks: ['<bye/>'],
        flushed: ['yes'],
        closed: 'cleanly',
        message: '',
        framing: 'frames',
        tls: { version: 'unknown' },
      })
      expect(await call('startTls', secureEndpoint)).toBe('TypeError, no binding')
    } finally {
      page = before
      await trusting.close()
    }
  })

  it('finds the WebSockets that a domain publishes', async () => {
    const links = [{ rel: 'urn:xmpp:alt-connections:websocket', href: 'wss://chat.example.test/ws' }]
    const headers = { 'access-control-allow-origin': '*' }
    await page.route('https://*.test/.well-known/*', (route) => {
      const isKnown = route.request().url() === 'https://example.test/.well-known/host-meta.json'
      return isKnown ? route.fulfill({ json: { links }, headers }) : route.fulfill({ status: 404, headers })
    })
    expect(await call('discover', 'example.test')).toEqual(['wss://chat.example.test/ws'])
    expect(await call('discover', 'other.test')).toMatchObject({ failed: 'transport.unknown-host' })
  })
})

/** Sends everything back, and closes after `<bye/>`. */
function echo(transport: Transport): void {
  transport.start({
    data: (chunk) => {
      transport.write(String(chunk))
      if (chunk === '<bye/>') transport.close()
    },
    closed: () => {},
  })
}

/** What one end says, the other one sends; ends with it. */
function couple(from: Transport, to: Transport): void {
  from.start({
    data: (chunk) => to.write(String(chunk)),
    closed: (error) => {
      if (error === null) to.close()
      else to.destroy()
    },
  })
}
