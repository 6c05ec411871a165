import { ProtocolError } from '../errors.js'
import type { XmlElement } from '../xml/element.js'
import type { GivenLimits } from '../xml/limits.js'
import * as ns from '../xml/namespaces.js'
import { Spelling } from '../xml/spelling.js'
import { createStreamReader, type StreamReader, type StreamReaderHandler } from '../xml/stream-reader.js'
import type { CreateInbound, Inbound, InboundEvents } from './inbound.js'
import { toStreamHeader } from './stream-header.js'

/** The reading half over bytes: one document that lasts as long as the stream. @see RFC 6120 §4 */
export const createByteInbound: CreateInbound = (_transport, events, limits, isSpelled) =>
  new ByteInbound(events, limits, isSpelled === true ? new Spelling() : undefined)

class ByteInbound implements Inbound, StreamReaderHandler {
  readonly #events: InboundEvents
  readonly #reader: StreamReader
  readonly #spelling: Spelling | undefined
  #stopped = false

  constructor(events: InboundEvents, limits: GivenLimits | undefined, spelling: Spelling | undefined) {
    this.#events = events
    this.#spelling = spelling
    this.#reader = createStreamReader(this, limits, spelling)
  }

  opened(root: XmlElement, contentNamespace: string): void {
    const error = judgeRoot(root, contentNamespace)
    if (error === undefined) this.#events.opened(toStreamHeader(root), this.#text)
    else this.#events.failed(error, this.#text)
  }

  element(element: XmlElement): void {
    this.#events.element(element, this.#text)
  }

  closed(): void {
    this.#events.closed(undefined, this.#text)
  }

  failed(error: ProtocolError): void {
    this.#events.failed(error, this.#text)
  }

  write(chunk: Uint8Array | string): void {
    if (!this.#stopped) this.#reader.write(chunk)
  }

  halt(): void {
    this.#reader.halt()
  }

  resume(): void {
    if (!this.#stopped) this.#reader.resume()
  }

  dropHeld(): number {
    return this.#reader.takeHeld().length
  }

  restart(limits?: GivenLimits): void {
    this.#reader.reset(limits)
  }

  stop(): void {
    this.#stopped = true
    this.#reader.halt()
    this.#reader.takeHeld()
  }

  get #text(): string {
    return this.#spelling?.take() ?? ''
  }
}

/** What is wrong with the opening tag of a stream of a client, if anything is. @see RFC 6120 §4.8 */
export function judgeRoot(root: XmlElement, contentNamespace: string): ProtocolError | undefined {
  if (root.name !== 'stream')
    return new ProtocolError('bad-format', `the stream opens with <${root.name}>, not <stream>`)
  if (root.namespace !== ns.streams) {
    return new ProtocolError('invalid-namespace', `the stream is in the namespace ${root.namespace}`)
  }
  if (contentNamespace !== ns.client) {
    return new ProtocolError(
      'invalid-namespace',
      `the stream carries ${contentNamespace || 'no namespace'}, not ${ns.client}`,
    )
  }
  return undefined
}
