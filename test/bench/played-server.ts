import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { createCertificate, createCertificateAuthority } from '../../src/server/certificate.js'
import { answerTo, type Said } from './played-words.js'

/** A server that is none: it lets everybody in and says what is written, the same bytes to each. */
export interface PlayedServer {
  readonly url: string
  /** PEM file of the authority that its certificate is of. */
  readonly caFile: string
  /** Gives whoever came last a roster of so many contacts from now on; it is empty until then. */
  fill(contacts: number): void
  /** Says text to whoever came last, as so many frames in one piece. */
  play(frames: Buffer): void
  stop(): Promise<void>
}

/** @param folder one that is gone when the bench ends */
export async function startPlayedServer(folder: string): Promise<PlayedServer> {
  const certificate = await createCertificate({
    names: { dns: ['localhost'] },
    signer: await createCertificateAuthority(),
  })
  const place = join(folder, randomUUID())
  await mkdir(place)
  const caFile = join(place, 'ca.crt')
  await writeFile(caFile, certificate.ca)

  const https = createServer({ cert: certificate.cert, key: certificate.key })
  const upgrader = new WebSocketServer({ noServer: true })
  const open = new Set<WebSocket>()
  let last: { readonly socket: Duplex; readonly said: Said } | undefined
  https.on('upgrade', (request, socket, head) => {
    const said: Said = { isAuthenticated: false, contacts: 0 }
    last = { socket, said }
    upgrader.handleUpgrade(request, socket, head, (client) => {
      open.add(client)
      client.on('close', () => open.delete(client))
      client.on('error', () => client.terminate())
      talk(client, socket, said)
    })
  })
  https.listen(0, '127.0.0.1')
  await once(https, 'listening')
  const address = https.address()
  if (address === null || typeof address === 'string') throw new TypeError('the server listens nowhere')
  return {
    url: `wss://localhost:${address.port}/`,
    caFile,
    fill: (contacts) => {
      if (last !== undefined) last.said.contacts = contacts
    },
    play: (frames) => void last?.socket.write(frames),
    stop: async () => {
      for (const client of open) client.terminate()
      https.close()
      await once(https, 'close')
    },
  }
}

function talk(client: WebSocket, socket: Duplex, said: Said): void {
  client.on('message', (data: Buffer) => {
    const heard = data.toString('utf8')
    const answers = answerTo(heard, said)
    if (heard.startsWith('<auth')) said.isAuthenticated = true
    if (answers.length > 0) socket.write(toFrames(answers))
    if (heard.startsWith('<close')) client.close()
  })
}

/** Text frames as a server sends them, all in one piece. @see RFC 6455 §5.2 */
export function toFrames(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const payload = Buffer.from(text)
      return [toFrameHead(payload.length), payload]
    }),
  )
}

const finalText = 0x81

function toFrameHead(length: number): Buffer {
  if (length < 126) return Buffer.from([finalText, length])
  const head = Buffer.alloc(length < 65_536 ? 4 : 10)
  head[0] = finalText
  if (length < 65_536) {
    head[1] = 126
    head.writeUInt16BE(length, 2)
  } else {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(length), 2)
  }
  return head
}
