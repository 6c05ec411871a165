import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listenTcp, listenTls } from '../../src/transport/listen.js'
import { createTransportPair } from '../../src/transport/memory.js'
import { dialTcp, dialTls } from '../../src/transport/tcp.js'
import { authority, Accepted, clientTls, domain, never, serverTls, type Ends } from './pairings.js'
import { portOf, rejection } from './peers.js'
import { manyRounds, Recorder, written } from './recorder.js'

const host = '127.0.0.1'

async function openTcp(): Promise<Ends> {
  const accepted = new Accepted()
  const listener = await listenTcp({ onTransport: accepted.onTransport })
  onTestFinished(() => listener.close())
  const client = await dialTcp({ host, port: listener.port, signal: never() })
  return { client, server: await accepted.next() }
}

const openMemory = async (): Promise<Ends> => createTransportPair()

/** Our client, and a server of which every byte is ours to write. */
async function openRaw(): Promise<{ readonly client: Recorder; readonly peer: Socket }> {
  const server = createServer()
  server.listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const accepting = once(server, 'connection')
  const client = await dialTcp({ host, port: portOf(server), signal: never() })
  const [peer] = await accepting
  onTestFinished(() => peer.destroy())
  return { client: new Recorder(client), peer }
}

describe.each([
  ['tcp', openTcp],
  ['memory', openMemory],
])('startTls() over %s', (_, open) => {
  it('secures both ends and keeps their sinks', async () => {
    const { client, server } = await open()
    const [a, b] = [new Recorder(client), new Recorder(server)]
    a.transport.write('<starttls/>')
    await b.until('<starttls/>')
    server.write('<proceed/>')
    const securing = server.startTls(serverTls, never())
    await a.until('<proceed/>')
    expect([client.tls, server.tls]).toEqual([null, null])
    await Promise.all([client.startTls(clientTls, never()), securing])
    expect([client.tls?.version, server.tls?.version]).toEqual(['TLSv1.3', 'TLSv1.3'])
    client.write('<secret/>')
    await b.until('<starttls/><secret/>')
  })

  it('sends what is written during the handshake after it', async () => {
    const { client, server } = await open()
    const [a, b] = [new Recorder(client), new Recorder(server)]
    const securing = [client.startTls(clientTls, never()), server.startTls(serverTls, never())]
    const flushed = written(client, 'one,')
    client.write('two')
    server.write('three')
    expect(client.bufferedBytes).toBe(7)
    await Promise.all(securing)
    expect(await flushed).toBeNull()
    await Promise.all([a.until('three'), b.until('one,two')])
    expect(client.tls).not.toBeNull()
  })

  it('closes after the handshake when close() came during it', async () => {
    const { client, server } = await open()
    const [a, b] = [new Recorder(client), new Recorder(server)]
    const securing = [client.startTls(clientTls, never()), server.startTls(serverTls, never())]
    client.write('last')
    client.close()
    await Promise.all(securing)
    expect(await Promise.all([a.closed, b.closed])).toEqual([null, null])
    expect(b.text).toBe('last')
  })

  it('works while delivery is paused, and stays paused', async () => {
    const { client, server } = await open()
    const [a, b] = [new Recorder(client), new Recorder(server)]
    client.pause()
    await Promise.all([client.startTls(clientTls, never()), server.startTls(serverTls, never())])
    server.write('held')
    client.write('ping')
    await b.until('ping')
    server.write(',more')
    client.write('ping')
    await b.until('pingping')
    expect(a.chunks).toEqual([])
    client.resume()
    await a.until('held,more')
  })

  it('holds the writer back too when it is paused all along', async () => {
    const { client, server } = await open()
    const [a, b] = [new Recorder(client), new Recorder(server)]
    client.pause()
    await Promise.all([client.startTls(clientTls, never()), server.startTls(serverTls, never())])
    for (let index = 0; index < 16; index += 1) server.write('x'.repeat(1_000_000))
    await manyRounds(a, b)
    expect(server.bufferedBytes).toBeGreaterThan(1_000_000)
    client.resume()
    await a.untilLength(16_000_000)
  })

  it('works before start()', async () => {
    const { client, server } = await open()
    await Promise.all([client.startTls(clientTls, never()), server.startTls(serverTls, never())])
    server.write('hello')
    const a = new Recorder(client)
    await a.until('hello')
    expect(a.text).toBe('hello')
  })

  it('refuses to start over bytes that came in clear and wait undelivered', async () => {
    const { client, server } = await open()
    const [a, b] = [new Recorder(client), new Recorder(server)]
    client.pause()
    server.write('<injected/>')
    client.write('ping')
    await b.until('ping')
    server.write('pong')
    client.write('ping')
    await b.until('pingping')
    const error = await rejection(client.startTls(clientTls, never()))
    expect(error.code).toBe('transport.tls-failed')
    expect(error.message).toContain('in clear')
    expect(await a.closed).toBe(error)
    expect(a.chunks).toEqual([])
    expect(client.tls).toBeNull()
  })

  it('refuses a second time, and leaves the connection as it is', async () => {
    const { client, server } = await open()
    const b = new Recorder(server)
    await Promise.all([client.startTls(clientTls, never()), server.startTls(serverTls, never())])
    await expect(client.startTls(clientTls, never())).rejects.toThrow(TypeError)
    client.write('still')
    await b.until('still')
  })

  it('fails after the end', async () => {
    const { client } = await open()
    client.destroy()
    expect((await rejection(client.startTls(clientTls, never()))).code).toBe('transport.closed')
  })

  it('fails when it is destroyed meanwhile', async () => {
    const { client } = await open()
    const a = new Recorder(client)
    const securing = rejection(client.startTls(clientTls, never()))
    client.destroy()
    expect((await securing).code).toBe('transport.closed')
    expect(await a.closed).toBeNull()
  })

  it('gives up on an aborted signal, and closes with the same error', async () => {
    const { client } = await open()
    const a = new Recorder(client)
    const error = await rejection(client.startTls(clientTls, AbortSignal.abort(new Error('why'))))
    expect(error.code).toBe('transport.aborted')
    expect(await a.closed).toBe(error)
  })

  it('gives up when the signal aborts meanwhile', async () => {
    const { client } = await open()
    const a = new Recorder(client)
    const abortion = new AbortController()
    const securing = rejection(client.startTls(clientTls, abortion.signal))
    abortion.abort(new Error('why'))
    const error = await securing
    expect(error.code).toBe('transport.aborted')
    expect(error.cause).toEqual(new Error('why'))
    expect(await a.closed).toBe(error)
  })

  it('takes no notice of the signal afterwards', async () => {
    const { client, server } = await open()
    const [a, b] = [new Recorder(client), new Recorder(server)]
    const abortion = new AbortController()
    await Promise.all([client.startTls(clientTls, abortion.signal), server.startTls(serverTls, never())])
    abortion.abort()
    client.write('still')
    await b.until('still')
    expect(a.closings).toEqual([])
  })
})

describe('startTls() against a peer that does not play by the rules', () => {
  it('fails on an answer that is no TLS, and delivers nothing of it', async () => {
    const { client, peer } = await openRaw()
    peer.once('data', () => peer.write('<stream:error/>'.repeat(10)))
    const error = await rejection(client.transport.startTls(clientTls, never()))
    expect(error.code).toBe('transport.tls-failed')
    expect(error.message).toMatch(/^TLS handshake with tcp:\/\/127\.0\.0\.1:\d+ failed: /)
    expect(await client.closed).toBe(error)
    expect(client.chunks).toEqual([])
  })

  it('fails when the peer ends the connection instead', async () => {
    const { client, peer } = await openRaw()
    peer.once('data', () => peer.end())
    const error = await rejection(client.transport.startTls(clientTls, never()))
    expect(error.code).toBe('transport.reset')
    expect(await client.closed).toBe(error)
  })

  it('fails when the peer resets the connection instead', async () => {
    const { client, peer } = await openRaw()
    peer.once('data', () => peer.resetAndDestroy())
    const error = await rejection(client.transport.startTls(clientTls, never()))
    expect(error.code).toBe('transport.reset')
    expect(await client.closed).toBe(error)
  })

  it('fails on a wrong certificate, and has sent nothing that was written meanwhile', async () => {
    const { client, server } = await openTcp()
    const [a, b] = [new Recorder(client), new Recorder(server)]
    const securing = rejection(client.startTls({ ...clientTls, domain: 'other.test' }, never()))
    // Its own outcome depends on how far the handshake had come.
    const serving = server.startTls(serverTls, never()).catch(() => {})
    const flushed = written(client, '<auth>CANARY</auth>')
    const error = await securing
    expect(error.code).toBe('transport.certificate-mismatch')
    expect((await flushed)?.code).toBe('transport.certificate-mismatch')
    expect(await a.closed).toBe(error)
    await Promise.all([serving, b.closed])
    expect(b.text).toBe('')
  })

  it('leaves the connection as it is on unusable options', async () => {
    const { client, server } = await openTcp()
    const b = new Recorder(server)
    await expect(client.startTls({ domain: 'not a domain' }, never())).rejects.toThrow(RangeError)
    await expect(client.startTls({ domain, ca: 'no PEM', cert: 'x', key: 'y' }, never())).rejects.toThrow(
      TypeError,
    )
    client.write('still')
    await b.until('still')
  })

  it('sends in clear all that the server wrote before, however much the client is behind', async () => {
    const { client, server } = await openTcp()
    const a = new Recorder(client)
    client.pause()
    for (let index = 0; index < 16; index += 1) server.write('x'.repeat(1_000_000))
    server.write('<proceed/>')
    expect(server.bufferedBytes).toBeGreaterThan(1_000_000)
    const securing = server.startTls(serverTls, never())
    server.write('<secret/>')
    client.resume()
    await a.untilLength(16_000_010)
    await Promise.all([securing, client.startTls(clientTls, never())])
    await a.untilLength(16_000_019)
    expect(a.text.endsWith('x<proceed/><secret/>')).toBe(true)
  })

  it('sends in clear all that the client wrote before, however much the server is behind', async () => {
    const { client, peer } = await openRaw()
    peer.pause()
    for (let index = 0; index < 16; index += 1) client.transport.write('x'.repeat(1_000_000))
    client.transport.write('<starttls/>')
    expect(client.transport.bufferedBytes).toBeGreaterThan(1_000_000)
    const securing = rejection(client.transport.startTls(clientTls, never()))
    const handshakeRecord = 22
    const last = await new Promise<Buffer>((resolve) => {
      let length = 0
      let tail = Buffer.alloc(0)
      peer.on('data', (chunk: Buffer) => {
        length += chunk.length
        tail = Buffer.concat([tail, chunk]).subarray(-1000)
        if (length > 16_000_011) resolve(tail.subarray(16_000_000 - length))
      })
      peer.resume()
    })
    expect(last.subarray(0, 11).toString()).toBe('<starttls/>')
    expect(last[11]).toBe(handshakeRecord)
    peer.destroy()
    expect((await securing).code).toBe('transport.reset')
  })

  it('gives up while it still waits to send what was written before', async () => {
    const { client, server } = await openTcp()
    client.pause()
    const b = new Recorder(server)
    for (let index = 0; index < 16; index += 1) server.write('x'.repeat(1_000_000))
    const abortion = new AbortController()
    const securing = rejection(server.startTls(serverTls, abortion.signal))
    abortion.abort()
    expect((await securing).code).toBe('transport.aborted')
    expect((await b.closed)?.code).toBe('transport.aborted')
  })
})

describe('the TLS of a server', () => {
  it('fails on bytes that are no TLS', async () => {
    const accepted = new Accepted()
    const listener = await listenTcp({ onTransport: accepted.onTransport })
    onTestFinished(() => listener.close())
    const peer = connect(listener.port, host)
    onTestFinished(() => void peer.destroy())
    const server = await accepted.next()
    const recorder = new Recorder(server)
    const securing = rejection(server.startTls(serverTls, never()))
    peer.write('<stream:stream>'.repeat(10))
    const error = await securing
    expect(error.code).toBe('transport.tls-failed')
    expect(await recorder.closed).toBe(error)
  })

  it('fails when the client goes away', async () => {
    const { client, server } = await openTcp()
    const b = new Recorder(server)
    const securing = rejection(server.startTls(serverTls, never()))
    client.destroy()
    const error = await securing
    expect(error.code).toBe('transport.reset')
    expect(await b.closed).toBe(error)
  })

  it('waits no longer for a handshake than it was told', async () => {
    const { client, server } = await openTcp()
    const [a, b] = [new Recorder(client), new Recorder(server)]
    const error = await rejection(server.startTls({ ...serverTls, handshakeTimeoutMs: 10 }, never()))
    expect(error.code).toBe('transport.tls-failed')
    expect(error.message).toContain('ERR_TLS_HANDSHAKE_TIMEOUT')
    expect(await b.closed).toBe(error)
    await a.closed
  })

  it('accepts nothing below TLS 1.2', async () => {
    const listener = await listenTls({ tls: serverTls, onTransport: () => {} })
    onTestFinished(() => listener.close())
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    const socket = connectTls({ host, port: listener.port, ca: authority.ca, servername: domain, ...old })
    const [error] = await once(socket, 'error')
    expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
  })

  it('sees the domain as SNI, and xmpp-client by ALPN on direct TLS alone', async () => {
    const { client, server } = await openTcp()
    await Promise.all([client.startTls(clientTls, never()), server.startTls(serverTls, never())])
    expect([client.tls?.alpn, server.tls?.alpn]).toEqual([undefined, undefined])

    const hello = await firstBytesOf((port) =>
      dialTls({ host, port, tls: { domain: 'bücher.test' }, signal: never() }),
    )
    expect(hello).toContain('xn--bcher-kva.test')
    expect(hello).toContain('xmpp-client')
  })

  it('sees no SNI for an IP address', async () => {
    const hello = await firstBytesOf((port) =>
      dialTls({ host, port, tls: { domain: '127.0.0.1' }, signal: never() }),
    )
    expect(hello).not.toContain('127.0.0.1')
    expect(hello).toContain('xmpp-client')
  })
})

/** What a client says first, as Latin-1; then the connection is cut. */
async function firstBytesOf(dial: (port: number) => Promise<unknown>): Promise<string> {
  const server = createServer()
  server.listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const accepting = once(server, 'connection')
  const dialing = rejection(dial(portOf(server)))
  const [peer] = await accepting
  const [bytes] = await once(peer, 'data')
  peer.destroy()
  await dialing
  return bytes.toString('latin1')
}
