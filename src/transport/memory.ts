import { fillRandom } from '#chance'
import { TransportError } from '../errors.js'
import { abortedError, onAbort } from './abort.js'
import { SinkFeed } from './sink-feed.js'
import type {
  ChannelBindingType,
  TlsClientOptions,
  TlsFacts,
  TlsServerOptions,
  Transport,
  TransportSink,
} from './transport.js'

export interface TransportPairOptions {
  /** Default `bytes`. */
  readonly framing?: Transport['framing']
  /** Pretends TLS from the start: facts, and channel binding data that both ends share. Default false. */
  readonly secure?: boolean
  /** `microtask` delivers by itself, `manual` when `pump` is called. Default `microtask`. */
  readonly delivery?: 'microtask' | 'manual'
}

/** Two ends of one connection inside the process. */
export interface TransportPair {
  readonly client: Transport
  readonly server: Transport
  /** Delivers what waits in both directions, answers included, and tells how many pieces that were. */
  pump(): number
}

/** Makes a connected pair; `startTls` on both ends of a `bytes` pair pretends a handshake that always succeeds. */
export function createTransportPair({
  framing = 'bytes',
  secure = false,
  delivery = 'microtask',
}: TransportPairOptions = {}): TransportPair {
  const tls = secure ? pretendTls() : undefined
  const client = new MemoryEnd('memory://client', framing, delivery === 'microtask', tls)
  const server = new MemoryEnd('memory://server', framing, delivery === 'microtask', tls)
  client.join(server)
  server.join(client)
  const pump = (): number => {
    let total = 0
    for (let moved = -1; moved !== 0; total += moved) moved = client.pump() + server.pump()
    return total
  }
  return { client, server, pump }
}

interface PretendedTls {
  readonly facts: TlsFacts
  readonly binding: ReadonlyMap<ChannelBindingType, Uint8Array>
}

function pretendTls(): PretendedTls {
  const random = (): Uint8Array => fillRandom(new Uint8Array(32))
  return {
    facts: { version: 'TLSv1.3', alpn: undefined },
    binding: new Map([
      ['tls-exporter', random()],
      ['tls-server-end-point', random()],
    ]),
  }
}

/** What waits at a reader that is paused or not started before the writer is held back, as a system's buffers do. */
const windowLength = 65_536

type Flushed = (error: TransportError | null) => void
type Piece = { readonly chunk?: Uint8Array | string; readonly flushed: Flushed | undefined } | 'end'

class MemoryEnd implements Transport {
  readonly framing: Transport['framing']
  readonly address: string
  readonly #feed = new SinkFeed()
  readonly #automatic: boolean
  /** Itself until joined. */
  #peer: MemoryEnd = this
  #tls: PretendedTls | undefined
  #upgrade: ((tls: PretendedTls) => void) | undefined
  /** Written here and not yet taken by the other end; what was written during the handshake apart. */
  #outgoing: Piece[] = []
  #afterUpgrade: Piece[] = []
  #bufferedBytes = 0
  #leftBytes = 0
  #scheduled = false
  #closing = false
  #endTaken = false
  #peerEnded = false
  #destroyed = false

  constructor(
    address: string,
    framing: Transport['framing'],
    automatic: boolean,
    tls: PretendedTls | undefined,
  ) {
    this.address = address
    this.framing = framing
    this.#automatic = automatic
    this.#tls = tls
  }

  get tls(): TlsFacts | null {
    return this.#tls?.facts ?? null
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  get leftBytes(): number {
    return this.#leftBytes
  }

  join(peer: MemoryEnd): void {
    this.#peer = peer
  }

  start(sink: TransportSink): void {
    this.#feed.start(sink)
    this.#peer.#schedule()
  }

  write(data: string | readonly string[], flushed?: Flushed): void {
    const tracked = flushed === undefined ? undefined : this.#feed.track(flushed)
    if (this.#closing || this.#destroyed || this.#feed.ended) {
      tracked?.(new TransportError('closed', `${this.address} is closed for writing`))
      return
    }
    const texts = typeof data === 'string' ? [data] : data
    if (texts.length === 0) return this.#queue({ flushed: tracked })
    const chunks = this.framing === 'bytes' ? [new TextEncoder().encode(texts.join(''))] : texts
    for (const [index, chunk] of chunks.entries()) {
      this.#bufferedBytes += chunk.length
      this.#queue({ chunk, flushed: index === chunks.length - 1 ? tracked : undefined })
    }
  }

  pause(): void {
    this.#feed.pause()
  }

  resume(): void {
    if (this.#destroyed) return
    this.#feed.resume()
    this.#peer.#schedule()
  }

  async startTls(options: TlsClientOptions | TlsServerOptions, signal: AbortSignal): Promise<void> {
    if (this.framing === 'frames') throw new TypeError('STARTTLS is for byte streams')
    if (this.#tls !== undefined || this.#upgrade !== undefined) throw new TypeError('TLS is started once')
    const deed = `TLS handshake of the ${options.role ?? 'client'} at ${this.address}`
    const refusal = this.#refusal(deed, signal)
    if (refusal !== undefined) {
      this.destroy(refusal)
      throw refusal
    }
    const disarm = onAbort(signal, () => this.destroy(abortedError(deed, signal)))
    await new Promise<void>((resolve, reject) => {
      const settle = this.#feed.track((error) => (error === null ? resolve() : reject(error)))
      this.#upgrade = (tls) => {
        this.#upgrade = undefined
        this.#tls = tls
        for (const piece of this.#afterUpgrade.splice(0)) this.#queue(piece)
        settle(null)
      }
      const other = this.#peer.#upgrade
      if (other === undefined) return
      const tls = pretendTls()
      other(tls)
      this.#upgrade(tls)
    }).finally(disarm)
  }

  channelBinding(type: ChannelBindingType): Uint8Array | undefined {
    return this.#feed.ended ? undefined : this.#tls?.binding.get(type)
  }

  close(): void {
    if (this.#closing || this.#destroyed || this.#feed.ended) return
    this.#closing = true
    this.#queue('end')
  }

  destroy(reason?: TransportError): void {
    if (this.#destroyed || this.#feed.ended) return
    this.#destroyed = true
    this.#feed.pause()
    queueMicrotask(() => {
      this.#finish(reason ?? null)
      this.#peer.#finish(new TransportError('reset', `${this.address} was cut by the other side`))
    })
  }

  /** Moves what was written before this call to the other end, as far as that one takes it; tells how many pieces. */
  pump(): number {
    const peer = this.#peer
    let moved = 0
    for (let left = this.#outgoing.length; left > 0 && peer.#isTaking; left -= 1) {
      const piece = this.#outgoing.shift()
      if (piece === undefined) break
      moved += 1
      if (piece === 'end') {
        this.#endTaken = true
        peer.#peerEnded = true
        peer.close()
        peer.#endIfOver()
        this.#endIfOver()
      } else {
        const { chunk, flushed } = piece
        if (chunk !== undefined) {
          this.#bufferedBytes -= chunk.length
          this.#leftBytes += chunk.length
          peer.#feed.data(chunk)
        }
        flushed?.(null)
      }
    }
    return moved
  }

  get #isTaking(): boolean {
    return !this.#feed.ended && this.#feed.heldBytes < windowLength
  }

  #refusal(deed: string, signal: AbortSignal): TransportError | undefined {
    if (this.#destroyed || this.#feed.ended) {
      return new TransportError('closed', `${deed} failed: the connection has ended`)
    }
    if (signal.aborted) return abortedError(deed, signal)
    if (this.#feed.heldBytes === 0 && this.#peer.#outgoing.length === 0) return undefined
    return new TransportError('tls-failed', `${deed} refused: bytes came in clear where it should begin`)
  }

  #queue(piece: Piece): void {
    if (this.#upgrade === undefined) this.#outgoing.push(piece)
    else this.#afterUpgrade.push(piece)
    this.#schedule()
  }

  #schedule(): void {
    if (!this.#automatic || this.#scheduled || this.#outgoing.length === 0) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      if (this.pump() > 0) this.#schedule()
    })
  }

  #endIfOver(): void {
    if (this.#endTaken && this.#peerEnded) this.#feed.end()
  }

  #finish(outcome: TransportError | null): void {
    this.#outgoing = []
    this.#afterUpgrade = []
    this.#bufferedBytes = 0
    this.#feed.finish(outcome)
  }
}
