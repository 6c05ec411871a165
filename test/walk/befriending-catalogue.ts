import { isMachineSnapshot, type ActorRefFrom, type InspectionEvent } from 'xstate'
import {
  befriendingMachine,
  defaultBefriendingTimeouts,
  type ContactFacts,
} from '../../machines/befriending.js'
import { StanzaError } from '../../src/errors.js'
import { contacts, createClient, ns, type Befriending } from '../../src/index.js'
import type { Model, Occurrence } from '../../src/testing/drive-model.js'
import type { Drivable, Running, Stimulus } from '../../src/testing/drive.js'
import type { ScriptedPeer } from '../../src/testing/scripted-peer.js'
import { answerTo } from '../../src/testing/scripted-peer-login.js'
import { createScriptedServer } from '../../src/testing/scripted-peer-server.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'
import { toIqElement } from '../../src/stanza/iq.js'
import { toPresenceElement, type PresenceInput } from '../../src/stanza/presence.js'
import { toRosterElement, type RosterItemInput } from '../../src/stanza/roster.js'
import { toErrorReply } from '../../src/stanza/stanza-error.js'
import { done, failed, told } from './stimulus.js'

const bob = 'bob@example.test'

/** Patience that wears out before a session is probed for its silence. */
const timeouts = { ...defaultBefriendingTimeouts, patienceMs: 200_000 }

/** A client that has begun a handshake, and a server that keeps its roster. */
export class BefriendingRig implements Running {
  readonly clock = new VirtualClock()
  readonly actor: ActorRefFrom<typeof befriendingMachine>
  readonly handle: Befriending
  /** What the server's roster says of the contact. */
  item: RosterItemInput | undefined
  readonly #server
  readonly #client

  constructor(offersApproval: boolean, inspect: (event: InspectionEvent) => void) {
    const actors: unknown[] = []
    this.#server = createScriptedServer({
      authenticatedFeatures: { bind: true, subscriptionPreApproval: offersApproval },
      reactions: [(heard, peer) => heard.kind === 'element' && this.#answer(heard.element, peer)],
    })
    this.#client = createClient({
      jid: 'alice@example.test',
      password: 'secret',
      endpoint: this.#server.open,
      reconnect: 'never',
      inspect: (event) => {
        if (event.type === '@xstate.actor') actors.push(event.actorRef)
        else if (isBefriending(event.actorRef)) inspect(event)
      },
    })
    this.handle = this.#client.use(contacts).befriend(bob, { name: 'Bob', timeouts })
    const found = actors.find(isBefriending)
    if (found === undefined) throw new TypeError('no handshake was begun')
    this.actor = found
  }

  get peer(): ScriptedPeer {
    return this.#server.peer
  }

  async goOnline(): Promise<void> {
    await this.#client.connect()
  }

  async goOffline(): Promise<void> {
    const left = this.#client.disconnect()
    await this.clock.rest()
    await left
  }

  /** The roster changes, and the client is told. */
  push(item: RosterItemInput): void {
    this.item = item
    this.peer.say(toIqElement({ type: 'set', id: 'push', payload: toRosterElement({ items: [item] }) }))
  }

  say(presence: PresenceInput): void {
    this.peer.say(toPresenceElement({ from: bob, ...presence }))
  }

  transcript(): string {
    return this.#server.peers.flatMap(({ transcript }) => transcript).join('\n')
  }

  async end(): Promise<void> {
    const closed = this.#client.close()
    await this.clock.drain()
    await closed
    const left = this.clock.timerCount
    this.clock[Symbol.dispose]()
    if (left > 0) throw new Error(`${left} timers are left`)
  }

  #answer(element: Parameters<typeof answerTo>[0], peer: ScriptedPeer): boolean {
    const query = element.child('query', ns.roster)
    if (query === undefined) return false
    // Changes are answered by the test.
    if (element.attribute('type') === 'set') return true
    peer.say(answerTo(element, toRosterElement({ items: this.item === undefined ? [] : [this.item] })))
    return true
  }
}

function isBefriending(actor: unknown): actor is ActorRefFrom<typeof befriendingMachine> {
  if (typeof actor !== 'object' || actor === null || !('getSnapshot' in actor)) return false
  const snapshot: unknown = typeof actor.getSnapshot === 'function' ? actor.getSnapshot() : undefined
  return isMachineSnapshot(snapshot) && snapshot.machine.id === 'befriending'
}

/** What the client is to know of the contact, and whether it is online. */
interface Known {
  readonly item: ContactFacts['item']
  readonly hasAsked: boolean
  readonly isOnline: boolean
}

const knownIn = ({ notes }: Model): Known => ({
  item: undefined,
  hasAsked: false,
  isOnline: false,
  ...notes,
})
const isOnline = (model: Model) => knownIn(model).isOnline
const isOffline = (model: Model) => !knownIn(model).isOnline

/** The roster says that a request was answered, or that there is nobody to have one. */
const isAnswered = (item: ContactFacts['item']) =>
  item?.subscription === 'from' || item?.subscription === 'both' || item?.approved === true

function learns(model: Model, news: Partial<Known>): readonly Occurrence[] {
  const { item, hasAsked } = { ...knownIn(model), ...news }
  return [{ note: news }, told('befriending', 'contact.changed', { facts: { item, hasAsked } })]
}

function pushes(
  subscription: 'none' | 'to' | 'from' | 'both',
  more: 'ask' | 'approved' | '' = '',
): Stimulus<BefriendingRig> {
  const item = { subscription, ask: more === 'ask', approved: more === 'approved' }
  return {
    name: `the roster says ${subscription} ${more}`,
    when: isOnline,
    predicts: (model) => learns(model, { item, hasAsked: knownIn(model).hasAsked && !isAnswered(item) }),
    act: (rig) => rig.push({ jid: bob, subscription, ...(more === '' ? {} : { [more]: true }) }),
  }
}

/** The last change of the roster that was asked for. */
const changesIn = ({ elements }: ScriptedPeer) =>
  elements.filter((element) => element.is('iq', ns.client) && element.attribute('type') === 'set').slice(-1)

const stimuli: readonly Stimulus<BefriendingRig>[] = [
  {
    name: 'goes online',
    when: isOffline,
    predicts: (model) => {
      const { item, hasAsked } = knownIn(model)
      const facts = { item, hasAsked: hasAsked && !isAnswered(item) }
      const preApproval = model.notes['offersApproval'] === true
      return [
        { note: { isOnline: true, hasAsked: facts.hasAsked } },
        told('befriending', 'session.ready', { facts, preApproval }),
      ]
    },
    act: (rig) => rig.goOnline(),
  },
  {
    name: 'goes offline',
    when: isOnline,
    predicts: [{ note: { isOnline: false } }, told('befriending', 'session.offline')],
    act: (rig) => rig.goOffline(),
  },
  {
    name: 'withdraw()',
    predicts: [told('befriending', 'befriending.withdraw')],
    act: ({ handle }) => void handle.withdraw(),
  },
  {
    name: 'the server lists the contact',
    predicts: [done('listContact')],
    act: ({ peer }) => peer.say(...changesIn(peer).map((request) => answerTo(request))),
  },
  {
    name: 'the server refuses to list it',
    predicts: [failed('listContact', new StanzaError('forbidden', 'auth'))],
    act: ({ peer }) =>
      peer.say(
        ...changesIn(peer).flatMap((request) => toErrorReply(request, { condition: 'forbidden' }) ?? []),
      ),
  },
  pushes('none'),
  pushes('none', 'ask'),
  pushes('none', 'approved'),
  pushes('to'),
  pushes('from'),
  pushes('both'),
  {
    name: 'the contact asks',
    when: isOnline,
    predicts: (model) => learns(model, { hasAsked: !isAnswered(knownIn(model).item) }),
    act: (rig) => rig.say({ type: 'subscribe' }),
  },
  {
    name: 'the contact asks no longer',
    when: isOnline,
    predicts: (model) => learns(model, { hasAsked: false }),
    act: (rig) => rig.say({ type: 'unsubscribe' }),
  },
  {
    name: 'the contact refuses',
    when: isOnline,
    predicts: [told('befriending', 'contact.refused')],
    act: (rig) => rig.say({ type: 'unsubscribed' }),
  },
  {
    name: 'the request comes back',
    when: isOnline,
    predicts: [told('befriending', 'contact.failed', { error: new StanzaError('item-not-found', 'cancel') })],
    act: (rig) =>
      rig.say({
        type: 'error',
        id: rig.actor.getSnapshot().context.requestId,
        error: { condition: 'item-not-found' },
      }),
  },
]

/** A handshake of a client whose server takes approvals in advance, or does not. */
export function driveBefriending(offersApproval: boolean): Drivable<BefriendingRig> {
  return {
    machine: befriendingMachine,
    stimuli,
    model: { notes: { offersApproval } },
    start: (inspect) => new BefriendingRig(offersApproval, inspect),
    inputOf: (rig) => rig.actor.getSnapshot().context,
  }
}

/** What decides where a handshake goes next. */
export function befriendingKey({ charts, notes }: Model): unknown {
  const { mustList, wasAsked, preApproval } = charts.get('befriending')?.snapshot.context ?? {}
  return [mustList, wasAsked, preApproval, notes]
}

/** Transitions that nobody outside the client can bring about, and why. */
export const undrivableOfBefriending: Readonly<Record<string, string>> = {
  'befriending.open.listing xstate.error.actor.listContact 0':
    'the end of a session is told before its requests fail',
}
