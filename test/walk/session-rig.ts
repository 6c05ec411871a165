import {
  createClient,
  ns,
  type Client,
  type ClientOptions,
  type FeatureAccount,
  type Surroundings,
} from '../../src/index.js'
import type { Running } from '../../src/testing/drive.js'
import { ScriptedPeer } from '../../src/testing/scripted-peer.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'
import { createTransportPair, type TransportPairOptions } from '../../src/transport/memory.js'
import type { Transport } from '../../src/transport/transport.js'
import type { XmlElement } from '../../src/xml/element.js'
import type { ScramServer } from '../spec/scram-server.js'
import { AwaitedStore } from '../store/awaited-store.js'
import { Pending } from './pending.js'

/** What the app does with a session. */
export type App = Pick<
  Client,
  'actor' | 'connect' | 'disconnect' | 'close' | 'fetchRoster' | 'sendPresence' | 'hide'
> & { readonly account: Pick<FeatureAccount, 'register' | 'session'> }

const longestUnits = 8_000

/** A session whose every connection and every word of the server are the test's. */
export class SessionRig<A extends App = App> implements Running {
  readonly clock = new VirtualClock()
  readonly transport = new Pending<Transport>()
  readonly endpoints = new Pending<readonly string[]>()
  /** Whoever makes the account. */
  readonly making = new Pending<undefined>()
  /** Of the sessions that have one. */
  readonly store = new AwaitedStore()
  /** Whoever listens to what happens around the client. */
  readonly #listeners = new Set<Parameters<Surroundings['watch']>[0]>()
  readonly surroundings: Surroundings = {
    watch: (tell) => {
      this.#listeners.add(tell)
      return () => this.#listeners.delete(tell)
    },
  }
  /** The server's side of the exchange under way. */
  scram: ScramServer | undefined
  readonly app: A
  readonly #peers: ScriptedPeer[] = []
  readonly #wishes: Promise<unknown>[] = []
  readonly #untaken: unknown[] = []
  readonly #note = (error: unknown) => void this.#untaken.push(error)

  constructor(make: (rig: SessionRig) => A) {
    process.on('unhandledRejection', this.#note)
    this.app = make(this)
  }

  get actor() {
    return this.app.actor
  }

  get peer(): ScriptedPeer {
    const peer = this.#peers.at(-1)
    if (peer === undefined) throw new TypeError('nobody has dialled yet')
    return peer
  }

  /** Stanzas of the session at hand that the server has handled: all that came behind the last request to count. */
  get handled(): number {
    const elements = this.#peers.flatMap((peer) => peer.elements)
    const enabledAt = elements.findLastIndex((element) => element.is('enable', ns.streamManagement))
    return elements.slice(enabledAt + 1).filter(({ namespace }) => namespace === ns.client).length
  }

  /** The server reads nothing more, and the app says so much that nothing more can be written. */
  async fill(): Promise<void> {
    this.peer.pause()
    for (let units = longestUnits; units >= 0;) {
      try {
        this.app.sendPresence({ to: 'bob@example.test', status: 'x'.repeat(units) })
        await this.clock.rest()
      } catch {
        units = units > 100 ? Math.floor(units / 2) : units - 1
      }
    }
  }

  /** Something happens around the client. */
  happen(type: Parameters<Parameters<Surroundings['watch']>[0]>[0]): void {
    for (const tell of this.#listeners) tell(type)
  }

  /** The connection that the client waits for. */
  connectBy(pair: TransportPairOptions): void {
    const { client, server } = createTransportPair(pair)
    this.#peers.push(new ScriptedPeer(server, []))
    this.transport.give(client)
  }

  /** A wish of the app, whose fate is told by the state as well. */
  wish(promise: Promise<unknown>): void {
    this.#wishes.push(promise.catch((error: unknown) => error))
  }

  /** The latest element that the client said and that fits; waits for it, since proofs take their time. */
  async said(fits: (element: XmlElement) => boolean): Promise<XmlElement> {
    let found: XmlElement | undefined
    await this.clock.until(() => (found = this.peer.elements.findLast(fits)) !== undefined)
    if (found !== undefined) return found
    throw new Error(`the client did not say it: ${this.transcript()}`)
  }

  transcript(): string {
    return this.#peers
      .flatMap(({ transcript }, index) => [`connection ${index + 1}`, ...transcript])
      .join('\n')
  }

  async end(): Promise<void> {
    try {
      const closed = this.app.close()
      for (const peer of this.#peers) peer.reset()
      await this.clock.drain()
      await closed
      await Promise.all(this.#wishes)
      await this.clock.rest()
      const open = this.#peers.filter(({ ended }) => !ended).length
      const left = {
        timers: this.clock.timerCount,
        listeners: this.#listeners.size,
        open,
        untaken: this.#untaken.map(String),
      }
      if (left.timers + left.listeners + left.open + left.untaken.length === 0) return
      throw new Error(`left behind: ${JSON.stringify(left)}\n${this.transcript()}`)
    } finally {
      process.off('unhandledRejection', this.#note)
      this.clock[Symbol.dispose]()
    }
  }
}

/** A client, and the account that it is for. */
export type ClientApp = Client & Pick<App, 'account'>

/** A client as an app makes it. */
export function clientOf(
  options: Partial<ClientOptions>,
  { surroundings, transport }: Pick<SessionRig, 'surroundings' | 'transport'>,
): ClientApp {
  const client = createClient({
    jid: 'alice@example.test/desk',
    password: 'secret',
    lang: 'en',
    endpoint: transport.ask,
    surroundings,
    ...options,
  })
  return Object.assign(client, { account: client.use(({ account }) => account) })
}
