import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import { logInByPlain } from './plain-login.js'

/** Whom to be on which server. */
export interface FarEndPlace {
  /** Direct TLS, of 127.0.0.1. */
  readonly port: number
  readonly domain: string
  /** PEM of the authority that the server's certificate is of. */
  readonly ca: string
  readonly user: string
  readonly password: string
  readonly resource: string
  /** Says so to everybody once it is there. Default true. */
  readonly isShown?: boolean
}

/** What comes: the body of a message, with the whole of it, or of one of its own that has come back. */
export interface FarEndEvents {
  readonly arrived: (body: string, text: string) => void
  readonly bounced: (id: string) => void
}

/** The other side of a client whose line fails: hardly any XML, no line that fails, and nothing in common with the client. */
export interface FarEnd {
  /** Sends a message whose id is its body. */
  send(to: string, body: string): void
  /** Resolves when the server has dealt with all that was sent. */
  settle(): Promise<void>
  /** Ends the stream in order; resolves when the server has. */
  leave(): Promise<void>
}

/** Logs in by PLAIN over direct TLS. */
export async function enterFarEnd(place: FarEndPlace, events: FarEndEvents): Promise<FarEnd> {
  const { ca, domain, isShown = true, password, port, resource, user } = place
  const socket = connect({ host: '127.0.0.1', port, ca, servername: domain })
  await once(socket, 'secureConnect')
  socket.setEncoding('utf8')
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await logInByPlain(socket, { domain, user, password, resource })
  if (isShown) socket.write('<presence/>')

  const settling = new Map<string, () => void>()
  let pings = 0
  listen(socket, (name, text) => {
    const id = attribute(text, 'id') ?? ''
    if (name === 'iq') settling.get(id)?.()
    else if (attribute(text, 'type') === 'error') events.bounced(id)
    else {
      const body = /<body[^>]*>([^<]*)<\/body>/.exec(text)?.[1]
      if (body !== undefined) events.arrived(body, text)
    }
  })
  const settle = () => {
    const id = `settle-${pings++}`
    socket.write(`<iq type='get' id='${id}' to='${domain}'><ping xmlns='urn:xmpp:ping'/></iq>`)
    return Promise.race([new Promise<void>((resolve) => settling.set(id, resolve)), ended])
  }
  return {
    send: (to, body) => {
      socket.write(`<message to='${to}' type='chat' id='${body}'><body>${body}</body></message>`)
    },
    settle,
    leave: async () => {
      // What comes later waits for it; a server may drop what it sends to a stream that is being closed, as Prosody does.
      socket.write("<presence type='unavailable'/>")
      await settle()
      socket.end('</stream:stream>')
      await ended
    },
  }
}

/** Cuts messages and IQs out of what comes; neither is ever inside one of its kind here. */
function listen(socket: TLSSocket, heard: (name: string, text: string) => void): void {
  let text = ''
  socket.on('data', (chunk: string) => {
    text += chunk
    for (let start = opening.exec(text); start !== null; start = opening.exec(text)) {
      const name = start[1] ?? ''
      const rest = text.slice(start.index)
      const end = endOf(rest, name)
      if (end === undefined) {
        text = rest
        return
      }
      heard(name, rest.slice(0, end))
      text = rest.slice(end)
    }
    // Half of an opening tag may be waiting for the rest.
    text = text.slice(-16)
  })
}

const opening = /<(message|iq)[\s>]/

function endOf(text: string, name: string): number | undefined {
  const headEnd = text.indexOf('>')
  if (headEnd === -1) return undefined
  if (text[headEnd - 1] === '/') return headEnd + 1
  const closing = `</${name}>`
  const at = text.indexOf(closing, headEnd)
  return at === -1 ? undefined : at + closing.length
}

const attribute = (text: string, name: string): string | undefined =>
  new RegExp(`^[^>]*\\s${name}=["']([^"']*)["']`).exec(text)?.[1]
