import type { Transport } from '../../src/transport/transport.js'
import { createTransportPair, type TransportPairOptions } from '../../src/transport/memory.js'

/** What the server says when it has heard something that fits, in order. */
export interface Exchange {
  readonly hears: RegExp
  /** Text, or `silence`, `hang up`, `cut`; a function sees what was heard. */
  readonly says: string | ((heard: string) => string)
}

/** A server end that follows a script, one exchange after the other; beyond that it only closes when it is asked to. */
export class ScriptedServer {
  heard = ''
  /** How the client's connection ended, as the server sees it. */
  ended = false
  readonly #transport: Transport
  #pending = ''
  #script: readonly Exchange[]

  constructor(transport: Transport, script: readonly Exchange[]) {
    this.#transport = transport
    this.#script = script
    transport.start({
      data: (chunk) => this.#hear(typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)),
      closed: () => {
        this.ended = true
      },
    })
  }

  say(text: string): void {
    this.#transport.write(text)
  }

  hangUp(): void {
    this.#transport.close()
  }

  cut(): void {
    this.#transport.destroy()
  }

  #hear(text: string): void {
    this.heard += text
    this.#pending += text
    if (this.#script.length === 0 && this.#pending.includes('</stream:stream>')) {
      this.say('</stream:stream>')
      this.hangUp()
    }
    for (let next = this.#script[0]; next !== undefined; next = this.#script[0]) {
      const match = next.hears.exec(this.#pending)
      if (match === null) return
      const heard = this.#pending.slice(0, match.index + match[0].length)
      this.#pending = this.#pending.slice(heard.length)
      this.#script = this.#script.slice(1)
      this.#answer(next.says, heard)
    }
  }

  #answer(says: Exchange['says'], heard: string): void {
    if (says === 'silence') return
    if (says === 'hang up') this.hangUp()
    else if (says === 'cut') this.cut()
    else this.say(typeof says === 'string' ? says : says(heard))
  }
}

/** Endpoint openers for a client, each leading to a fresh server that follows the script of its turn (the last for ever). */
export function scriptedEndpoint(
  scripts: readonly (readonly Exchange[])[],
  options: TransportPairOptions = { secure: true },
) {
  const servers: ScriptedServer[] = []
  const open = (): Transport => {
    const { client, server } = createTransportPair(options)
    const script = scripts[Math.min(servers.length, scripts.length - 1)] ?? []
    servers.push(new ScriptedServer(server, script))
    return client
  }
  return { open, servers }
}

export const openingTag =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'" +
  " id='s1' from='example.test' version='1.0' xml:lang='en'>"
export const features = (content: string) => `<stream:features>${content}</stream:features>`
export const mechanisms = (...names: readonly string[]) =>
  `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`
export const bindFeature = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
export const success = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"

/** The answer to the request that was heard last. */
export const answer =
  (payload: string, type: 'error' | 'result' = 'result') =>
  (heard: string) => {
    const id = /<iq [^>]*id=["']([^"']+)["']/.exec(heard.slice(heard.lastIndexOf('<iq ')))?.[1] ?? ''
    return `<iq type='${type}' id='${id}'>${payload}</iq>`
  }

/** A whole login with PLAIN on a stream that is secure already. */
export const login: readonly Exchange[] = [
  { hears: /<stream:stream[^>]*>/, says: openingTag },
  { hears: /^/, says: features(mechanisms('PLAIN')) },
  { hears: /<\/auth>/, says: success },
  { hears: /<stream:stream[^>]*>/, says: openingTag },
  { hears: /^/, says: features(bindFeature) },
  {
    hears: /<\/iq>/,
    says: answer("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.test/desk</jid></bind>"),
  },
]
