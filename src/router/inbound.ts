import type { ProtocolError } from '../errors.js'
import type { Transport } from '../transport/transport.js'
import type { XmlElement } from '../xml/element.js'
import type { GivenLimits } from '../xml/limits.js'
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

/** What is read, and the very text of it with the white space before it, where that is asked for. */
export interface InboundEvents {
  readonly opened: (header: StreamHeader, text: string) => void
  readonly element: (element: XmlElement, text: string) => void
  /** @param otherUri where to go instead, only over WebSocket (RFC 7395 §3.6.1) */
  readonly closed: (otherUri: string | undefined, text: string) => void
  readonly failed: (error: ProtocolError, text: string) => void
}

/** The reading half of a stream, the same over bytes and over frames. */
export interface Inbound {
  write(chunk: Uint8Array | string): void
  /** Reads nothing more, from the end of the construct that is being delivered. */
  halt(): void
  resume(): void
  /** Forgets what arrived and was not read yet, and tells how much that was. */
  dropHeld(): number
  /** A new stream begins with the next byte; stays halted. @param limits those of the new stream, if they are others */
  restart(limits?: GivenLimits): void
  /** Delivers nothing any more. */
  stop(): void
}

/** Makes the reading half over a transport; it reads at once. @param isSpelled whether the texts are asked for */
export type CreateInbound = (
  transport: Transport,
  events: InboundEvents,
  limits?: GivenLimits,
  isSpelled?: boolean,
) => Inbound

/** The reading half over whatever the transport carries. */
export const createInbound: CreateInbound = (transport, ...how) =>
  (transport.framing === 'bytes' ? createByteInbound : createFrameInbound)(transport, ...how)
