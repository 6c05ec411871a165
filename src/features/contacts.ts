import type { Observable } from 'rxjs'
import {
  defaultBefriendingTimeouts,
  type BefriendingInput,
  type BefriendingTimeouts,
} from '../../machines/befriending.js'
import {
  subscriptionName,
  type SubscriptionName,
  type SubscriptionState,
} from '../../machines/subscription-state.js'
import {
  diagnose,
  repairOf,
  type Consent,
  type ContactEvidence,
  type Diagnosis,
  type Repair,
} from '../../machines/subscription-doctor.js'
import { toTimeouts, type Given } from '../../machines/timeouts.js'
import { StanzaError } from '../errors.js'
import type { SessionStanding } from '../router/stanza-bus.js'
import { toJid, type Jid, type JidInput } from '../stanza/jid.js'
import { toPingElement } from '../stanza/ping.js'
import { isOfRoom } from '../stanza/muc.js'
import { toPresenceElement, type Presence } from '../stanza/presence.js'
import { toRosterElement, type RosterItem, type RosterItemInput } from '../stanza/roster.js'
import { serialize } from '../xml/serializer.js'
import type { Befriending } from './befriending.js'
import { PresenceBoard, type ContactPresence } from './contact-presence.js'
import { Evidence } from './evidence.js'
import type { FeatureHost } from './feature-host.js'
import { Handshakes, type HandshakesHost } from './handshakes.js'
import type { Contacts, RosterPhase } from './roster.js'
import {
  Subscriptions,
  type SubscriptionRequest,
  type SubscriptionRequests,
  type SubscriptionType,
} from './subscriptions.js'

/** What the user calls a contact. */
export interface ContactDetails {
  /** What to call them. Left out, `add` gives no name; `update` and `befriend` keep the one that there is. */
  readonly name?: string | undefined
  /** In place of all groups that there are. Left out, `add` puts them into none; the others keep those that there are. */
  readonly groups?: Iterable<string> | undefined
}

/** How a contact is listed and asked. */
export interface BefriendOptions extends ContactDetails {
  /** Shown to the contact with the request. */
  readonly message?: string | undefined
  /** Milliseconds for each wait; what is left out keeps its default. */
  readonly timeouts?: Given<BefriendingTimeouts> | undefined
}

/** Where one stands with somebody, by the chart of the nine states. @see RFC 6121 §A.1 */
export interface Standing extends SubscriptionState {
  /** What the RFC calls it. */
  readonly name: SubscriptionName
}

/** Contacts: the list, who is there, and every handshake. What fails rejects with `StanzaError`, `TimeoutError` or `TransportError`. */
export interface ContactsFeature {
  /** The contact list as the server has it, kept while disconnected; the same one until that changes. */
  readonly roster: Contacts
  /** The same as it changes; replays. */
  readonly roster$: Observable<Contacts>
  /** Everybody who was heard of in this session, by prepared bare JID; the same one until that changes. */
  readonly presence: ReadonlyMap<string, ContactPresence>
  /** The same as it changes; replays. */
  readonly presence$: Observable<ReadonlyMap<string, ContactPresence>>
  /** Whether one contact is there; replays, and emits only what has changed. */
  presenceOf(jid: JidInput): Observable<ContactPresence>
  /** Who asks to see one's presence and waits, then everybody who comes to ask. Those of handshakes under way are answered by these, or come when these end without. */
  readonly subscriptionRequest$: Observable<SubscriptionRequest>
  /** All that wait; replays. */
  readonly subscriptionRequests$: Observable<SubscriptionRequests>

  /** Puts a contact into the list; resolves when the server has confirmed it. @see RFC 6121 §2.3 */
  add(jid: JidInput, details?: ContactDetails): Promise<void>
  /** Changes what is given, and leaves the rest; `StanzaError` (`item-not-found`) where it is not in the list. @see RFC 6121 §2.4 */
  update(jid: JidInput, details: ContactDetails): Promise<void>
  /** Takes a contact out of the list, which ends both subscriptions. @see RFC 6121 §2.5 */
  remove(jid: JidInput): Promise<void>

  /**
   * Begins the mutual handshake, or gives the one that is under way. It survives the end of the session. Throws `RangeError` for
   * oneself, for what XML cannot carry, and for a group without a name.
   */
  befriend(jid: JidInput, options?: BefriendOptions): Befriending
  /** The same from the other end: grants a request, and asks back. */
  accept(request: SubscriptionRequest, options?: BefriendOptions): Befriending
  /** Refuses a request, or takes back what was granted. @see RFC 6121 §3.1.4, §3.2 */
  refuse(request: SubscriptionRequest | JidInput): Promise<void>
  /** Ends both subscriptions; the contact stays in the list. */
  unfriend(jid: JidInput): Promise<void>

  /** Asks to see somebody's presence, and no more. @see RFC 6121 §3.1.1 */
  subscribe(jid: JidInput, options?: { readonly message?: string | undefined }): Promise<void>
  /** Takes the request back, or sees the presence no longer. @see RFC 6121 §3.3 */
  unsubscribe(jid: JidInput): Promise<void>
  /** Lets somebody see one's presence, in advance too where the server offers that. @see RFC 6121 §3.1.4, §3.4 */
  approve(jid: JidInput): Promise<void>

  /** As far as it is known here. */
  standing(jid: JidInput): Standing
  /**
   * What the two servers may believe of each other’s users, by what this session has heard; `theirs` adds what is known for
   * sure of the other side.
   */
  diagnose(jid: JidInput, theirs?: ContactEvidence['theirs']): Diagnosis
  /** Sends what makes both servers agree again, as far as this side can, and resolves with what it was. */
  repair(jid: JidInput, options?: RepairOptions): Promise<Repair>
}

/** What may be asked and granted, and what is known of the other side. */
export interface RepairOptions extends Consent {
  /** What the contact’s own server keeps, as far as it is known for sure. Default: nothing is. */
  readonly theirs?: ContactEvidence['theirs'] | undefined
}

/** What the feature is made of: what any is given, and its own chart with its deeds in place. */
export type ContactsHost = Omit<FeatureHost, 'start'> & Pick<HandshakesHost, 'startBefriending'>

/** @see ContactsFeature */
export function createContacts(host: ContactsHost): ContactsFeature {
  const { bus, createId, roster } = host
  const isListed = (jid: string) => roster.find(jid) !== undefined
  const board = new PresenceBoard(isListed)
  const evidence = new Evidence()
  const subscriptions = new Subscriptions((jid) => roster.find(jid), host.memory)
  const handshakes = new Handshakes({
    startBefriending: host.startBefriending,
    factsOf: (jid) => ({ item: attributesOf(roster.find(jid)), hasAsked: subscriptions.hasAsked(jid) }),
    ended: (jid) => subscriptions.ask(jid),
    memory: host.memory,
  })
  let preApproval = false

  roster.change$.subscribe(({ jid, item }) => {
    if (jid === undefined) {
      subscriptions.replace(roster.contacts)
      handshakes.changeAll()
    } else {
      subscriptions.change(jid, item)
      handshakes.change(jid)
    }
  })
  subscriptions.replace(roster.contacts)

  const take = (presence: Presence) => {
    // Whoever is in a room with one is no contact by that.
    if (isOfRoom(presence.payloads)) return
    board.take(presence)
    evidence.take(presence)
    const jid = presence.from?.bare.toString() ?? ''
    const isUnderWay = handshakes.find(jid) !== undefined
    subscriptions.take(presence, isUnderWay)
    if (isUnderWay) handshakes.take(jid, presence)
  }
  bus.presence$.subscribe({
    next: take,
    complete: () => {
      board.complete()
      subscriptions.complete()
    },
  })

  host.state$.subscribe((state) => {
    if (state.status !== 'online') return
    preApproval = state.features.includes(preApprovalFeature)
    for (const presence of subscriptions.recall(state.resumed)) take(presence)
  })
  let standing: SessionStanding = 'none'
  let phase: RosterPhase = 'cold'
  // What a handshake waits for comes over a stream, and is told by the roster.
  const tellHandshakes = () => {
    if (standing === 'live' && phase === 'synced') handshakes.ready({ preApproval })
    else handshakes.offline()
  }
  bus.session$.subscribe((next) => {
    // A session that is only suspended goes on: who is there is still there.
    if (next === 'none') {
      board.clear()
      evidence.clear()
    } else if (standing === 'none') subscriptions.miss()
    standing = next
    tellHandshakes()
  })
  roster.phase$.subscribe((next) => {
    // Whoever uses contacts wants the list.
    if (next === 'unasked') queueMicrotask(() => void roster.fetch().catch(() => undefined))
    phase = next
    tellHandshakes()
  })

  /** Resolves when the server has heard all that was sent before: it answers in order. */
  const confirmed = async () => {
    try {
      await bus.request({ type: 'get', payload: toPingElement() })
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error
    }
  }
  const say = (jid: Jid, type: SubscriptionType, message?: string) => {
    bus.send(toPresenceElement({ to: jid, type, status: message, id: createId() }))
    subscriptions.sent(jid.toString(), type)
  }
  const send = async (jid: Jid, type: SubscriptionType, message?: string) => {
    say(jid, type, message)
    await confirmed()
  }
  const diagnoseOne: ContactsFeature['diagnose'] = (input, theirs) => {
    const jid = toJid(input).bare.toString()
    return diagnose(subscriptions.standingOf(jid), { ...evidence.of(jid), theirs })
  }
  const set = async (item: RosterItemInput) => {
    await bus.request({ type: 'set', payload: toRosterElement({ items: [item] }) })
  }

  const befriend: ContactsFeature['befriend'] = (input, { name, groups, message, timeouts: given } = {}) => {
    const timeouts = toTimeouts(defaultBefriendingTimeouts, given)
    const jid = toJid(input).bare
    const key = jid.toString()
    if (key === bus.account?.bare) throw new RangeError('nobody is a contact of oneself')
    const item = roster.find(key)
    const wish = {
      jid: key,
      name: name ?? item?.name,
      groups: groups === undefined ? (item?.groups ?? []) : [...groups],
      mustList: item === undefined || name !== undefined || groups !== undefined,
      message,
      requestId: createId(),
      timeouts,
    }
    refuseUnsayable(wish)
    return handshakes.begin(jid, wish)
  }

  return {
    get roster() {
      return roster.contacts
    },
    roster$: roster.roster$,
    get presence() {
      return board.presence
    },
    presence$: board.presence$,
    presenceOf: (jid) => board.of(toJid(jid)),
    subscriptionRequest$: subscriptions.request$,
    subscriptionRequests$: subscriptions.requests$,
    add: async (jid, details = {}) => set({ jid: toJid(jid).bare, ...details }),
    update: async (input, details) => {
      const jid = toJid(input).bare
      const item = roster.find(jid.toString())
      if (item === undefined) throw new StanzaError('item-not-found', 'cancel')
      const { name = item.name, groups = item.groups } = details
      await set({ jid, name, groups })
    },
    remove: async (jid) => set({ jid: toJid(jid).bare, subscription: 'remove' }),
    befriend,
    accept: ({ from }, options) => befriend(from, options),
    refuse: async (whom) => send(toWhom(whom), 'unsubscribed'),
    unfriend: async (input) => {
      const jid = toJid(input).bare
      // First, for it throws outside a session: then a handshake goes on in the next.
      say(jid, 'unsubscribe')
      void handshakes.find(jid.toString())?.withdraw()
      await send(jid, 'unsubscribed')
    },
    subscribe: async (jid, { message } = {}) => send(toJid(jid).bare, 'subscribe', message),
    unsubscribe: async (jid) => send(toJid(jid).bare, 'unsubscribe'),
    approve: async (jid) => send(toJid(jid).bare, 'subscribed'),
    standing: (jid) => {
      const standing = subscriptions.standingOf(toJid(jid).bare.toString())
      return { ...standing, name: subscriptionName(standing) }
    },
    diagnose: diagnoseOne,
    repair: async (input, { theirs, ...consent } = {}) => {
      const jid = toJid(input).bare
      const repair = repairOf(diagnoseOne(input, theirs), consent)
      for (const stanza of repair.stanzas) say(jid, stanza)
      if (repair.stanzas.length > 0) await confirmed()
      return repair
    },
  }
}

const preApprovalFeature = '{urn:xmpp:features:pre-approval}sub'

/** What cannot be written is the caller’s mistake, not the end of a handshake. */
function refuseUnsayable({ groups, jid, message, name }: BefriendingInput): void {
  serialize(toRosterElement({ items: [{ jid, name, groups }] }))
  serialize(toPresenceElement({ to: jid, type: 'subscribe', status: message }))
}

const toWhom = (whom: SubscriptionRequest | JidInput): Jid =>
  typeof whom === 'object' && 'presence' in whom ? whom.from : toJid(whom).bare

function attributesOf(item: RosterItem | undefined) {
  if (item === undefined || item.subscription === 'remove') return undefined
  const { subscription, ask, approved } = item
  return { subscription, ask, approved }
}
