import { StateMachine, type ActorRefFrom, type AnyStateMachine, type InspectionEvent } from 'xstate'
import { createClient, ns, type Client, type ClientOptions } from '../../src/index.js'
import type { StanzaErrorCondition } from '../../src/errors.js'
import { toErrorReply } from '../../src/stanza/stanza-error.js'
import { toStreamManagementElement } from '../../src/stanza/stream-management.js'
import type { Running } from '../../src/testing/drive.js'
import type { Reaction, ScriptedPeer } from '../../src/testing/scripted-peer.js'
import { answerTo, type LoginWords } from '../../src/testing/scripted-peer-login.js'
import { createScriptedServer, type ScriptedServer } from '../../src/testing/scripted-peer-server.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'
import type { XmlElement } from '../../src/xml/element.js'

interface FeatureRigOptions<Handle> {
  /** Makes what the app is given; the chart begins with it, or later. */
  readonly use: (client: Client) => Handle
  readonly client?: Partial<ClientOptions>
  readonly server?: LoginWords
  readonly reactions?: readonly Reaction[]
}

/** A client with a chart beside its session, and a server that lets it in and goes on with its sessions. */
export class FeatureRig<Chart extends AnyStateMachine, Handle> implements Running {
  readonly clock = new VirtualClock()
  readonly client: Client
  readonly handle: Handle
  readonly #server: ScriptedServer
  readonly #actors: ActorRefFrom<Chart>[] = []

  constructor(
    chart: Chart,
    { use, client, server, reactions = [] }: FeatureRigOptions<Handle>,
    inspect: (event: InspectionEvent) => void,
  ) {
    this.#server = createScriptedServer({
      ...server,
      reactions: [
        ...reactions,
        (heard, peer) => heard.kind === 'element' && this.#manage(heard.element, peer),
      ],
    })
    this.client = createClient({
      jid: 'alice@example.test',
      password: 'secret',
      endpoint: this.#server.open,
      reconnect: 'never',
      ...client,
      inspect: (event) => {
        const { actorRef } = event
        if (!runs(actorRef, chart)) return
        if (event.type === '@xstate.actor') this.#actors.push(actorRef)
        else inspect(event)
      },
    })
    this.handle = use(this.client)
  }

  /** What runs the chart, or has run it last; throws TypeError while nobody does. */
  get actor(): ActorRefFrom<Chart> {
    const actor = this.#actors.at(-1)
    if (actor === undefined) throw new TypeError('the chart has not begun')
    return actor
  }

  /** How often the chart has begun. */
  get attempts(): number {
    return this.#actors.length
  }

  get peer(): ScriptedPeer {
    return this.#server.peer
  }

  async goOnline(): Promise<void> {
    await this.client.connect()
  }

  async goOffline(): Promise<void> {
    const left = this.client.disconnect()
    await this.clock.rest()
    await left
  }

  /** The connection breaks, and the session goes on over another one. */
  async goOn(): Promise<void> {
    this.peer.reset()
    await this.clock.rest()
    await this.client.connect()
  }

  /** The latest element that the client said and that fits, on whichever connection. */
  said(fits: (element: XmlElement) => boolean): XmlElement {
    const found = this.#elements.findLast(fits)
    if (found === undefined) throw new Error(`the client did not say it: ${this.transcript()}`)
    return found
  }

  answer(fits: (element: XmlElement) => boolean, payload?: XmlElement): void {
    this.peer.say(answerTo(this.said(fits), payload))
  }

  refuse(fits: (element: XmlElement) => boolean, condition: StanzaErrorCondition): void {
    const refusal = toErrorReply(this.said(fits), { condition })
    if (refusal !== undefined) this.peer.say(refusal)
  }

  transcript(): string {
    return this.#server.peers.flatMap(({ transcript }) => transcript).join('\n')
  }

  async end(): Promise<void> {
    const closed = this.client.close()
    await this.clock.drain()
    await closed
    const left = this.clock.timerCount
    this.clock[Symbol.dispose]()
    if (left > 0) throw new Error(`${left} timers are left`)
  }

  get #elements(): readonly XmlElement[] {
    return this.#server.peers.flatMap(({ elements }) => elements)
  }

  /** Stanzas of the session at hand: all that came behind the last request to count. */
  get #handled(): number {
    const begun = this.#elements.findLastIndex((element) => element.is('enable', ns.streamManagement))
    return this.#elements.slice(begun + 1).filter(({ namespace }) => namespace === ns.client).length
  }

  #manage(element: XmlElement, peer: ScriptedPeer): boolean {
    if (element.namespace !== ns.streamManagement) return false
    const h = this.#handled
    if (element.name === 'enable') {
      const terms = { id: 'kept', resume: true, max: undefined, location: undefined }
      peer.say(toStreamManagementElement({ kind: 'enabled', ...terms }))
    } else if (element.name === 'resume') {
      peer.say(toStreamManagementElement({ kind: 'resumed', previd: 'kept', h }))
    } else if (element.name === 'r') peer.say(toStreamManagementElement({ kind: 'a', h }))
    return true
  }
}

/** Leaves these for the test to answer. */
export const unanswered =
  (...all: readonly ((element: XmlElement) => boolean)[]): Reaction =>
  (heard) =>
    heard.kind === 'element' && all.some((fits) => fits(heard.element))

/** Whether an actor is one of this chart, with whichever deeds. */
function runs<Chart extends AnyStateMachine>(actor: unknown, { id }: Chart): actor is ActorRefFrom<Chart> {
  if (typeof actor !== 'object' || actor === null || !('logic' in actor)) return false
  return actor.logic instanceof StateMachine && actor.logic.id === id
}
