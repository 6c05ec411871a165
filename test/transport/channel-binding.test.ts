import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer as createTlsServer } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { channelBindingOf, tlsServerEndPoint } from '../../src/transport/channel-binding.js'
import { listenTcp, listenTls } from '../../src/transport/listen.js'
import { listenWebSocket } from '../../src/transport/listen-web-socket.js'
import { createTransportPair } from '../../src/transport/memory.js'
import { dialTcp, dialTls } from '../../src/transport/tcp.js'
import type { ChannelBindingType, Transport } from '../../src/transport/transport.js'
import { dialWebSocket } from '../../src/transport/web-socket.js'
import { issueSelfSigned } from './certificates.js'
import { Accepted, authority, clientTls, domain, good, never, serverTls, type Ends } from './pairings.js'
import { portOf } from './peers.js'

const host = '127.0.0.1'
const types = ['tls-exporter', 'tls-unique', 'tls-server-end-point'] as const

const ways: Record<string, (maxVersion: 'TLSv1.2' | 'TLSv1.3') => Promise<Ends>> = {
  STARTTLS: async (maxVersion) => {
    const accepted = new Accepted()
    const listener = await listenTcp({ onTransport: accepted.onTransport })
    onTestFinished(() => listener.close())
    const client = await dialTcp({ host, port: listener.port, signal: never() })
    const server = await accepted.next()
    await Promise.all([
      client.startTls(clientTls, never()),
      server.startTls({ ...serverTls, maxVersion }, never()),
    ])
    return { client, server }
  },
  'direct TLS': async (maxVersion) => {
    const accepted = new Accepted()
    const listener = await listenTls({ tls: { ...serverTls, maxVersion }, onTransport: accepted.onTransport })
    onTestFinished(() => listener.close())
    const client = await dialTls({ host, port: listener.port, tls: clientTls, signal: never() })
    return { client, server: await accepted.next() }
  },
  wss: async (maxVersion) => {
    const accepted = new Accepted()
    const tls = { ...serverTls, maxVersion }
    const listener = await listenWebSocket({ tls, onTransport: accepted.onTransport })
    onTestFinished(() => listener.close())
    const url = `wss://127.0.0.1:${listener.port}/xmpp-websocket`
    const client = await dialWebSocket({ url, signal: never(), tls: { ca: authority.ca } })
    return { client, server: await accepted.next() }
  },
}

const bindings = (transport: Transport): Record<string, number | undefined> =>
  Object.fromEntries(types.map((type) => [type, transport.channelBinding(type)?.length]))

describe.each(Object.entries(ways))('channel binding over %s', (_, open) => {
  it('has the exporter and the end point on TLS 1.3, the same on both ends', async () => {
    const { client, server } = await open('TLSv1.3')
    expect(client.tls?.version).toBe('TLSv1.3')
    expect(bindings(client)).toEqual({
      'tls-exporter': 32,
      'tls-unique': undefined,
      'tls-server-end-point': 32,
    })
    for (const type of types) expect(client.channelBinding(type)).toEqual(server.channelBinding(type))
  })

  it('has all three on TLS 1.2, the same on both ends', async () => {
    const { client, server } = await open('TLSv1.2')
    expect(client.tls?.version).toBe('TLSv1.2')
    expect(bindings(client)).toEqual({ 'tls-exporter': 32, 'tls-unique': 12, 'tls-server-end-point': 32 })
    for (const type of types) expect(client.channelBinding(type)).toEqual(server.channelBinding(type))
  })

  it('differs between connections where it is bound to one', async () => {
    const [first, second] = [await open('TLSv1.2'), await open('TLSv1.2')]
    const differs = (type: ChannelBindingType): boolean =>
      Buffer.compare(
        first.client.channelBinding(type) ?? Buffer.alloc(0),
        second.client.channelBinding(type) ?? Buffer.alloc(0),
      ) !== 0
    expect(types.map(differs)).toEqual([true, true, false])
  })

  it('is the hash of the certificate where it is bound to the end point', async () => {
    const { client } = await open('TLSv1.3')
    const hash = createHash('sha256').update(good.der).digest()
    expect(client.channelBinding('tls-server-end-point')).toEqual(new Uint8Array(hash))
  })
})

describe('channel binding', () => {
  it('exists on no connection in clear', async () => {
    const listener = await listenTcp({ onTransport: () => {} })
    onTestFinished(() => listener.close())
    const client = await dialTcp({ host, port: listener.port, signal: never() })
    expect(types.map((type) => client.channelBinding(type))).toEqual([undefined, undefined, undefined])
  })

  it('is pretended alike on both ends of a secure pair in memory', () => {
    const { client, server } = createTransportPair({ secure: true })
    for (const type of types) expect(client.channelBinding(type)).toEqual(server.channelBinding(type))
    expect(bindings(client)).toEqual({
      'tls-exporter': 32,
      'tls-unique': undefined,
      'tls-server-end-point': 32,
    })
  })

  it('does not use the exporter on TLS 1.2 without the extended master secret', async () => {
    // SSL_OP_NO_EXTENDED_MASTER_SECRET of OpenSSL 3.
    const server = createTlsServer({
      cert: good.cert,
      key: good.key,
      maxVersion: 'TLSv1.2',
      secureOptions: 1,
    })
    server.listen(0, host)
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const client = connect({ host, port: portOf(server), ca: authority.ca, servername: domain })
    await once(client, 'secureConnect')
    expect(channelBindingOf(client, false, 'tls-exporter')).toBeUndefined()
    expect(channelBindingOf(client, false, 'tls-unique')?.length).toBe(12)
    client.destroy()
  })

  it('is what the registrations say, not only the same on both ends', async () => {
    const server = createTlsServer({ cert: good.cert, key: good.key, maxVersion: 'TLSv1.2' })
    server.listen(0, host)
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const accepting = once(server, 'secureConnection')
    const client = connect({ host, port: portOf(server), ca: authority.ca, servername: domain })
    await once(client, 'secureConnect')
    const [accepted] = await accepting
    expect(channelBindingOf(client, false, 'tls-unique')).toEqual(new Uint8Array(accepted.getPeerFinished()))
    const exported = accepted.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
    expect(channelBindingOf(client, false, 'tls-exporter')).toEqual(new Uint8Array(exported))
    expect(channelBindingOf(accepted, true, 'tls-server-end-point')).toEqual(
      new Uint8Array(createHash('sha256').update(good.der).digest()),
    )
    client.destroy()
    accepted.destroy()
  })

  it('takes the first Finished message of a resumed session too', async () => {
    const server = createTlsServer({ cert: good.cert, key: good.key, maxVersion: 'TLSv1.2' })
    server.listen(0, host)
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const options = { host, port: portOf(server), ca: authority.ca, servername: domain }

    const first = connect(options)
    await once(first, 'secureConnect')
    const session = first.getSession()
    first.destroy()

    const accepting = once(server, 'secureConnection')
    const second = connect({ ...options, session })
    await once(second, 'secureConnect')
    const [accepted] = await accepting
    expect(second.isSessionReused()).toBe(true)
    const here = channelBindingOf(second, false, 'tls-unique')
    expect(here).toEqual(channelBindingOf(accepted, true, 'tls-unique'))
    // The server speaks first then, so it is not what the client sent.
    expect(here).toEqual(new Uint8Array(second.getPeerFinished() ?? []))
    second.destroy()
    accepted.destroy()
  })
})

describe('tlsServerEndPoint()', () => {
  it.each([
    ['ecdsa-sha1', 'sha256'],
    ['ecdsa-sha256', 'sha256'],
    ['ecdsa-sha384', 'sha384'],
    ['ecdsa-sha512', 'sha512'],
    ['rsa-sha1', 'sha256'],
    ['rsa-sha512', 'sha512'],
    ['rsa-pss-sha384', 'sha384'],
  ] as const)('hashes a certificate signed with %s by %s', (signature, hash) => {
    const { der } = issueSelfSigned({ signature })
    expect(tlsServerEndPoint(der)).toEqual(new Uint8Array(createHash(hash).update(der).digest()))
  })

  it('is undefined for a signature without a hash of its own', () => {
    expect(tlsServerEndPoint(issueSelfSigned({ signature: 'ed25519' }).der)).toBeUndefined()
  })

  it('refuses what is no certificate', () => {
    expect(() => tlsServerEndPoint(Uint8Array.of(0x30, 5, 1))).toThrow(RangeError)
  })
})
