import type { StanzaErrorCondition } from '../errors.js'
import type { Jid } from '../stanza/jid.js'
import type { MessageType } from '../stanza/message.js'
import { toErrorReply } from '../stanza/stanza-error.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { Account } from './account.js'
import { isRequest, toEnvelope, withDelay, type Envelope } from './envelope.js'
import { Interests } from './interests.js'
import type { ServerLimits } from './limits.js'
import { archive, copy } from './message-copies.js'
import { storeOffline } from './offline.js'
import { nobodyElse, type Resource } from './resource.js'
import { RoomService } from './rooms/room-service.js'
import { routeIq, routeMessage, routePresence, type AddresseeFacts, type Route } from './routing.js'

export interface RealmOptions {
  /** The domain that is served, as a JID. */
  readonly domain: Jid
  readonly limits: ServerLimits
  readonly now: () => Date
  /** The domain of its rooms; `undefined`: it has none. */
  readonly rooms?: Jid | undefined
  /** Makes ids for what the server sends by itself. */
  readonly nextId: () => string
  /** Answers a request that is addressed to the server or to an account. */
  readonly serve: (realm: Realm, envelope: Envelope) => void
}

/** The served domain: its accounts, and the way of every stanza between them. */
export class Realm {
  readonly domain: Jid
  readonly limits: ServerLimits
  readonly now: () => Date
  readonly nextId: () => string
  readonly startedAt: Date
  /** By localpart. */
  readonly accounts = new Map<string, Account>()
  /** What its clients want to hear of. */
  readonly interests = new Interests()
  /** `undefined`: it has none. */
  readonly rooms: RoomService | undefined
  readonly #serve: RealmOptions['serve']

  constructor(options: RealmOptions) {
    this.domain = options.domain
    this.limits = options.limits
    this.now = options.now
    this.nextId = options.nextId
    this.startedAt = options.now()
    this.rooms = options.rooms && new RoomService(options.rooms, this)
    this.#serve = options.serve
  }

  /** The account that an address belongs to, if it is one of this server's. */
  accountOf(jid: Jid): Account | undefined {
    return this.isLocal(jid) && jid.local !== undefined ? this.accounts.get(jid.local) : undefined
  }

  isLocal(jid: Jid): boolean {
    return jid.domain === this.domain.domain
  }

  /** Whether one of two has blocked the other. @see XEP-0191 */
  keepsApart(one: Jid, other: Jid): boolean {
    const isBlocked = this.accountOf(one)?.blocklist.blocks(other) ?? false
    return isBlocked || (this.accountOf(other)?.blocklist.blocks(one) ?? false)
  }

  /** Routes a stanza to whom it is for (RFC 6120 §10, RFC 6121 §8); subscriptions take another way. */
  deliver(envelope: Envelope): void {
    const { element, from, to } = envelope
    if (this.rooms?.serves(to) === true) this.rooms.take(envelope)
    else if (!this.isLocal(to)) {
      const isNotice = element.name === 'presence' && element.attribute('type') !== undefined
      if (!isNotice) this.refuse(envelope, 'remote-server-not-found')
    } else if (to.local === undefined) this.#deliverToServer(envelope)
    else if (this.accountOf(to)?.blocklist.blocks(from) === true) {
      // As if nobody were there (XEP-0191 §3.3); what an occupant says to all in a room is no message to this one.
      if (element.name !== 'presence' && messageType(element) !== 'groupchat')
        this.refuse(envelope, 'service-unavailable')
    } else
      this.#follow(
        envelope,
        this.accountOf(to),
        routeOf(element, this.accountOf(to)?.facts(to.resource) ?? nobody(to)),
      )
  }

  /** Answers with an error, unless the stanza is itself an answer (RFC 6120 §8.3.1). */
  refuse(
    { element, from, to }: Envelope,
    condition: StanzaErrorCondition,
    text?: string,
    application?: XmlElement,
  ): void {
    const lang = text === undefined ? undefined : 'en'
    const reply = toErrorReply(element, { condition, text, lang, application })
    if (reply !== undefined) this.answer({ element: reply, from: to, to: from })
  }

  /** Hands a stanza to one resource, and drops it if that is gone: for answers of the server itself. */
  answer(envelope: Envelope): void {
    const { element, to } = envelope
    if (this.rooms?.serves(to) === true) this.rooms.take(envelope)
    else if (to.resource !== undefined) this.accountOf(to)?.resources.get(to.resource)?.send(element)
  }

  /** By subscription, or because presence was directed there; who sends it to a room is seen by all who are in that. */
  #maySee(account: Account, { from, to }: Envelope): boolean {
    if (account.mayBeSeenBy(from)) return true
    const directed = account.resources.get(to.resource ?? '')?.directed ?? new Map<string, Jid>()
    if (this.rooms?.serves(from) !== true) return directed.has(from.toString())
    return [...directed.values()].some(({ bare }) => bare.equals(from.bare))
  }

  #deliverToServer(envelope: Envelope): void {
    const { element, to } = envelope
    if (element.name === 'presence') return
    if (element.name === 'message' || to.resource !== undefined) this.refuse(envelope, 'service-unavailable')
    else if (isRequest(element)) this.#serve(this, envelope)
    else this.interests.answer(envelope)
  }

  #follow(envelope: Envelope, account: Account | undefined, route: Route): void {
    // Whether the resource is there is not told either.
    if (account !== undefined && asksForActivity(envelope) && !this.#maySee(account, envelope))
      this.refuse(envelope, 'forbidden')
    else if (route.kind === 'refuse') this.refuse(envelope, route.condition)
    else if (route.kind === 'serve') this.#serve(this, envelope)
    else if (account === undefined) return
    else if (route.kind === 'store') this.#store(this.#accept(envelope, account), account)
    else if (route.kind === 'deliver')
      this.#hand(this.#accept(envelope, account), account, withOthers(route.resources, envelope))
  }

  /** The account has a message now, whoever of it is there; once, however often it is delivered. */
  #accept(envelope: Envelope, account: Account): Envelope {
    if (envelope.element.name !== 'message' || envelope.sentAt !== undefined) return envelope
    return { ...envelope, element: archive(this, account, envelope) }
  }

  #hand({ element, from, sentAt, alsoTo = [] }: Envelope, account: Account, names: readonly string[]): void {
    const all = names.flatMap((name) => account.resources.get(name) ?? [])
    const resources = element.name === 'presence' ? all.filter(({ jid }) => !this.keepsApart(from, jid)) : all
    const isNew = element.name === 'message' && sentAt === undefined && !from.bare.equals(account.jid)
    const copied = isNew ? copy(account, 'received', element, resources) : nobodyElse
    const handed = sentAt === undefined ? element : withDelay(element, this.domain, sentAt)
    for (const resource of resources) {
      const others =
        resources.length === 1 ? copied : [...resources.filter((other) => other !== resource), ...copied]
      const own = alsoTo.length === 0 ? handed : toEnvelope(handed, from, resource.jid).element
      resource.send(own, others)
      if (element.name === 'presence') forgetGone(resource, from, element)
    }
  }

  #store(envelope: Envelope, account: Account): void {
    const storing = storeOffline(account, envelope, this.domain, this.limits, this.now())
    if (storing === 'full') this.refuse(envelope, 'service-unavailable', 'too many messages are waiting')
  }
}

/** Whoever is gone, or takes no presence, need not hear of the end of it: a room, or a nickname there. @see RFC 6121 §4.6.3 */
function forgetGone({ directed }: Resource, from: Jid, presence: XmlElement): void {
  const type = presence.attribute('type')
  if (type === 'unavailable' || type === 'error') directed.delete(from.toString())
}

const withOthers = (names: readonly string[], { alsoTo = [] }: Envelope): readonly string[] => [
  ...new Set([...names, ...alsoTo.flatMap(({ resource }) => resource ?? [])]),
]

const nobody = (to: Jid): AddresseeFacts => ({ exists: false, resource: to.resource, resources: [] })

function routeOf(element: XmlElement, addressee: AddresseeFacts): Route {
  if (element.name === 'message') return routeMessage(messageType(element), addressee)
  if (element.name === 'presence') return routePresence(addressee)
  return routeIq(isRequest(element) ? 'request' : 'answer', addressee)
}

/** @see XEP-0012 §3, §4 */
const asksForActivity = ({ element }: Envelope): boolean =>
  isRequest(element) && element.child('query', ns.lastActivity) !== undefined

function messageType(element: XmlElement): MessageType {
  const type = element.attribute('type')
  return messageTypes.find((known) => known === type) ?? 'normal'
}

const messageTypes: readonly MessageType[] = ['chat', 'error', 'groupchat', 'headline', 'normal']
