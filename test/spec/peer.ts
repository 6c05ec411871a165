import { ns } from '../../src/index.js'
import type { Transport } from '../../src/transport/transport.js'
import { elementsOf, readDocument, readFrame, type HeardElement } from './heard.js'

/** The other side of a client's connection, whose every word is the test's; reads with a parser of its own. */
export class Peer {
  readonly headers: HeardElement[] = []
  /** First-level elements, over all streams of the connection. */
  readonly elements: HeardElement[] = []
  readonly frames: string[] = []
  readonly faults: string[] = []
  raw = ''
  /** Character data between first-level elements. */
  between = ''
  /** Closing tags heard. */
  closings = 0
  /** The client has given up the connection. */
  ended = false
  readonly #transport: Transport
  readonly #waiting = new Set<() => void>()
  #headersRead = 0
  #elementsRead = 0
  #read: (text: string) => void = () => undefined

  constructor(transport: Transport) {
    this.#transport = transport
    transport.start({
      data: (chunk) => this.#hear(typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)),
      closed: () => {
        this.ended = true
        this.#wake()
      },
    })
  }

  say(text: string): void {
    this.#transport.write(text)
  }

  /** Ends the connection in order, without a word. */
  hangUp(): void {
    this.#transport.close()
  }

  cut(): void {
    this.#transport.destroy()
  }

  /** Reads nothing more. */
  pause(): void {
    this.#transport.pause()
  }

  /** The server's side of the handshake; a pretended one needs no certificate. */
  async startTls(certificate = { cert: '', key: '' }): Promise<void> {
    await this.#transport.startTls({ role: 'server', ...certificate }, new AbortController().signal)
  }

  /** The next stream header. */
  header(): Promise<HeardElement> {
    return this.#until(
      'a stream header',
      () => this.headers[this.#headersRead],
      () => (this.#headersRead += 1),
    )
  }

  /** The next first-level element, which must have this name. */
  async next(name: string): Promise<HeardElement> {
    const element = await this.#until(
      `<${name}/>`,
      () => this.elements[this.#elementsRead],
      () => (this.#elementsRead += 1),
    )
    if (element.name !== name) throw new Error(`<${name}/> was awaited, the client said: ${this.raw}`)
    return element
  }

  /** The client's closing tag. */
  closing(): Promise<unknown> {
    return this.#until('the closing tag', () => (this.closings > 0 ? true : undefined))
  }

  /** The end of the connection. */
  end(): Promise<unknown> {
    return this.#until('the end', () => (this.ended ? true : undefined))
  }

  /** What no client may ever write, whatever the test is about. */
  breaches(): readonly string[] {
    const breaches = [...this.faults]
    if (this.raw.includes('\uFEFF')) breaches.push('a byte order mark (RFC 6120 §11.6)')
    if (this.between.trim() !== '') breaches.push(`text between elements: ${this.between}`)
    for (const element of this.elements) {
      const { type, id } = element.attributes
      if (element.namespace === 'jabber:server') breaches.push('jabber:server (RFC 6120 §4.8.3)')
      if (element.namespace === ns.client && element.prefix !== '')
        breaches.push('a prefix (RFC 6120 §4.8.5)')
      if (element.namespace !== ns.client || element.name !== 'iq') continue
      const count = elementsOf(element).length
      const counts: Readonly<Record<string, readonly number[]>> = {
        get: [1],
        set: [1],
        result: [0, 1],
        error: [1, 2],
      }
      if (id === undefined) breaches.push('an IQ without an id (RFC 6120 §8.2.3)')
      if (counts[type ?? '']?.includes(count) !== true) {
        breaches.push(`an IQ of type ${type} with ${count} children (RFC 6120 §8.2.3)`)
      }
    }
    return breaches
  }

  #hear(text: string): void {
    this.raw += text
    const fault = (what: string) => this.faults.push(`${what} in ${this.raw}`)
    if (this.#transport.framing === 'frames') {
      this.frames.push(text)
      const element = readFrame(text.replace(/^<\?xml.*?\?>/, ''), fault)
      if (element?.name === 'open') this.headers.push(element)
      else if (element?.name === 'close') this.closings += 1
      else if (element !== undefined) this.elements.push(element)
    } else {
      if (/^<(\?xml|stream:stream)\b/.test(text)) {
        this.#read = readDocument({
          opened: (root) => this.headers.push(root),
          element: (element) => this.elements.push(element),
          text: (between) => (this.between += between),
          closed: () => (this.closings += 1),
          fault,
        })
      }
      this.#read(text)
    }
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }

  #until<T>(what: string, find: () => T | undefined, take: () => void = () => undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find()
        if (found === undefined && !this.ended) return
        this.#waiting.delete(look)
        if (found === undefined) {
          reject(new Error(`${what} was awaited, the client ended the connection after: ${this.raw}`))
          return
        }
        take()
        resolve(found)
      }
      this.#waiting.add(look)
      look()
    })
  }
}
