import { once } from 'node:events'
import type { EventEmitter } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { SecureVersion, TLSSocket } from 'node:tls'
import { WebSocket } from 'ws'
import type { RealDomain, RealServer } from '../support/real-server.js'

/** A stream read and written as text, without any of the engine. */
export interface RawStream {
  /** Writes, then reads until the answer has `end`; rejects with what came when the stream closes first. */
  ask(request: string, end: string): Promise<string>
}

const streams = 'http://etherx.jabber.org/streams'

/** The header of a stream to a domain. */
export function streamHeader(domain: string): string {
  return `<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='${streams}'>`
}

/** Speaks over a socket. */
export function rawStream(socket: Socket | TLSSocket): RawStream {
  return {
    ask: (request, end) => {
      const answer = gather(socket, 'data', end)
      socket.write(request)
      return answer
    },
  }
}

/** Adds up what comes until it has `end`; rejects with what came when the other side closes first. */
function gather(source: EventEmitter, event: 'data' | 'message', end: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const leave = () => {
      source.off(event, add)
      source.off('close', fail)
    }
    const fail = () => {
      leave()
      reject(new Error(`closed after: ${answer}`))
    }
    const add = (chunk: unknown) => {
      answer += String(chunk)
      if (!answer.includes(end)) return
      leave()
      resolve(answer)
    }
    source.on(event, add)
    source.on('close', fail)
  })
}

/** A TCP connection, not encrypted. */
export async function openTcp(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  return socket.setNoDelay()
}

/** A TLS connection whose certificate was verified for the domain. */
export async function openTls(
  server: RealServer,
  { directTlsPort, domain }: RealDomain,
  maxVersion: SecureVersion = 'TLSv1.3',
): Promise<TLSSocket> {
  const options = { host: '127.0.0.1', port: directTlsPort, servername: domain, ca: server.ca, maxVersion }
  const socket = connectTls({ ...options, ALPNProtocols: ['xmpp-client'] })
  await once(socket, 'secureConnect')
  socket.setNoDelay()
  return socket
}

/** STARTTLS on a fresh connection; verified like `openTls`. */
export async function openStartTls(
  server: RealServer,
  { domain, starttlsPort }: RealDomain,
): Promise<TLSSocket> {
  const plain = await openTcp(starttlsPort)
  const stream = rawStream(plain)
  await stream.ask(streamHeader(domain), '</stream:features>')
  await stream.ask("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", '<proceed')
  const socket = connectTls({ socket: plain, servername: domain, ca: server.ca })
  await once(socket, 'secureConnect')
  return socket
}

/** What a WebSocket answers to `<open/>`, to the end of its features. */
export async function openWebSocket(url: string, domain: string, ca: string): Promise<string> {
  const socket = new WebSocket(url, 'xmpp', { ca })
  try {
    await once(socket, 'open')
    const answer = gather(socket, 'message', 'features>')
    socket.send(`<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='${domain}' version='1.0'/>`)
    return await answer
  } finally {
    socket.terminate()
  }
}
