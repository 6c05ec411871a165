import { createInbound, type Inbound, type StreamHeader } from '../router/inbound.js'
import type { ProtocolError, StreamErrorCondition, TransportError } from '../errors.js'
import { toStreamErrorElement, type StreamErrorInput } from '../stanza/stream-error.js'
import type { TlsServerOptions, Transport } from '../transport/transport.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { closingTag, serialize } from '../xml/serializer.js'

/** What a peer hears of the client: a stream header, a first-level element, and how it ends. */
export type Heard =
  | { readonly kind: 'header'; readonly header: StreamHeader }
  | { readonly kind: 'element'; readonly element: XmlElement }
  /** The closing tag. */
  | { readonly kind: 'closing' }
  /** What it says is no XMPP, and nothing of it is heard any more; throws where no reaction takes it. */
  | { readonly kind: 'broken'; readonly error: ProtocolError }
  /** The connection is over, whoever ended it. */
  | { readonly kind: 'gone' }

/** What a peer does about it; `true`: that was all, and no other reaction is asked. */
export type Reaction = (heard: Heard, peer: ScriptedPeer) => boolean

/** After so many UTF-16 units nothing more is said, whoever wants to, and the connection ends so. */
export interface Cut {
  readonly afterUnits: number
  /** Called once; it can end or keep the connection, but says nothing any more, be it a stream error. */
  readonly end: (peer: ScriptedPeer) => void
}

/** A stream error by its condition, or with all that can be said in it. */
export type StreamErrorWords = StreamErrorCondition | StreamErrorInput

/**
 * The server's end of one connection. Does what its reactions say, and what it is told to, the forbidden included: it is
 * no server, and has no rules of its own.
 */
export class ScriptedPeer {
  /** All that was heard, as text. */
  heard = ''
  /** Everything that was said, in order, each piece after the name of who said it. */
  readonly transcript: string[] = []
  /** Stream headers heard, one for each stream of the connection. */
  readonly headers: StreamHeader[] = []
  /** First-level elements, over all streams of the connection. */
  readonly elements: XmlElement[] = []
  /** Closing tags heard. */
  closings = 0
  /** The connection is over, whoever ended it. */
  ended = false
  /** How it ended; `null`: in order. */
  endedBy: TransportError | null = null
  /** Hears and answers nothing by itself. */
  isSilent = false
  readonly #transport: Transport
  readonly #reactions: readonly Reaction[]
  readonly #inbound: Inbound
  readonly #cut: Cut | undefined
  /** UTF-16 units that may still be said. */
  #left: number
  #isCut = false
  #isOpen = false

  /**
   * @param reactions asked in order, each time something is heard
   * @param cut where what is said ends, in the middle of a word if need be
   */
  constructor(transport: Transport, reactions: readonly Reaction[], cut?: Cut) {
    this.#transport = transport
    this.#cut = cut
    this.#left = cut?.afterUnits ?? Number.POSITIVE_INFINITY
    this.#reactions = reactions
    this.#inbound = createInbound(transport, {
      opened: (header) => {
        this.headers.push(header)
        this.#react({ kind: 'header', header })
      },
      element: (element) => {
        this.elements.push(element)
        this.#react({ kind: 'element', element })
      },
      closed: () => {
        this.closings += 1
        this.#react({ kind: 'closing' })
      },
      failed: (error) => {
        this.#inbound.stop()
        if (!this.#react({ kind: 'broken', error })) throw error
      },
    })
    transport.start({
      data: (chunk) => this.#hear(chunk),
      closed: (error) => {
        this.ended = true
        this.endedBy = error
        this.#react({ kind: 'gone' })
      },
    })
  }

  get framing(): Transport['framing'] {
    return this.#transport.framing
  }

  /** Its stream header was said. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Encrypted, whether from the first byte or by STARTTLS. */
  get isSecure(): boolean {
    return this.#transport.tls !== null
  }

  /** Elements as the framing has them; text goes out as it is, whatever it is. */
  say(...words: readonly (XmlElement | string)[]): void {
    for (const word of words) {
      if (this.#isCut) return
      const text = typeof word === 'string' ? word : this.spell(word)
      const said = text.slice(0, this.#left)
      this.#left -= text.length
      this.transcript.push(`server: ${said}`)
      if (said !== '' || text === '') this.#transport.write(said)
      if (this.#left > 0) continue
      this.#isCut = true
      this.silence()
      this.#cut?.end(this)
    }
  }

  /** How this connection writes an element. */
  spell(element: XmlElement): string {
    return this.framing === 'frames' ? serialize(element) : serialize(element, streamScope)
  }

  /** The server's stream header; an attribute given as undefined is left out. */
  openStream(header: StreamHeader = {}): void {
    this.#isOpen = true
    const all = { id: 'scripted', from: 'example.test', version: '1.0', lang: 'en', ...header }
    const { to, from, id, version, lang } = all
    const attributes = { to, from, id, version, 'xml:lang': lang }
    if (this.framing === 'frames') return this.say(xml('open', ns.framing, attributes))
    // An element that is not closed yet.
    const opening = serialize(xml('stream', ns.streams, attributes), streamScope).slice(0, -2)
    const scopes = ` xmlns='${ns.client}' xmlns:stream='${ns.streams}'`
    return this.say(`<?xml version='1.0'?>${opening}${scopes}>`)
  }

  /** The closing tag, of a stream that is opened first where that was not done; the connection stays. */
  closeStream(): void {
    if (!this.#isOpen) this.openStream()
    this.say(this.framing === 'frames' ? xml('close', ns.framing) : closingTag)
  }

  /** Ends the stream with an error, and opens it first where that was not done. */
  fail(error: StreamErrorWords): void {
    if (!this.#isOpen) this.openStream()
    this.say(toStreamErrorElement(typeof error === 'string' ? { condition: error } : error))
    this.closeStream()
  }

  /** Ends the connection in order, without a word. */
  hangUp(): void {
    this.#transport.close()
  }

  /** Cuts the connection, as a network that fails does. */
  reset(): void {
    this.#transport.destroy()
  }

  /** Says nothing by itself any more. */
  silence(): void {
    this.isSilent = true
  }

  /** Reads nothing more: what the client sends waits, and then so does the client. */
  pause(): void {
    this.#transport.pause()
  }

  /** The next thing that is said opens a stream: after `<success/>`, and after TLS. */
  restartStream(): void {
    this.#isOpen = false
  }

  /**
   * The server's side of a TLS handshake, which in memory is only pretended; rejects where the client breaks it off.
   * @param options default: what suffices to pretend
   */
  async startTls(
    options: TlsServerOptions = { role: 'server', cert: '', key: '' },
    signal = new AbortController().signal,
  ): Promise<void> {
    this.restartStream()
    this.#inbound.restart()
    await this.#transport.startTls(options, signal)
  }

  #hear(chunk: Uint8Array | string): void {
    const text = typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)
    this.heard += text
    this.transcript.push(`client: ${text}`)
    // A client that believes what it was told opens a new stream; one that does not goes on with the old one.
    if (this.framing === 'bytes' && opening.test(text)) this.#inbound.restart()
    this.#inbound.write(chunk)
  }

  #react(heard: Heard): boolean {
    return !this.isSilent && this.#reactions.some((reaction) => reaction(heard, this))
  }
}

const opening = /^\s*<(?:\?xml|(?:[\w.-]+:)?stream)\s/

const streamScope = { namespace: ns.client, prefixes: new Map([[ns.streams, 'stream']]) }
