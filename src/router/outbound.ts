import { TransportError, type StreamErrorCondition } from '../errors.js'
import type { Transport } from '../transport/transport.js'
import type { PlainMessage } from '../stanza/plain-message.js'
import { xml, XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { toStreamErrorElement } from '../stanza/stream-error.js'
import { closingTag, serialize, serializeOpening, type Spell } from '../xml/serializer.js'
import { Cork, type Sender } from './cork.js'
import type { ElementCrossing, Watch } from './crossing.js'
import type { StreamHeader } from './inbound.js'

/** What a stream carries: an element, or what is written without being one. */
export type Sendable = XmlElement | PlainMessage

/** The same as an element. */
export const toElement = (stanza: Sendable): XmlElement =>
  stanza instanceof XmlElement ? stanza : stanza.toElement()

/** What is counted; anything else on a stream manages it. @see XEP-0198 §1 */
export function isStanza(stanza: Sendable): boolean {
  if (!(stanza instanceof XmlElement)) return true
  const { name, namespace } = stanza
  return namespace === ns.client && (name === 'message' || name === 'presence' || name === 'iq')
}

/** The writing half of a stream: one writer, corked. */
export interface Outbound {
  open(header: StreamHeader): void
  send(stanza: Sendable, sender?: Sender): void
  /** Tells, once, when everything that was sent so far has left, or, with an error, never will. */
  whenRoom(tell: Sender['written']): void
  /** Writes the closing tag, at once. */
  close(): void
  /** Tells when the closing tag has left or never will: at once, unless it is on its way. */
  left(tell: () => void): void
  /** Writes a stream error and the closing tag, at once, and then ends the connection. */
  abort(condition: StreamErrorCondition, application?: XmlElement): void
  /** Nothing is written any more; what was not yet, fails. */
  stop(reason: TransportError): void
}

const bytesScope = { namespace: ns.client, prefixes: new Map([[ns.streams, 'stream']]) }
const spellInStream: Spell = (element) => serialize(element, bytesScope)
const spellFrame: Spell = (element) => serialize(element)

/**
 * @param limitBytes how much may wait for the operating system; a `send` beyond it throws `TransportError` (`overflow`) and
 * sends nothing, unless nothing waits: what is longer by itself would never leave
 * @param watch told of whatever is written
 */
export function createOutbound(transport: Transport, limitBytes: number, watch?: Watch): Outbound {
  return new Writer(transport, limitBytes, watch)
}

class Writer implements Outbound {
  readonly #transport: Transport
  readonly #limitBytes: number
  readonly #watch: Watch | undefined
  readonly #framed: boolean
  readonly #cork: Cork
  #spell: Spell
  #stopped = false
  #opened = false
  /** Who wants to know when the closing tag has left, while it is on its way. */
  #leaving: (() => void)[] | undefined

  constructor(transport: Transport, limitBytes: number, watch: Watch | undefined) {
    this.#transport = transport
    this.#limitBytes = limitBytes
    this.#watch = watch
    this.#framed = transport.framing === 'frames'
    this.#cork = new Cork(transport)
    this.#spell = this.#framed ? spellFrame : spellInStream
  }

  open(header: StreamHeader): void {
    const { to, from, id, version, lang } = header
    this.#opened = true
    const text = this.#framed
      ? spellFrame(xml('open', ns.framing, { to, from, id, version, 'xml:lang': lang }))
      : serializeOpening(header)
    this.#watch?.({ direction: 'out', what: 'open', framing: this.#transport.framing, header, text })
    if (this.#framed && lang !== undefined) this.#spell = (element) => serialize(withLang(element, lang))
    this.#cork.write(text)
  }

  send(stanza: Sendable, sender?: Sender): void {
    if (this.#stopped) return sender?.written(new TransportError('not-connected', 'the stream is closed'))
    const transport = this.#transport
    const text = stanza instanceof XmlElement ? this.#spell(stanza) : stanza.toText(this.#spell)
    const waiting = transport.bufferedBytes + this.#cork.length
    if (waiting > 0 && waiting + text.length > this.#limitBytes) {
      const message = `more than ${this.#limitBytes} bytes wait for ${transport.address}`
      throw new TransportError('overflow', message)
    }
    this.#watch?.(new Sent(stanza, text))
    this.#cork.write(text, sender)
  }

  whenRoom(tell: Sender['written']): void {
    this.#cork.flush()
    this.#transport.write([], tell)
  }

  close(): void {
    if (this.#stopped) return
    this.#stopped = true
    if (!this.#opened) return
    this.#leaving = []
    const text = this.#framed ? spellFrame(xml('close', ns.framing)) : closingTag
    this.#watch?.({ direction: 'out', what: 'close', framing: this.#transport.framing, text })
    this.#cork.write(text, {
      written: () => {
        const leaving = this.#leaving ?? []
        this.#leaving = undefined
        for (const tell of leaving) tell()
      },
    })
    this.#cork.flush()
  }

  left(tell: () => void): void {
    if (this.#leaving === undefined) tell()
    else this.#leaving.push(tell)
  }

  abort(condition: StreamErrorCondition, application?: XmlElement): void {
    if (this.#stopped) return
    if (!this.#opened) return this.#transport.destroy()
    const element = toStreamErrorElement({ condition, application })
    const text = this.#spell(element)
    this.#watch?.(new Sent(element, text))
    this.#cork.write(text)
    this.close()
    this.left(() => this.#transport.destroy())
  }

  stop(reason: TransportError): void {
    this.#stopped = true
    this.#cork.drop(reason)
  }
}

class Sent implements ElementCrossing {
  readonly direction = 'out'
  readonly what = 'element'
  readonly stanza: Sendable
  readonly text: string

  constructor(stanza: Sendable, text: string) {
    this.stanza = stanza
    this.text = text
  }

  get element(): XmlElement {
    return toElement(this.stanza)
  }
}

/** No language crosses frames either (RFC 7395 §3.3.3). */
function withLang(element: XmlElement, lang: string): XmlElement {
  if (element.namespace !== ns.client || element.attribute('lang', ns.xmlNamespace) !== undefined)
    return element
  const attributes = [...element.attributes, { name: 'lang', namespace: ns.xmlNamespace, value: lang }]
  return new XmlElement(element.name, element.namespace, attributes, element.children)
}
