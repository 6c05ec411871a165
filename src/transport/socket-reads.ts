import type { OnReadOpts } from 'node:net'

/** Of all sockets, since each is read from at once; as long as a TLS record. */
const buffer = new Uint8Array(16_384)

/**
 * What a socket reads, without the stream that Node puts between: that and a new buffer for each read are half of what a
 * small message costs. The bytes are the socket's again when `take` returns.
 */
export class SocketReads {
  /** Who takes what was read. */
  take: (chunk: Uint8Array) => void = () => {}

  /** For whoever makes the socket. */
  readonly onread: OnReadOpts = {
    buffer,
    callback: (length) => {
      this.take(buffer.subarray(0, length))
      return true
    },
  }
}
