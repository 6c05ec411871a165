import { describe, expect, it } from 'vitest'
import { createTransportPair } from '../../src/transport/memory.js'
import { clientTls, never, serverTls } from './pairings.js'
import { rejection } from './peers.js'
import { Recorder } from './recorder.js'

describe('createTransportPair()', () => {
  it('delivers by hand only when told so, answers included', async () => {
    const { client, server, pump } = createTransportPair({ framing: 'frames', delivery: 'manual' })
    const [a, b] = [new Recorder(client), new Recorder(server)]
    b.onData = () => server.write('pong')
    client.write('ping')
    client.write('ping')
    await Promise.resolve()
    expect(b.chunks).toEqual([])
    expect(client.bufferedBytes).toBe(8)
    expect(pump()).toBe(4)
    expect([a.text, b.text]).toEqual(['pongpong', 'pingping'])
    expect(pump()).toBe(0)
  })

  it('is in clear unless told otherwise', () => {
    expect(createTransportPair().client.tls).toBeNull()
    const { client, server } = createTransportPair({ secure: true })
    expect([client.tls, server.tls]).toEqual([
      { version: 'TLSv1.3', alpn: undefined },
      { version: 'TLSv1.3', alpn: undefined },
    ])
  })

  it('shares binding data inside a pair alone', () => {
    const [first, second] = [createTransportPair({ secure: true }), createTransportPair({ secure: true })]
    expect(first.client.channelBinding('tls-exporter')).not.toEqual(
      second.client.channelBinding('tls-exporter'),
    )
  })

  it('has the same binding data on both ends after startTls()', async () => {
    const { client, server } = createTransportPair()
    expect(client.channelBinding('tls-exporter')).toBeUndefined()
    await Promise.all([client.startTls(clientTls, never()), server.startTls(serverTls, never())])
    expect(client.channelBinding('tls-exporter')).toHaveLength(32)
    expect(client.channelBinding('tls-exporter')).toEqual(server.channelBinding('tls-exporter'))
  })

  it('waits for the other end to start TLS too, until given up', async () => {
    const { client, server } = createTransportPair()
    const b = new Recorder(server)
    const abortion = new AbortController()
    const securing = rejection(client.startTls(clientTls, abortion.signal))
    abortion.abort()
    expect((await securing).code).toBe('transport.aborted')
    expect((await b.closed)?.code).toBe('transport.reset')
  })

  it('has no STARTTLS on frames', async () => {
    const { client } = createTransportPair({ framing: 'frames' })
    await expect(client.startTls(clientTls, never())).rejects.toThrow(TypeError)
  })
})
