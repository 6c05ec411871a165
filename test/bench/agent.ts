import { once } from 'node:events'
import { connect } from 'node:net'
import { logInByPlain } from '../support/plain-login.js'
import type { ProsodyUnderBench } from './prosody-under-bench.js'

/** The other side of the client that is measured: hardly any XML, so that it keeps nobody waiting. */
export interface Agent {
  readonly jid: string
  /** Resolves when so many messages have come since the last call that asked. */
  received(count: number): Promise<void>
  /** Sends messages, `pace` a second or, where that is 0, as fast as they are taken. */
  send(to: string, count: number, pace: number): Promise<void>
  /** Answers every message at once from now on. */
  echo(to: string): void
  /** Answers every message that has a body from now on, and says before that it is typing. */
  chat(to: string): void
  close(): void
}

const resource = 'bench'
const end = '</message>'

/** Logs an agent in, by PLAIN and in clear: its TLS would take CPU from the others. */
export async function startAgent(
  { domain, password, ports }: ProsodyUnderBench,
  user: string,
): Promise<Agent> {
  const socket = connect({ host: '127.0.0.1', port: ports.starttls, noDelay: true })
  await once(socket, 'connect')
  socket.setEncoding('utf8')
  const jid = `${user}@${domain}/${resource}`
  await logInByPlain(socket, { domain, user, password, resource })
  socket.write('<presence/>')
  await once(socket, 'data')

  let arrived = 0
  let wanted = Number.POSITIVE_INFINITY
  let settle = () => {}
  let answer = (_message: string) => {}
  let tail = ''
  socket.on('data', (chunk: string) => {
    const text = tail + chunk
    let from = 0
    for (let at = text.indexOf(end); at !== -1; at = text.indexOf(end, from)) {
      arrived++
      answer(text.slice(from, at))
      from = at + end.length
    }
    tail = text.slice(from)
    if (arrived >= wanted) settle()
  })
  let sent = 0
  const write = (to: string) => socket.write(toMessage(to, sent++))

  return {
    jid,
    received: async (count) => {
      if (arrived < count) {
        wanted = count
        await new Promise<void>((resolve) => {
          settle = resolve
        })
        wanted = Number.POSITIVE_INFINITY
      }
      arrived -= count
    },
    send: async (to, count, pace) => {
      if (pace > 0) await sendPaced(count, pace, () => write(to))
      else
        for (let done = 0; done < count; done++) {
          if (!write(to)) await once(socket, 'drain')
        }
    },
    echo: (to) => {
      answer = () => write(to)
    },
    chat: (to) => {
      answer = (message) => {
        if (message.includes('<body>')) socket.write(toTyping(to) + toMessage(to, sent++))
      }
    },
    close: () => socket.destroy(),
  }
}

async function sendPaced(count: number, pace: number, write: () => void): Promise<void> {
  const start = performance.now()
  for (let done = 0; done < count;) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    const due = Math.min(count, Math.floor(((performance.now() - start) * pace) / 1000))
    for (; done < due; done++) write()
  }
}

const toTyping = (to: string): string =>
  `<message to='${to}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`

const toMessage = (to: string, index: number): string =>
  `<message to='${to}' type='chat' id='m${index}'><body>message ${index} of many: see you at the station at nine, é?</body><active xmlns='http://jabber.org/protocol/chatstates'/><origin-id xmlns='urn:xmpp:sid:0' id='m${index}'/></message>`
