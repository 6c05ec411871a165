import { isMachineSnapshot, type AnyActorRef, type InspectionEvent } from 'xstate'
import type { AccountRegistry } from '../../src/server/account-registry.js'
import { SessionRegistry } from '../../src/server/session-registry.js'
import type { Running } from '../../src/testing/drive.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'
import { createTransportPair } from '../../src/transport/memory.js'
import type { Transport } from '../../src/transport/transport.js'
import { openRealm, sessionSettings } from './served-realm.js'
import { bind, enable, logIn, resume, Speaker, type Framing } from './served-speaker.js'

export const username = 'romeo'
export const attempts = 2

/** What the client is given, and what an earlier session has. */
export const resources = { driven: 'desk', earlier: 'tower' } as const

/** One connection of the embedded server that is driven, and others beside it. */
export class ServedSessionRig implements Running {
  readonly clock: VirtualClock
  readonly actor: AnyActorRef
  readonly client: Speaker
  /** A session of the same account, on another connection. */
  readonly earlier: Speaker
  readonly accounts: AccountRegistry
  readonly #registry: SessionRegistry
  readonly #connect: () => Speaker
  readonly #defects: readonly unknown[]

  private constructor(parts: {
    readonly clock: VirtualClock
    readonly actor: AnyActorRef
    readonly client: Speaker
    readonly earlier: Speaker
    readonly accounts: AccountRegistry
    readonly registry: SessionRegistry
    readonly connect: () => Speaker
    readonly defects: readonly unknown[]
  }) {
    this.clock = parts.clock
    this.actor = parts.actor
    this.client = parts.client
    this.earlier = parts.earlier
    this.accounts = parts.accounts
    this.#registry = parts.registry
    this.#connect = parts.connect
    this.#defects = parts.defects
  }

  static async start(
    framing: Framing,
    secure: boolean,
    inspect: (event: InspectionEvent) => void,
  ): Promise<ServedSessionRig> {
    const { accounts, credentials, realm } = await openRealm([username], { authenticationAttempts: attempts })
    const clock = new VirtualClock()
    let driven: unknown
    let isNext = false
    const registry = new SessionRegistry(realm, sessionSettings(credentials), (event) => {
      if (isNext && event.type === '@xstate.actor') {
        driven = event.actorRef
        isNext = false
      }
      if (event.actorRef === driven) inspect(event)
    })
    const defects: unknown[] = []
    registry.events$.subscribe((event) => event.kind === 'defect' && defects.push(event))
    const connect = (options: Parameters<typeof createTransportPair>[0] = { secure: true }) => {
      const pair = createTransportPair(options)
      registry.accept(unhurried(pair.server))
      return new Speaker(pair.client)
    }
    const earlier = connect()
    await logIn(clock, earlier, username)
    earlier.say(bind(resources.earlier), enable("resume='true'"))
    await clock.until(() => earlier.resumption !== '')
    isNext = true
    const client = connect({ framing, secure })
    if (!isServedSession(driven)) throw new TypeError('no session was begun')
    return new ServedSessionRig({
      clock,
      actor: driven,
      client,
      earlier,
      accounts,
      registry,
      connect,
      defects,
    })
  }

  /** The client says something that the server has to think about. */
  async ask(...words: readonly string[]): Promise<void> {
    this.client.say(...words)
    await this.clock.rest()
    await this.settle()
  }

  /** Until the server has thought, whose handshake the client alone can end. */
  async settle(): Promise<void> {
    const isThinking = () => {
      const snapshot = this.actor.getSnapshot()
      return snapshot.hasTag('busy') && !snapshot.matches({ open: { negotiating: 'securing' } })
    }
    await this.clock.until(() => !isThinking())
  }

  /** Another connection goes on with the session of this one. */
  async supersede(): Promise<void> {
    const other = this.#connect()
    await logIn(this.clock, other, username)
    other.say(resume(this.client.resumption, 0))
    await this.clock.until(() => other.heard.includes('<resumed'))
  }

  shutDown(): void {
    void this.#registry.close()
  }

  transcript(): string {
    return this.client.heard
  }

  async end(): Promise<void> {
    const closed = this.#registry.close()
    for (const { transport } of [this.client, this.earlier]) transport.destroy()
    await this.clock.drain()
    await closed
    const left = this.clock.timerCount
    this.clock[Symbol.dispose]()
    if (left > 0) throw new Error(`${left} timers are left`)
    if (this.#defects.length > 0) throw new Error(`defects: ${JSON.stringify(this.#defects)}`)
  }
}

function isServedSession(actor: unknown): actor is AnyActorRef {
  if (typeof actor !== 'object' || actor === null || !('getSnapshot' in actor)) return false
  const snapshot: unknown = typeof actor.getSnapshot === 'function' ? actor.getSnapshot() : undefined
  return isMachineSnapshot(snapshot) && snapshot.machine.id === 'servedSession'
}

/** A client need not end its side of a connection as soon as the server has ended its own. */
function unhurried(transport: Transport): Transport {
  return new Proxy(transport, {
    get: (target, key): unknown => {
      if (key === 'close') return () => undefined
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
