import { ProtocolError } from '../errors.js'
import type { Transport } from '../transport/transport.js'
import { xmlNamespace, type XmlElement } from '../xml/element.js'
import { createFrameReader } from '../xml/frame-reader.js'
import { detach } from '../xml/interner.js'
import { resolveXmlLimits, type XmlLimits } from '../xml/limits.js'
import { ns } from '../xml/namespaces.js'
import { createStreamReader } from '../xml/stream-reader.js'

/** What the header of either side says (RFC 6120 §4.7). */
export interface StreamHeader {
  readonly to?: string | undefined
  readonly from?: string | undefined
  readonly id?: string | undefined
  readonly version?: string | undefined
  readonly lang?: string | undefined
}

export interface InboundEvents {
  readonly opened: (header: StreamHeader) => void
  readonly element: (element: XmlElement) => void
  /** @param otherUri where to go instead, only over WebSocket (RFC 7395 §3.6.1) */
  readonly closed: (otherUri?: string) => void
  readonly failed: (error: ProtocolError) => void
}

/** The reading half of a stream, the same over bytes and over frames. */
export interface Inbound {
  write(chunk: Uint8Array | string): void
  /** Reads nothing more, from the end of the construct that is being delivered. */
  halt(): void
  resume(): void
  /** Forgets what arrived and was not read yet, and tells how much that was. */
  dropHeld(): number
  /** A new stream begins with the next byte; stays halted. */
  restart(): void
  /** Delivers nothing any more. */
  stop(): void
}

export function createInbound(
  transport: Transport,
  events: InboundEvents,
  limits: Partial<XmlLimits> = {},
): Inbound {
  const all = resolveXmlLimits(limits)
  return transport.framing === 'bytes' ? readBytes(events, all) : readFrames(transport, events, all)
}

function readBytes(events: InboundEvents, limits: XmlLimits): Inbound {
  let stopped = false
  const handler = {
    opened: (root: XmlElement, contentNamespace: string) => {
      const error = judgeRoot(root, contentNamespace)
      if (error === undefined) events.opened(toHeader(root))
      else events.failed(error)
    },
    element: events.element,
    closed: () => events.closed(),
    failed: events.failed,
  }
  const reader = createStreamReader(handler, limits)
  return {
    write: (chunk) => {
      if (!stopped) reader.write(chunk)
    },
    halt: () => reader.halt(),
    resume: () => {
      if (!stopped) reader.resume()
    },
    dropHeld: () => reader.takeHeld().length,
    restart: () => reader.reset(),
    stop: () => {
      stopped = true
      reader.halt()
      reader.takeHeld()
    },
  }
}

/** @see RFC 7395 §3.3: each frame is one document, `<open/>` and `<close/>` stand for the stream's tags. */
function readFrames(transport: Transport, events: InboundEvents, limits: XmlLimits): Inbound {
  const readFrame = createFrameReader(limits)
  const held: string[] = []
  let heldUnits = 0
  let halted = false
  let stopped = false

  const read = (frame: string) => {
    let element: XmlElement
    try {
      element = readFrame(frame)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      return events.failed(error)
    }
    if (element.namespace !== ns.framing) {
      if (element.name !== 'open' && element.name !== 'close') return events.element(element)
      const message = `<${element.name}/> is in the namespace ${element.namespace || 'of nothing'}`
      return events.failed(new ProtocolError('invalid-namespace', message))
    }
    if (element.name === 'open') return events.opened(toHeader(element))
    if (element.name === 'close') return events.closed(element.attribute('see-other-uri'))
    return events.failed(new ProtocolError('bad-format', `<${element.name}/> means nothing between frames`))
  }

  const mayRead = () => !halted && !stopped

  return {
    write: (chunk) => {
      if (stopped) return
      if (typeof chunk !== 'string') {
        return events.failed(
          new ProtocolError('bad-format', 'a binary frame came where only text frames may'),
        )
      }
      if (!halted) return read(chunk)
      held.push(chunk)
      heldUnits += chunk.length
      transport.pause()
      if (heldUnits > limits.heldBytes) {
        events.failed(
          new ProtocolError('policy-violation', `more than ${limits.heldBytes} code units came unasked`),
        )
      }
    },
    halt: () => {
      halted = true
    },
    resume: () => {
      halted = false
      for (let frame = held.shift(); frame !== undefined; frame = mayRead() ? held.shift() : undefined) {
        heldUnits -= frame.length
        read(frame)
      }
      if (mayRead()) transport.resume()
    },
    dropHeld: () => {
      const dropped = heldUnits
      held.length = 0
      heldUnits = 0
      return dropped
    },
    restart: () => {},
    stop: () => {
      stopped = true
      held.length = 0
    },
  }
}

function judgeRoot(root: XmlElement, contentNamespace: string): ProtocolError | undefined {
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

/** Kept as long as the session, so that it must not hold the text that it came in. */
function toHeader(root: XmlElement): StreamHeader {
  const read = (name: string, namespace?: string) => {
    const value = root.attribute(name, namespace)
    return value === undefined ? undefined : detach(value)
  }
  return {
    to: read('to'),
    from: read('from'),
    id: read('id'),
    version: read('version'),
    lang: read('lang', xmlNamespace),
  }
}
