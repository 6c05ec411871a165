import type { VirtualClock } from '../../src/testing/virtual-clock.js'
import type { Transport } from '../../src/transport/transport.js'

/** The domain of the server that is driven. */
export const domain = 'example.test'

export type Framing = Transport['framing']

const streams = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
const framed = "xmlns='urn:ietf:params:xml:ns:xmpp-framing'"

/** A stream header, as the framing has it. */
export function header(framing: Framing, attributes = `to='${domain}' version='1.0'`): string {
  return framing === 'frames'
    ? `<open ${framed} ${attributes}/>`
    : `<?xml version='1.0'?><stream:stream ${streams} ${attributes}>`
}

export const closing = (framing: Framing): string =>
  framing === 'frames' ? `<close ${framed}/>` : '</stream:stream>'

const sasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
export const plain = (username: string, password: string): string => btoa(`\0${username}\0${password}`)
export const auth = (mechanism: string, data = ''): string =>
  `<auth ${sasl} mechanism='${mechanism}'>${data}</auth>`
export const response = (data: string): string => `<response ${sasl}>${data}</response>`
export const abort = `<abort ${sasl}/>`
export const startTls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

/** What was before SASL. @see XEP-0078 */
export const identify = (type: 'get' | 'set', fields = ''): string =>
  `<iq xmlns='jabber:client' type='${type}' id='auth'><query xmlns='jabber:iq:auth'>${fields}</query></iq>`
export const register = `<iq xmlns='jabber:client' type='get' id='reg'><query xmlns='jabber:iq:register'/></iq>`

export const bind = (resource: string): string =>
  `<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>` +
  `<resource>${resource}</resource></bind></iq>`
export const enable = (attributes: string): string => `<enable xmlns='urn:xmpp:sm:3' ${attributes}/>`
export const resume = (previd: string, handled: number): string =>
  `<resume xmlns='urn:xmpp:sm:3' previd='${previd}' h='${handled}'/>`

/** A client that says what it is told to, and reads everything. */
export class Speaker {
  /** All that the server has said. */
  heard = ''
  hasEnded = false
  readonly framing: Framing
  readonly transport: Transport

  constructor(transport: Transport) {
    this.transport = transport
    this.framing = transport.framing
    transport.start({
      data: (chunk) => (this.heard += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)),
      closed: () => (this.hasEnded = true),
    })
  }

  say(...words: readonly string[]): void {
    for (const word of words) this.transport.write(word)
  }

  /** What the server calls the session that may be resumed. */
  get resumption(): string {
    return /<(?:enabled|resumed)\b[^>]* (?:id|previd)=['"]([^'"]+)/.exec(this.heard)?.[1] ?? ''
  }
}

/** Up to where a resource is asked for. */
export async function logIn(clock: VirtualClock, speaker: Speaker, username: string): Promise<void> {
  const { framing } = speaker
  speaker.say(header(framing), auth('PLAIN', plain(username, 'secret')))
  await clock.until(() => speaker.heard.includes('<success'))
  speaker.say(header(framing))
  await clock.rest()
}
