import {
  stepServedSubscription,
  strangers,
  type ServedSubscriptionState,
} from '../../machines/served-subscription-step.js'
import {
  servedSubscriptionMachine,
  type ServedSubscriptionEvent,
} from '../../machines/served-subscription.js'
import type { Account } from '../../src/server/account.js'
import { SessionRegistry } from '../../src/server/session-registry.js'
import { parseJid } from '../../src/stanza/jid.js'
import type { Drivable, Running, Stimulus } from '../../src/testing/drive.js'
import type { Model, Occurrence } from '../../src/testing/drive-model.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'
import { createTransportPair } from '../../src/transport/memory.js'
import { openRealm, sessionSettings } from './served-realm.js'
import { bind, domain, logIn, Speaker } from './served-speaker.js'

const chart = 'servedSubscription'
const resource = 'desk'
const addressOf = (name: string) => `${name}@${domain}`
const alice = addressOf('alice')
const bob = addressOf('bob')

type Kind = 'subscribe' | 'unsubscribe' | 'subscribed' | 'unsubscribed'
const kinds: readonly Kind[] = ['subscribe', 'unsubscribe', 'subscribed', 'unsubscribed']

/** The roster of alice at the embedded server, as data; she and bob are there, and hear of everything. */
class ServedSubscriptionRig implements Running {
  readonly clock: VirtualClock
  readonly alice: Speaker
  readonly bob: Speaker
  readonly #account: Account
  readonly #registry: SessionRegistry
  readonly actor = {
    getSnapshot: () =>
      servedSubscriptionMachine.resolveState({ value: { ...this.#account.roster.stateOf(parseJid(bob)) } }),
  }

  private constructor(
    clock: VirtualClock,
    account: Account,
    registry: SessionRegistry,
    speakers: readonly [alice: Speaker, bob: Speaker],
  ) {
    this.clock = clock
    this.#account = account
    this.#registry = registry
    this.alice = speakers[0]
    this.bob = speakers[1]
  }

  static async start(): Promise<ServedSubscriptionRig> {
    const { credentials, realm } = await openRealm(['alice', 'bob'])
    const clock = new VirtualClock()
    const registry = new SessionRegistry(realm, sessionSettings(credentials), undefined)
    const connect = async (username: string) => {
      const pair = createTransportPair({ secure: true })
      registry.accept(pair.server)
      const speaker = new Speaker(pair.client)
      await logIn(clock, speaker, username)
      speaker.say(
        bind(resource),
        "<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>",
        '<presence/>',
      )
      await clock.rest()
      return speaker
    }
    const speakers = [await connect('alice'), await connect('bob')] as const
    const account = realm.accountOf(parseJid(alice))
    if (account === undefined) throw new TypeError('there is no account')
    return new ServedSubscriptionRig(clock, account, registry, speakers)
  }

  /** What came of the deeds of the chart, at both ends. */
  seen() {
    const atAlice = presencesIn(this.alice).filter((each) => each.includes(`from='${bob}'`))
    const atBob = presencesIn(this.bob).filter((each) => each.includes(`from='${alice}/${resource}'`))
    const items = [...this.alice.heard.matchAll(/<item\b[^>]*>/g)].map(([item]) => item)
    return {
      deliver: atAlice.filter((each) => kinds.some((kind) => each.includes(`type='${kind}'`))).length,
      pushRoster: items.filter((item) => !item.includes("subscription='remove'")).length,
      announcePresence: atBob.filter((each) => !each.includes(' type=')).length,
      retractPresence: atBob.filter((each) => each.includes("type='unavailable'")).length,
      isKept: this.#account.requests.has(bob),
    }
  }

  transcript(): string {
    return `alice: ${this.alice.heard}\nbob: ${this.bob.heard}`
  }

  async end(): Promise<void> {
    const closed = this.#registry.close()
    for (const { transport } of [this.alice, this.bob]) transport.destroy()
    await this.clock.drain()
    await closed
    this.clock[Symbol.dispose]()
  }
}

const presencesIn = ({ heard }: Speaker): readonly string[] =>
  [...heard.matchAll(/<presence\b[^>]*>/g)].map(([presence]) => presence)

/** What is known of the side that is not the chart's: bob's half of both subscriptions, and who lists the other. */
interface Known {
  readonly theirs: ServedSubscriptionState
  readonly isListed: boolean
  readonly isListedByThem: boolean
}

const knownIn = ({ notes }: Model): Known => ({
  theirs: strangers,
  isListed: false,
  isListedByThem: false,
  ...notes,
})

const oursIn = ({ charts }: Model): ServedSubscriptionState => {
  const value: ServedSubscriptionState | undefined = charts.get(chart)?.snapshot.value
  return value ?? strangers
}

const tell = (type: ServedSubscriptionEvent['type']): Occurrence => ({ to: chart, event: { type } })

/** Bob's half is stepped; gives what of it comes back to alice. */
function step(known: Known, event: ServedSubscriptionEvent['type']) {
  const { deeds, next } = stepServedSubscription(known.theirs, event)
  const isListedByThem = event !== 'contact.removed' && (known.isListedByThem || deeds.includes('pushRoster'))
  return { deeds, known: { ...known, theirs: next, isListedByThem } }
}

/** Alice's server forwards something to bob's, and what that one answers by itself. */
function reaches(known: Known, kind: Kind): readonly Occurrence[] {
  const { deeds, known: next } = step(known, `${kind}.received`)
  const { theirs, isListedByThem } = next
  const answer = deeds.includes('answerSubscribed') ? [tell('subscribed.received')] : []
  return [{ note: { theirs, isListedByThem } }, ...answer]
}

const says = (kind: Kind): Stimulus<ServedSubscriptionRig> => ({
  name: `alice says ${kind}`,
  predicts: (model) => {
    const { deeds } = stepServedSubscription(oursIn(model), `${kind}.sent`)
    return [tell(`${kind}.sent`), ...(deeds.includes('forward') ? reaches(knownIn(model), kind) : [])]
  },
  act: (rig) => rig.alice.say(`<presence to='${bob}' type='${kind}'/>`),
})

const hears = (kind: Kind): Stimulus<ServedSubscriptionRig> => ({
  name: `bob says ${kind}`,
  predicts: (model) => {
    const sent = step(knownIn(model), `${kind}.sent`)
    const { theirs, isListedByThem } = sent.known
    const noted = { note: { theirs, isListedByThem } }
    if (!sent.deeds.includes('forward')) return [noted, { passMs: 0 }]
    const { deeds } = stepServedSubscription(oursIn(model), `${kind}.received`)
    const answer = deeds.includes('answerSubscribed') ? reaches(sent.known, 'subscribed') : []
    return [noted, tell(`${kind}.received`), ...answer]
  },
  act: (rig) => rig.bob.say(`<presence to='${alice}' type='${kind}'/>`),
})

const removes = (speaker: Speaker, jid: string): void =>
  speaker.say(
    `<iq type='set' id='remove'><query xmlns='jabber:iq:roster'><item jid='${jid}' subscription='remove'/></query></iq>`,
  )

const stimuli: readonly Stimulus<ServedSubscriptionRig>[] = [
  ...kinds.flatMap((kind) => [says(kind), hears(kind)]),
  {
    name: 'alice removes bob',
    when: (model) => knownIn(model).isListed,
    predicts: (model) => {
      const { deeds } = stepServedSubscription(oursIn(model), 'contact.removed')
      const unsubscribed = deeds.includes('sendUnsubscribe')
        ? step(knownIn(model), 'unsubscribe.received').known
        : knownIn(model)
      const { theirs, isListedByThem } = unsubscribed
      return [
        tell('contact.removed'),
        { note: { isListed: false, theirs, isListedByThem } },
        ...(deeds.includes('sendUnsubscribed') ? reaches(unsubscribed, 'unsubscribed') : []),
      ]
    },
    act: (rig) => removes(rig.alice, bob),
  },
  {
    name: 'bob removes alice',
    when: (model) => knownIn(model).isListedByThem,
    predicts: (model) => {
      const { deeds, known } = step(knownIn(model), 'contact.removed')
      return [
        { note: { theirs: known.theirs, isListedByThem: false } },
        ...(deeds.includes('sendUnsubscribe') ? [tell('unsubscribe.received')] : []),
        ...(deeds.includes('sendUnsubscribed') ? [tell('unsubscribed.received')] : []),
        { passMs: 0 },
      ]
    },
    act: (rig) => removes(rig.bob, alice),
  },
]

/** Deeds of the chart that both ends can count. */
const counted = ['deliver', 'pushRoster', 'announcePresence', 'retractPresence'] as const

/** One subscription at the embedded server, kept for a user whose contact is another one of it. */
export const servedSubscriptionDrive: Drivable<ServedSubscriptionRig> = {
  machine: servedSubscriptionMachine,
  stimuli,
  isData: true,
  model: {
    notesOf: (name, { notes }) => ({
      [name]: Number(notes[name] ?? 0) + 1,
      ...(name === 'pushRoster' ? { isListed: true } : {}),
    }),
  },
  start: () => ServedSubscriptionRig.start(),
  facts: {
    expected: (model) => ({
      ...Object.fromEntries(counted.map((name) => [name, Number(model.notes[name] ?? 0)])),
      isKept: oursIn(model).from === 'pending',
    }),
    actual: (rig) => rig.seen(),
  },
}

/** What decides where a subscription goes next. */
export const servedSubscriptionKey = (model: Model): unknown => {
  const { isListed, isListedByThem, theirs } = knownIn(model)
  return [isListed, isListedByThem, theirs]
}
