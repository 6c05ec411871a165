import type { InspectionEvent } from 'xstate'
import { createClient, type Client, type ClientOptions, type XmppError } from '../../src/index.js'
import type { Running } from '../../src/testing/drive.js'
import { ScriptedPeer } from '../../src/testing/scripted-peer.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'
import { createTransportPair, type TransportPairOptions } from '../../src/transport/memory.js'
import type { Transport } from '../../src/transport/transport.js'
import type { XmlElement } from '../../src/xml/element.js'
import type { ScramServer } from '../spec/scram-server.js'

interface Opener {
  readonly resolve: (transport: Transport) => void
  readonly reject: (error: XmppError) => void
}

/** A client whose every connection and every word of the server are the test's. */
export class SessionRig implements Running {
  readonly clock = new VirtualClock()
  readonly client: Client
  /** What the app's wishes came to: `undefined`, or an error. */
  readonly outcomes: Promise<unknown>[] = []
  /** The server's side of the exchange under way. */
  scram: ScramServer | undefined
  readonly #peers: ScriptedPeer[] = []
  #opener: Opener | undefined
  readonly #untaken: unknown[] = []
  readonly #note = (error: unknown) => void this.#untaken.push(error)

  constructor(options: Partial<ClientOptions>, inspect: (event: InspectionEvent) => void) {
    process.on('unhandledRejection', this.#note)
    this.client = createClient({
      jid: 'alice@example.test',
      password: 'secret',
      lang: 'en',
      endpoint: () => new Promise<Transport>((resolve, reject) => (this.#opener = { resolve, reject })),
      inspect,
      ...options,
    })
  }

  get actor() {
    return this.client.actor
  }

  get peer(): ScriptedPeer {
    const peer = this.#peers.at(-1)
    if (peer === undefined) throw new TypeError('nobody has dialled yet')
    return peer
  }

  /** The connection that the client waits for. */
  connectBy(pair: TransportPairOptions): void {
    const { client, server } = createTransportPair(pair)
    this.#peers.push(new ScriptedPeer(server, []))
    this.#opener?.resolve(client)
  }

  /** There is none. */
  refuse(error: XmppError): void {
    this.#opener?.reject(error)
  }

  /** A wish of the app, whose fate is told later. */
  wish(promise: Promise<unknown>): void {
    this.outcomes.push(promise.then(() => undefined, (error: unknown) => error))
  }

  /** The latest element that the client said and that fits; waits for it, since proofs take their time. */
  async said(fits: (element: XmlElement) => boolean): Promise<XmlElement> {
    for (let turn = 0; turn < 1_000; turn += 1) {
      const found = this.peer.elements.findLast(fits)
      if (found !== undefined) return found
      await this.clock.rest()
    }
    throw new Error(`the client did not say it: ${this.transcript()}`)
  }

  transcript(): string {
    return this.#peers.flatMap(({ transcript }, index) => [`connection ${index + 1}`, ...transcript]).join('\n')
  }

  async end(): Promise<void> {
    try {
      const closed = this.client.close()
      for (const peer of this.#peers) peer.reset()
      await this.clock.drain()
      await closed
      await Promise.all(this.outcomes)
      await this.clock.rest()
      const left = { timers: this.clock.timerCount, open: this.#peers.filter(({ ended }) => !ended).length, untaken: this.#untaken }
      if (left.timers + left.open + left.untaken.length > 0) throw new Error(`left behind: ${JSON.stringify(left)} ${String(left.untaken[0])}\n${this.transcript()}`)
    } finally {
      process.off('unhandledRejection', this.#note)
      this.clock[Symbol.dispose]()
    }
  }
}
