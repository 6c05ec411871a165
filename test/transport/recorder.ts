import type { TransportError } from '../../src/errors.js'
import type { Transport } from '../../src/transport/transport.js'

/** Starts a transport and keeps what it tells; waits end when it has told enough. */
export class Recorder {
  readonly transport: Transport
  readonly chunks: (Uint8Array | string)[] = []
  /** Every `closed` that came: a correct transport gives one. */
  readonly closings: (TransportError | null)[] = []
  readonly closed: Promise<TransportError | null>
  /** Runs at each chunk. */
  onData: (() => void) | undefined
  bytes = 0
  #closedLater: (error: TransportError | null) => void = () => {}
  #waiting: (() => void)[] = []

  constructor(transport: Transport) {
    this.transport = transport
    this.closed = new Promise((resolve) => (this.#closedLater = resolve))
    transport.start({
      data: (chunk) => {
        this.chunks.push(typeof chunk === 'string' ? chunk : Uint8Array.from(chunk))
        this.bytes += chunk.length
        this.onData?.()
        this.#wake()
      },
      closed: (error) => {
        this.closings.push(error)
        this.#closedLater(error)
        this.#wake()
      },
    })
  }

  get text(): string {
    if (this.transport.framing === 'frames') return this.chunks.join('')
    return Buffer.concat(this.chunks.map((chunk) => Buffer.from(chunk))).toString('utf8')
  }

  /** Resolves as soon as the text ends so; rejects when it cannot come any more. */
  async until(end: string): Promise<void> {
    await this.#when(() => this.text.endsWith(end), `text ending in ${end}`)
  }

  async untilLength(length: number): Promise<void> {
    await this.#when(() => this.bytes >= length, `${length} bytes`)
  }

  async #when(isThere: () => boolean, what: string): Promise<void> {
    while (!isThere()) {
      if (this.closings.length > 0) throw new Error(`closed before ${what}: ${String(this.closings[0])}`)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

/** The outcome of a write, as a promise. */
export function written(
  transport: Transport,
  data: string | readonly string[],
): Promise<TransportError | null> {
  return new Promise((resolve) => transport.write(data, resolve))
}

/** Enough turns of the event loop for megabytes to move, if anything lets them: `from` talks to `to` all the while. */
export async function manyRounds(from: Recorder, to: Recorder): Promise<void> {
  for (let round = 0; round < 300; round += 1) {
    const before = to.bytes
    from.transport.write('.')
    await to.untilLength(before + 1)
  }
}
