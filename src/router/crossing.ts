import type { ProtocolError } from '../errors.js'
import type { XmlElement } from '../xml/element.js'
import type { InboundEvents, StreamHeader } from './inbound.js'
import type { Sendable } from './outbound.js'

/** What crosses a stream, seen from this side of it. */
export type Crossing = ReadCrossing | BrokenCrossing

/** What a stream is made of: headers, first-level elements and ends. */
export type ReadCrossing = OpenCrossing | ElementCrossing | CloseCrossing

interface Way {
  readonly direction: 'in' | 'out'
  /** As it is spelled on the line, with the white space before it; secrets included. */
  readonly text: string
}

/** A stream header: `<stream:stream>`, or `<open/>` over frames. */
export interface OpenCrossing extends Way {
  readonly what: 'open'
  readonly framing: 'bytes' | 'frames'
  readonly header: StreamHeader
}

/** A first-level element, stream errors included. */
export interface ElementCrossing extends Way {
  readonly what: 'element'
  /** Made when it is asked for, where it is written without being one. */
  readonly element: XmlElement
  /** The same, or what is written without being an element. */
  readonly stanza: Sendable
}

/** The end of a stream: `</stream:stream>`, or `<close/>` over frames. */
export interface CloseCrossing extends Way {
  readonly what: 'close'
  readonly framing: 'bytes' | 'frames'
}

/** What breaks the protocol, as far as it has come. */
export interface BrokenCrossing extends Way {
  readonly direction: 'in'
  readonly what: 'broken'
  readonly error: ProtocolError
}

/** Told of everything that crosses, before it is dealt with or leaves; must not change anything. */
export type Watch = (crossing: Crossing) => void

/** The same events, which somebody watches. */
export function watchInbound(
  events: InboundEvents,
  framing: OpenCrossing['framing'],
  watch: Watch,
): InboundEvents {
  return {
    opened: (header, text) => {
      watch({ direction: 'in', what: 'open', framing, header, text })
      events.opened(header, text)
    },
    element: (element, text) => {
      watch({ direction: 'in', what: 'element', element, stanza: element, text })
      events.element(element, text)
    },
    closed: (otherUri, text) => {
      watch({ direction: 'in', what: 'close', framing, text })
      events.closed(otherUri, text)
    },
    failed: (error, text) => {
      watch({ direction: 'in', what: 'broken', error, text })
      events.failed(error, text)
    },
  }
}
