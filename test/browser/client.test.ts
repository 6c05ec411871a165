import { describe, expect, it, onTestFinished } from 'vitest'
import { createServer } from '../../src/server/index.js'
import { startRelay } from '../support/relay.js'
import { bundleForBrowser } from './bundle.js'
import { findChromium, startChromium } from './chromium.js'
import type { Meeting } from './client-page.js'
import type { Kept } from './kept-page.js'
import { serveScript } from './site.js'

const chromium = await findChromium()
if ('missing' in chromium) process.stdout.write(`no tests in a browser: ${chromium.missing}\n`)

describe('the client, bundled for browsers', () => {
  it('carries nothing that only Node has', async () => {
    const { inputs } = await bundleForBrowser('client-page.ts')
    expect(inputs.filter((path) => /node:|node_modules\/ws\//.test(path))).toEqual([])
    expect(inputs).toContain('src/transport/dial-browser.ts')
    expect(inputs).not.toContain('src/transport/dial-node.ts')
    expect(inputs).not.toContain('src/xml/stream-reader.ts')
  })

  it.skipIf('missing' in chromium)('logs in, talks and leaves in Chromium', { timeout: 60_000 }, async () => {
    if ('missing' in chromium) return
    const server = await createServer({
      domain: 'example.test',
      accounts: [
        { username: 'bob', password: 'secret' },
        { username: 'alice', password: 'secret', contacts: [{ username: 'bob' }] },
      ],
      allowPlaintext: true,
      listen: { webSocket: {} },
    })
    onTestFinished(() => server.close())
    const { code } = await bundleForBrowser('client-page.ts')
    const site = await serveScript(code)
    onTestFinished(() => site.close())
    const browser = await startChromium(chromium.path)
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    await page.goto(site.url)
    expect(await page.evaluate<Meeting>(`meet(${JSON.stringify(server.endpoints.webSocket)})`)).toEqual({
      phases: ['offline', 'connecting', 'authenticating', 'binding', 'online', 'closing', 'closed'],
      mechanism: 'SCRAM-SHA-512',
      heard: 'from a browser: é 漢字 👋',
      contacts: ['bob@example.test'],
      refused: 'authentication.not-authorized',
      plain: 'transport.tls-unavailable',
      unreachable: 'RangeError: a browser reaches XMPP by WebSocket only: give a ws: or wss: endpoint',
    })
  })

  it.skipIf('missing' in chromium)(
    'keeps and records a session in a page that came over plain HTTP',
    { timeout: 60_000 },
    async () => {
      if ('missing' in chromium) return
      const { code } = await bundleForBrowser('kept-page.ts')
      const browser = await startChromium(chromium.path)
      onTestFinished(() => browser.close())
      const page = await browser.newPage()
      await page.route('http://example.test/', (route) =>
        route.fulfill({ contentType: 'text/html', body: '' }),
      )
      await page.goto('http://example.test/')
      await page.addScriptTag({ type: 'module', content: code })
      await page.waitForFunction('globalThis.keep')
      expect(await page.evaluate<Kept>('keep()')).toEqual({
        isSecure: false,
        refused: 'transport.failed',
        kept: ['checkpoint', 'lease', 'turn'],
      })
    },
  )

  it.skipIf('missing' in chromium)(
    'notices that the network has gone, and goes on when it is there again',
    { timeout: 60_000 },
    async () => {
      if ('missing' in chromium) return
      const server = await createServer({
        domain: 'example.test',
        accounts: [{ username: 'alice', password: 'secret' }],
        allowPlaintext: true,
        listen: { webSocket: {} },
      })
      onTestFinished(() => server.close())
      const endpoint = new URL(server.endpoints.webSocket ?? '')
      const relay = await startRelay(Number(endpoint.port))
      onTestFinished(() => relay.stop())
      endpoint.port = `${relay.port}`
      const { code } = await bundleForBrowser('away-page.ts')
      const site = await serveScript(code)
      onTestFinished(() => site.close())
      const browser = await startChromium(chromium.path)
      onTestFinished(() => browser.close())
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(site.url)
      await page.evaluate(`stay(${JSON.stringify(endpoint)})`)
      // The page may hear of it while its connection still works, and a ping that is answered ends the doubt.
      relay.break('black hole')
      await context.setOffline(true)
      await page.waitForFunction("told.includes('timeout.doubt')")
      await context.setOffline(false)
      await page.waitForFunction("told.at(-1) === 'resumed'")
      expect(await page.evaluate<readonly string[]>('told.slice(0, 2)')).toEqual(['online', 'timeout.doubt'])
    },
  )
})
