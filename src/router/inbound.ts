import type { ProtocolError } from '../errors.js'
import type { Transport } from '../transport/transport.js'
import type { XmlElement } from '../xml/element.js'
import type { XmlLimits } from '../xml/limits.js'
import type { Spelling } from '../xml/spelling.js'
import { createByteInbound } from './byte-inbound.js'
import { createFrameInbound } from './frame-inbound.js'

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

/** Makes the reading half over a transport; it reads at once. @param spelling kept up to date with the text that is read */
export type CreateInbound = (
  transport: Transport,
  events: InboundEvents,
  limits?: Partial<XmlLimits>,
  spelling?: Spelling,
) => Inbound

/** The reading half over whatever the transport carries. */
export const createInbound: CreateInbound = (transport, ...how) =>
  (transport.framing === 'bytes' ? createByteInbound : createFrameInbound)(transport, ...how)
