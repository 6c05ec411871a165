import type { RosterAttributes } from '../../machines/subscription-state.js'
import { subscriptionMachine, type SubscriptionEvent } from '../../machines/subscription.js'
import { contacts, createClient, ns, type Client } from '../../src/index.js'
import type { ContactsFeature } from '../../src/features/contacts.js'
import { toIqElement } from '../../src/stanza/iq.js'
import { toPresenceElement } from '../../src/stanza/presence.js'
import { toRosterElement, type RosterItemInput } from '../../src/stanza/roster.js'
import type { Drivable, Running, Stimulus } from '../../src/testing/drive.js'
import type { Model, Occurrence } from '../../src/testing/drive-model.js'
import { answerTo } from '../../src/testing/scripted-peer-login.js'
import { createScriptedServer, type ScriptedServer } from '../../src/testing/scripted-peer-server.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'

const chart = 'subscription'
const bob = 'bob@example.test'

type Kind = 'subscribe' | 'unsubscribe' | 'subscribed' | 'unsubscribed'

/** A client with one contact in its list, and a server that says whatever it likes of them. */
class SubscriptionRig implements Running {
  readonly clock = new VirtualClock()
  readonly people: ContactsFeature
  readonly actor = {
    getSnapshot: () => {
      const { from, to } = this.people.standing(bob)
      return subscriptionMachine.resolveState({ value: { to, from } })
    },
  }
  /** Whether the contact waits for an answer, and how often the user was told. */
  waits = false
  told = 0
  /** What the server's roster says of the contact. */
  #item: RosterItemInput | undefined = { jid: bob, subscription: 'none' }
  readonly #server: ScriptedServer
  readonly #client: Client

  private constructor() {
    this.#server = createScriptedServer({
      reactions: [
        (heard, peer) => {
          if (heard.kind !== 'element' || heard.element.child('query', ns.roster) === undefined) return false
          const items = this.#item === undefined ? [] : [this.#item]
          peer.say(answerTo(heard.element, toRosterElement({ items })))
          return true
        },
      ],
    })
    this.#client = createClient({
      jid: 'alice@example.test',
      password: 'secret',
      endpoint: this.#server.open,
      reconnect: 'never',
    })
    this.people = this.#client.use(contacts)
    this.people.subscriptionRequests$.subscribe((requests) => (this.waits = requests.has(bob)))
    this.people.subscriptionRequest$.subscribe(() => (this.told += 1))
  }

  static async start(): Promise<SubscriptionRig> {
    const rig = new SubscriptionRig()
    await rig.goOnline()
    return rig
  }

  async goOnline(): Promise<void> {
    await this.#client.connect()
    await this.clock.rest()
  }

  async goOffline(): Promise<void> {
    const left = this.#client.disconnect()
    await this.clock.rest()
    await left
  }

  push(item: RosterItemInput): void {
    this.#item = item.subscription === 'remove' ? undefined : item
    this.#server.peer.say(
      toIqElement({ type: 'set', id: 'push', payload: toRosterElement({ items: [item] }) }),
    )
  }

  hear(type: Kind): void {
    this.#server.peer.say(toPresenceElement({ from: bob, type }))
  }

  transcript(): string {
    return this.#server.peers.flatMap(({ transcript }) => transcript).join('\n')
  }

  async end(): Promise<void> {
    const closed = this.#client.close()
    await this.clock.drain()
    await closed
    this.clock[Symbol.dispose]()
  }
}

/** What the chart does not keep: the item as the server has it, a request that has no answer, and how often one was news. */
interface Known {
  readonly item: RosterAttributes | undefined
  readonly waits: boolean
  readonly told: number
  readonly isOnline: boolean
}

const nothing: RosterAttributes = { subscription: 'none', ask: false, approved: false }
const knownIn = ({ notes }: Model): Known => ({
  item: nothing,
  waits: false,
  told: 0,
  isOnline: true,
  ...notes,
})
const fromIn = ({ charts }: Model): unknown => charts.get(chart)?.snapshot.value.from
const note = (news: Partial<Known>): Occurrence => ({ note: news })
const tell = (event: SubscriptionEvent): Occurrence => ({ to: chart, event })
const isOnline = (model: Model) => knownIn(model).isOnline
/** Of who is in no list nothing is kept but that they have asked. */
const isListed = (model: Model) => isOnline(model) && knownIn(model).item !== undefined
const hasAnswer = ({ subscription, approved }: RosterAttributes) =>
  subscription === 'from' || subscription === 'both' || approved

const says = (
  name: string,
  kind: Kind,
  act: (people: ContactsFeature) => Promise<void>,
): Stimulus<SubscriptionRig> => ({
  name,
  when: isListed,
  predicts: [
    tell({ type: `${kind}.sent` }),
    ...(kind === 'subscribed' || kind === 'unsubscribed' ? [note({ waits: false })] : []),
  ],
  act: ({ people }) => act(people),
})

const hears = (kind: Exclude<Kind, 'subscribe'>): Stimulus<SubscriptionRig> => ({
  name: `the contact says ${kind}`,
  when: isListed,
  predicts: [tell({ type: `${kind}.received` }), ...(kind === 'unsubscribe' ? [note({ waits: false })] : [])],
  act: (rig) => rig.hear(kind),
})

const items: readonly RosterAttributes[] = (['none', 'to', 'from', 'both'] as const).flatMap((subscription) =>
  [false, true].flatMap((ask) => [false, true].map((approved) => ({ subscription, ask, approved }))),
)

const pushes = (item: RosterAttributes): Stimulus<SubscriptionRig> => ({
  name: `the roster says ${item.subscription}${item.ask ? ', asked' : ''}${item.approved ? ', approved' : ''}`,
  when: isOnline,
  predicts: (model) => [
    note({ item, waits: knownIn(model).waits && !hasAnswer(item) }),
    tell({ type: 'roster.item', ...item }),
  ],
  act: (rig) => rig.push({ jid: bob, ...item }),
})

const stimuli: readonly Stimulus<SubscriptionRig>[] = [
  says('subscribe()', 'subscribe', (people) => people.subscribe(bob)),
  says('unsubscribe()', 'unsubscribe', (people) => people.unsubscribe(bob)),
  says('approve()', 'subscribed', (people) => people.approve(bob)),
  says('refuse()', 'unsubscribed', (people) => people.refuse(bob)),
  {
    name: 'the contact says subscribe',
    when: isOnline,
    predicts: (model) => {
      const isNews = fromIn(model) !== 'subscribed' && !knownIn(model).waits
      return [
        note(isNews ? { waits: true, told: knownIn(model).told + 1 } : {}),
        tell({ type: 'subscribe.received' }),
      ]
    },
    act: (rig) => rig.hear('subscribe'),
  },
  hears('unsubscribe'),
  hears('subscribed'),
  hears('unsubscribed'),
  ...items.map(pushes),
  {
    name: 'the contact is removed',
    when: isListed,
    predicts: [
      note({ item: undefined, waits: false }),
      tell({ type: 'contact.removed' }),
      // Whoever is in no list is a stranger: what was known of them is known no longer.
      tell({ type: 'requests.missed' }),
    ],
    act: (rig) => rig.push({ jid: bob, subscription: 'remove' }),
  },
  {
    name: 'goes offline',
    when: isOnline,
    predicts: [note({ isOnline: false }), { passMs: 0 }],
    act: (rig) => rig.goOffline(),
  },
  {
    name: 'goes online',
    when: (model) => !isOnline(model),
    predicts: (model) => {
      const { item } = knownIn(model)
      return [
        note({ isOnline: true }),
        tell({ type: 'requests.missed' }),
        ...(item === undefined ? [] : [tell({ type: 'roster.item', ...item })]),
      ]
    },
    act: (rig) => rig.goOnline(),
  },
]

/** Where a client believes to stand with one contact. */
export const subscriptionDrive: Drivable<SubscriptionRig> = {
  machine: subscriptionMachine,
  stimuli,
  isData: true,
  start: () => SubscriptionRig.start(),
  facts: {
    expected: (model) => {
      const { told, waits } = knownIn(model)
      return { told, waits }
    },
    actual: ({ told, waits }) => ({ told, waits }),
  },
}

/** What decides where a subscription goes next. */
export const subscriptionKey = (model: Model): unknown => {
  const { item, isOnline: isThere, waits } = knownIn(model)
  return [item, waits, isThere]
}
