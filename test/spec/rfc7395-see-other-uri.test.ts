import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { inspect as inspectValue } from 'node:util'
import { WebSocketServer, type WebSocket } from 'ws'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../../src/client.js'
import {
  createCertificate,
  createCertificateAuthority,
  type CertificateAuthority,
  type IssuedCertificate,
} from '../../src/server/certificate.js'
import { listenWebSocket } from '../../src/transport/listen-web-socket.js'
import { listenTcp } from '../../src/transport/listen.js'
import { listenForPeers } from './listening.js'
import { framedFeatures, mechanisms, openFrame } from './session.js'

const closers: { close(): Promise<void> }[] = []
let authority: CertificateAuthority
let certificate: IssuedCertificate

beforeAll(async () => {
  authority = await createCertificateAuthority()
  certificate = await createCertificate({ names: { dns: ['localhost', 'example.test'] }, signer: authority })
})
afterEach(async () => {
  for (const closer of closers.splice(0)) await closer.close()
})

/** A WebSocket server with TLS, or a port where each connection shows, whatever is said on it. */
async function listen(secure: boolean) {
  const tls = { role: 'server', cert: certificate.cert, key: certificate.key } as const
  const listening = await listenForPeers((onTransport) =>
    secure ? listenWebSocket({ onTransport, tls }) : listenTcp({ onTransport }),
  )
  closers.push(listening)
  return listening
}

/** A client whose server answers its <open/> by sending it elsewhere. */
async function redirected(to: { readonly secure: boolean; readonly scheme: string }) {
  const [first, second] = [await listen(true), await listen(to.secure)]
  const client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    endpoint: `wss://localhost:${first.port}/xmpp-websocket`,
    tls: { ca: authority.cert },
    reconnect: 'never',
  })
  closers.push(client)
  const outcome: Promise<unknown> = client.connect().then(
    () => undefined,
    (error: unknown) => error,
  )
  const peer = await first.next()
  const header = await peer.header()
  const uri = `${to.scheme}://localhost:${second.port}/xmpp-websocket`
  peer.say(`<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='${uri}'/>`)
  return { outcome, peer, header, second }
}

describe('see-other-uri (RFC 7395 §3.6.1)', () => {
  it('is followed with its query, which may be a secret and is shown nowhere', async () => {
    const site = createServer({ cert: certificate.cert, key: certificate.key })
    const sockets = new WebSocketServer({ server: site, handleProtocols: () => 'xmpp' })
    site.listen(0, '127.0.0.1')
    await once(site, 'listening')
    const address = site.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const first = await listen(true)
    const seen: unknown[] = []
    const client = createClient({
      jid: 'alice@example.test',
      password: 'secret',
      endpoint: `wss://localhost:${first.port}/xmpp-websocket`,
      tls: { ca: authority.cert },
      inspect: (event) => {
        if (event.type === '@xstate.snapshot') seen.push(Reflect.get(event.snapshot, 'context'))
        if ('event' in event) seen.push(event.event)
      },
    })
    closers.push(client, { close: async () => void site.close() })
    client.state$.subscribe((state) => seen.push(state))
    const outcome = client.connect().catch((error: unknown) => error)
    const peer = await first.next()
    await peer.header()
    const uri = `wss://localhost:${port}/ws?token=canary`
    peer.say(`<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='${uri}'/>`)
    const [socket, request]: [WebSocket, IncomingMessage] = await new Promise((resolve) =>
      sockets.once('connection', (...both) => resolve(both)),
    )
    expect(request.url).toBe('/ws?token=canary')
    socket.terminate()
    expect(await outcome).toMatchObject({ name: 'TransportError' })
    const shown = inspectValue(seen, { depth: 5, maxArrayLength: null })
    expect(shown).toContain(`wss://localhost:${port}/ws`)
    expect(shown).not.toContain('canary')
  })

  it('is followed to another wss endpoint, where the stream begins anew', async () => {
    const { peer, header, second } = await redirected({ secure: true, scheme: 'wss' })
    const other = await second.next()
    expect((await other.header()).attributes).toEqual(header.attributes)
    expect(peer.closings).toBe(1)
    other.say(openFrame())
    other.say(framedFeatures(mechanisms('PLAIN')))
    expect((await other.next('auth')).attributes['mechanism']).toBe('PLAIN')
  })

  it.each(['ws', 'http', 'https', 'xmpp'])(
    'is never followed to %s, which is less secure or nothing that the client speaks there',
    async (scheme) => {
      const { outcome, second } = await redirected({ secure: false, scheme })
      expect(await outcome).toMatchObject({ code: expect.stringMatching(/^(stream|transport)\./) })
      expect(second.peers).toEqual([])
    },
  )
})
