import { createServer } from 'node:http'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { discoveredEndpointLimit } from '../../src/transport/dial.js'
import { discoverEndpoints } from '../../src/transport/discovery-browser.js'
import { hostMetaLimitBytes, type HostMetaOptions } from '../../src/transport/host-meta.js'
import { never } from './pairings.js'
import { portOf, rejection } from './peers.js'

const rel = 'urn:xmpp:alt-connections:websocket'

type Fetch = NonNullable<HostMetaOptions['fetch']>

/** Answers by path; everything else is 404. */
function fetchOf(documents: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const fetch: Fetch = async (url) => {
    asked.push(url)
    const body = documents[new URL(url).pathname.replace('/.well-known/', '')]
    return body === undefined ? new Response('', { status: 404 }) : new Response(body)
  }
  return { fetch, asked }
}

async function discover(documents: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { fetch } = fetchOf(documents)
  return discoverEndpoints({ domain: 'example.test', signal: never(), fetch })
}

describe('discoverEndpoints() of browsers', () => {
  it('reads the links of host-meta.json, and asks for nothing more', async () => {
    const links = [
      { rel: 'urn:xmpp:alt-connections:xbosh', href: 'https://example.test/bosh' },
      { rel, href: 'wss://web.example.test:443/ws' },
      { rel, href: 'wss://example.test:5281/xmpp' },
    ]
    const { fetch, asked } = fetchOf({ 'host-meta.json': JSON.stringify({ links }) })
    const found = await discoverEndpoints({ domain: 'example.test', signal: never(), fetch })
    expect(found).toEqual(['wss://web.example.test/ws', 'wss://example.test:5281/xmpp'])
    expect(asked).toEqual(['https://example.test/.well-known/host-meta.json'])
  })

  it('reads the links of host-meta where there is no JSON', async () => {
    const xrd = `<?xml version='1.0'?><XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>
      <!-- <Link rel="${rel}" href="wss://commented.test/"/> -->
      <Link rel="urn:xmpp:alt-connections:xbosh" href="https://example.test/bosh"/>
      <Link href='wss://example.test/ws?a=1&amp;b=2'
            rel='${rel}' />
    </XRD>`
    expect(await discover({ 'host-meta': xrd })).toEqual(['wss://example.test/ws?a=1&b=2'])
  })

  it('reads prefixed XRD, and host-meta after JSON that is none', async () => {
    const xrd = `<x:XRD xmlns:x='…'><x:Link rel="${rel}" href="wss://example.test/ws"></x:Link></x:XRD>`
    expect(await discover({ 'host-meta.json': '<html>', 'host-meta': xrd })).toEqual([
      'wss://example.test/ws',
    ])
  })

  it('takes no more endpoints than somebody would wait for', async () => {
    const links = Array.from({ length: 100 }, (_, index) => ({ rel, href: `wss://host-${index}.test/` }))
    const found = await discover({ 'host-meta.json': JSON.stringify({ links }) })
    expect(found).toHaveLength(discoveredEndpointLimit)
    expect(found[0]).toBe('wss://host-0.test/')
  })

  it('takes nothing out of comments that never end, however many begin', async () => {
    const link = (host: string) => `<Link rel="${rel}" href="wss://${host}.test/"/>`
    const open = '<!--'.repeat(65_000)
    expect(await discover({ 'host-meta': `<XRD>${link('a')}${open}${link('b')}</XRD>` })).toEqual([
      'wss://a.test/',
    ])
  })

  it('takes secure and well-formed URLs only, each once', async () => {
    const hrefs = [
      'ws://example.test/plain',
      'https://example.test/',
      'wss://user:secret@example.test/',
      'wss://',
      7,
      null,
      'WSS://Example.test/a',
      'wss://example.test/a',
    ]
    const links = [...hrefs.map((href) => ({ rel, href })), null, 'x', {}]
    expect(await discover({ 'host-meta.json': JSON.stringify({ links }) })).toEqual(['wss://example.test/a'])
  })

  it.each([
    ['nothing', {}],
    ['JSON without links', { 'host-meta.json': '{"__proto__":{"links":[]}}' }],
    ['a web page', { 'host-meta.json': '<html>', 'host-meta': '<html></html>' }],
  ])('fails on %s, and keeps both causes', async (_, documents) => {
    const error = await rejection(discover(documents))
    expect(error.code).toBe('transport.unknown-host')
    expect(error.cause).toBeInstanceOf(AggregateError)
  })

  it('reads no document that is too large, however it comes', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 65_536
        controller.enqueue(new Uint8Array(65_536).fill(0x20))
      },
    })
    const fetch: Fetch = async (url) =>
      url.endsWith('.json') ? new Response(endless) : new Response('', { status: 404 })
    const error = await rejection(discoverEndpoints({ domain: 'example.test', signal: never(), fetch }))
    expect(error.code).toBe('transport.unknown-host')
    expect(sent).toBeLessThan(hostMetaLimitBytes * 2)
  })

  it('follows no redirection away from https', async () => {
    const server = createServer((_, response) => response.end(JSON.stringify({ links: [] })))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const plain = `http://127.0.0.1:${portOf(server)}/`
    const error = await rejection(
      discoverEndpoints({
        domain: 'example.test',
        signal: never(),
        fetch: (_, options) => globalThis.fetch(plain, options),
      }),
    )
    expect(String(error.cause instanceof AggregateError ? error.cause.errors[0] : '')).toContain(
      'away from https',
    )
  })

  it('gives up when the signal aborts', async () => {
    const abortion = new AbortController()
    const fetch: Fetch = (_, options) =>
      new Promise((_resolve, reject) => {
        options.signal?.addEventListener('abort', () => reject(new Error('stopped')))
      })
    const discovering = rejection(
      discoverEndpoints({ domain: 'example.test', signal: abortion.signal, fetch }),
    )
    abortion.abort('why')
    const error = await discovering
    expect(error.code).toBe('transport.aborted')
    expect(error.cause).toBe('why')
  })

  it('fails where a domain publishes no WebSocket', async () => {
    const { fetch } = fetchOf({ 'host-meta.json': '{"links":[]}' })
    const error = await rejection(discoverEndpoints({ domain: 'example.test', signal: never(), fetch }))
    expect(error.code).toBe('transport.unknown-host')
    expect(error.message).toContain('publishes no WebSocket')
  })
})
