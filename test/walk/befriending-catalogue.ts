import type { InspectionEvent } from 'xstate'
import {
  befriendingMachine,
  defaultBefriendingTimeouts,
  type ContactFacts,
} from '../../machines/befriending.js'
import { StanzaError } from '../../src/errors.js'
import { contacts, ns, type Befriending } from '../../src/index.js'
import { toIqElement } from '../../src/stanza/iq.js'
import { toPresenceElement, type PresenceInput } from '../../src/stanza/presence.js'
import { toRosterElement, type RosterItemInput } from '../../src/stanza/roster.js'
import type { Model, Occurrence } from '../../src/testing/drive-model.js'
import type { Drivable, Stimulus } from '../../src/testing/drive.js'
import type { ScriptedPeer } from '../../src/testing/scripted-peer.js'
import { answerTo } from '../../src/testing/scripted-peer-login.js'
import type { XmlElement } from '../../src/xml/element.js'
import { FeatureRig } from './feature-rig.js'
import { lasting } from './standing-stimuli.js'
import { asksFor, done, failed, told } from './stimulus.js'

const bob = 'bob@example.test'

/** Patience that wears out before a session is probed for its silence. */
const timeouts = { ...defaultBefriendingTimeouts, patienceMs: 200_000 }

/** A client that has begun a handshake, and a server that keeps its roster. */
class BefriendingRig extends FeatureRig<typeof befriendingMachine, Befriending> {
  /** What the server's roster says of the contact. */
  item: RosterItemInput | undefined

  constructor(offersApproval: boolean, inspect: (event: InspectionEvent) => void) {
    super(
      befriendingMachine,
      {
        client: lasting.client,
        use: (client) => client.use(contacts).befriend(bob, { name: 'Bob', timeouts }),
        server: {
          authenticatedFeatures: {
            ...lasting.server.authenticatedFeatures,
            subscriptionPreApproval: offersApproval,
          },
        },
        reactions: [(heard, peer) => heard.kind === 'element' && this.#answer(heard.element, peer)],
      },
      inspect,
    )
  }

  /** The roster changes, and the client is told. */
  push(item: RosterItemInput): void {
    this.item = item
    this.peer.say(toIqElement({ type: 'set', id: 'push', payload: toRosterElement({ items: [item] }) }))
  }

  hear(presence: PresenceInput): void {
    this.peer.say(toPresenceElement({ from: bob, ...presence }))
  }

  #answer(element: XmlElement, peer: ScriptedPeer): boolean {
    if (!asksRoster(element)) return false
    // Changes are answered by the test.
    if (isChange(element)) return true
    peer.say(answerTo(element, toRosterElement({ items: this.item === undefined ? [] : [this.item] })))
    return true
  }
}

const asksRoster = asksFor('query', ns.roster)
const isChange = (element: XmlElement) => element.is('iq', ns.client) && element.attribute('type') === 'set'

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
    name: 'goes on over another connection',
    when: isOnline,
    predicts: (model) => {
      const { item, hasAsked } = knownIn(model)
      const preApproval = model.notes['offersApproval'] === true
      return [
        told('befriending', 'session.offline'),
        told('befriending', 'session.ready', { facts: { item, hasAsked }, preApproval }),
      ]
    },
    act: (rig) => rig.goOn(),
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
    act: (rig) => rig.answer(isChange),
  },
  {
    name: 'the server refuses to list it',
    predicts: [failed('listContact', new StanzaError('forbidden', 'auth'))],
    act: (rig) => rig.refuse(isChange, 'forbidden'),
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
    act: (rig) => rig.hear({ type: 'subscribe' }),
  },
  {
    name: 'the contact asks no longer',
    when: isOnline,
    predicts: (model) => learns(model, { hasAsked: false }),
    act: (rig) => rig.hear({ type: 'unsubscribe' }),
  },
  {
    name: 'the contact refuses',
    when: isOnline,
    predicts: [told('befriending', 'contact.refused')],
    act: (rig) => rig.hear({ type: 'unsubscribed' }),
  },
  {
    name: 'the request comes back',
    when: isOnline,
    predicts: [told('befriending', 'contact.failed', { error: new StanzaError('item-not-found', 'cancel') })],
    act: (rig) =>
      rig.hear({
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
