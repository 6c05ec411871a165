const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const none = new Uint8Array(0)

/** Where what a shortcut has read goes; bytes are the shortcut's own again when `other` returns. */
export interface ShortcutSink {
  /** The text of a whole frame. */
  readonly text: (text: string) => void
  /** Whole frames, or all that follows: to be read by a reader of everything that a WebSocket has. */
  readonly other: (bytes: Uint8Array) => void
}

/**
 * The short way through what a client reads from a WebSocket: a text in one frame is told at once, as nearly every stanza
 * comes. Pings and pongs are for another reader, and so is all that begins with anything else, a closing frame, a fragment or
 * a mistake: there is no second opinion on those. Everything is told in the order in which it came.
 * @see RFC 6455 §5.2
 */
export class WebSocketShortcut {
  readonly #sink: ShortcutSink
  readonly #limitBytes: number
  /** The other reader takes all that comes. */
  #isOver = false
  /** A frame that has begun, in the first bytes of `#room`. */
  #begunBytes = 0
  #room = none
  /** As many bytes make the header of that frame, or all of it where the header is there. */
  #neededBytes = 0

  /** @param limitBytes the longest text that is told */
  constructor(sink: ShortcutSink, limitBytes: number) {
    this.#sink = sink
    this.#limitBytes = limitBytes
  }

  /** Takes what was read, cut anywhere. */
  take(chunk: Uint8Array): void {
    let rest = chunk
    while (this.#begunBytes > 0 && rest.length > 0 && !this.#isOver) rest = this.#takeBegun(rest)
    let at = 0
    while (at < rest.length && !this.#isOver) {
      const end = this.#takeFrame(rest, at)
      if (end === undefined) return this.#begin(rest.subarray(at))
      at = end
    }
    if (at < rest.length) this.#sink.other(rest.subarray(at))
  }

  /** Tells of the frame that begins at `start`, and answers where it ends; `undefined`: not all of it is there. */
  #takeFrame(bytes: Uint8Array, start: number): number | undefined {
    const first = bytes[start]
    const short = bytes[start + 1] ?? 0
    const payload = start + (short < 126 ? 2 : short === 126 ? 4 : 10)
    const length = short < 126 ? short : toNumber(bytes, start + 2, payload)
    const isText = first === wholeText && length <= this.#limitBytes
    const isProbe = (first === ping || first === pong) && short < 126
    // A mask makes the second byte more than it may be here.
    if (short > 127 || !(isText || isProbe)) return this.#leave(start)
    const end = payload + length
    this.#neededBytes = (payload > bytes.length ? payload : end) - start
    if (end > bytes.length || payload > bytes.length) return undefined
    if (isProbe) this.#sink.other(bytes.subarray(start, end))
    else {
      const text = decode(bytes.subarray(payload, end))
      if (text === undefined) return this.#leave(start)
      this.#sink.text(text)
    }
    return end
  }

  #leave(at: number): number {
    this.#isOver = true
    return at
  }

  /** Keeps bytes of a frame: never more than it is known to have. */
  #begin(bytes: Uint8Array): void {
    if (this.#room.length < this.#neededBytes) {
      const room = new Uint8Array(this.#neededBytes)
      room.set(this.#room.subarray(0, this.#begunBytes))
      this.#room = room
    }
    this.#room.set(bytes, this.#begunBytes)
    this.#begunBytes += bytes.length
  }

  /** Adds to what has begun as much as its header or the whole of it needs; answers what is left. */
  #takeBegun(chunk: Uint8Array): Uint8Array {
    const missing = this.#neededBytes - this.#begunBytes
    this.#begin(chunk.subarray(0, missing))
    if (this.#begunBytes === this.#neededBytes) {
      const begun = this.#room
      this.#room = none
      this.#begunBytes = 0
      if (this.#takeFrame(begun, 0) === undefined) this.#begin(begun)
      else if (this.#isOver) this.#sink.other(begun)
    }
    return chunk.subarray(missing)
  }
}

const wholeText = 0x81
const ping = 0x89
const pong = 0x8a

/** An unsigned number of several bytes, the first counting most; those that are not there yet count nothing. */
function toNumber(bytes: Uint8Array, from: number, to: number): number {
  let number = 0
  for (let at = from; at < to; at++) number = number * 256 + (bytes[at] ?? 0)
  return number
}

/** `undefined`: it is no UTF-8. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
