import type { XmlElement } from '../xml/element.js'
import type { InboundEvents, StreamHeader } from './inbound.js'
import type { Sendable } from './outbound.js'

/** What crosses a stream, seen from this side of it: headers, first-level elements and ends. */
export type Crossing = OpenCrossing | ElementCrossing | CloseCrossing

interface Way {
  readonly direction: 'in' | 'out'
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

/** Told of everything that crosses, before it is dealt with or leaves; must not change anything. */
export type Watch = (crossing: Crossing) => void

/** The same events, which somebody watches. */
export function watchInbound(
  events: InboundEvents,
  framing: OpenCrossing['framing'],
  watch: Watch | undefined,
): InboundEvents {
  if (watch === undefined) return events
  return {
    opened: (header) => {
      watch({ direction: 'in', what: 'open', framing, header })
      events.opened(header)
    },
    element: (element) => {
      watch({ direction: 'in', what: 'element', element, stanza: element })
      events.element(element)
    },
    closed: (otherUri) => {
      watch({ direction: 'in', what: 'close', framing })
      events.closed(otherUri)
    },
    failed: (error) => events.failed(error),
  }
}
