import type { Observable } from 'rxjs'
import type { ActorRefFrom, SnapshotFrom } from 'xstate'
import { toXmppError } from '../../machines/failure.js'
import type { InvisibleForm, presenceMachine } from '../../machines/presence.js'
import { TransportError } from '../errors.js'
import { Channel } from '../router/channel.js'
import type { StanzaBus } from '../router/stanza-bus.js'
import { toJid, type Jid } from '../stanza/jid.js'
import { toPresenceElement, type Presence, type PresenceInput } from '../stanza/presence.js'
import type { XmlElement } from '../xml/element.js'
import { serialize } from '../xml/serializer.js'
import { until } from './until.js'

/** One's own presence, and everybody else's as it comes. @see RFC 6121 §4 */
export interface PresenceFeature {
  /** Every presence that arrives: statuses, subscription requests and errors alike. */
  readonly presence$: Observable<Presence>
  /**
   * Says how available one is, or with `to` only to somebody. What was said to everybody last is said again in the next
   * session; outside a session it is said on coming online.
   * @throws RangeError for what cannot be sent; with `to` or a type that asks for something, TransportError
   *   (`not-connected`) outside a session
   */
  sendPresence(presence?: PresenceInput): void
  /**
   * Stays or comes online without telling anybody, until the next `sendPresence()`. By default the server is asked to see to
   * it (XEP-0186); `legacy` sends the presence of type `invisible` from before XMPP. Resolves when it is so; outside a
   * session at once, for it is asked on coming online. Rejects with `StanzaError` where the server does not do it, and with
   * `TimeoutError` where it does not say: then nothing more is announced by itself.
   */
  hide(options?: { readonly form?: InvisibleForm | undefined }): Promise<void>
}

type PresenceActor = ActorRefFrom<typeof presenceMachine>

/** People told directly who are remembered; to others less is answered. */
const toldLimit = 1_000

/** Said by whoever says no more. */
const here: PresenceInput = {}
const gone: PresenceInput = { type: 'unavailable' }

/** The words that are announced: the part that the chart refuses to know. */
export class PresenceWords {
  readonly #bus: StanzaBus
  readonly #createId: () => string
  /** What features add to every available presence, by the name that they have chosen for it. */
  #annotations: Map<string, readonly XmlElement[]> | undefined
  #announced: Channel<PresenceInput> | undefined
  /** Bare JIDs that were told directly in this session; as many as can be remembered. */
  #told: Set<string> | undefined
  /** Said when available, and when not. */
  available: PresenceInput
  unavailable = gone

  constructor(bus: StanzaBus, createId: () => string, available = here) {
    this.#bus = bus
    this.#createId = createId
    this.available = available
  }

  /** What is said to everybody, each time it is said. */
  get announced$(): Observable<PresenceInput> {
    return (this.#announced ??= new Channel()).stream$
  }

  /** Adds elements to every available presence, instead of those of the same name before; throws as `serialize` does. */
  annotate(name: string, elements: readonly XmlElement[]): void {
    // Nothing that cannot be said may wait until it is to be said.
    for (const element of elements) serialize(element)
    const annotations = (this.#annotations ??= new Map())
    annotations.set(name, elements)
    // Another object: whoever was told the one before has not heard this.
    this.available = { ...this.available }
  }

  /** The presence as it is sent; throws as `toPresenceElement` does. */
  toElement(presence: PresenceInput): XmlElement {
    if (typeof presence !== 'object') {
      throw new TypeError('a presence is given as its parts: sendPresence({ show, status })')
    }
    // From whom it is the server says: one that came from somebody else may be passed on.
    const named = { ...presence, from: undefined, id: presence.id ?? this.#createId() }
    if (presence.type !== undefined || this.#annotations === undefined) return toPresenceElement(named)
    const added = [...this.#annotations.values()].flat()
    const isReplaced = ({ name, namespace }: XmlElement) => added.some((one) => one.is(name, namespace))
    const own = presence.payloads?.filter((payload) => !isReplaced(payload)) ?? []
    return toPresenceElement({ ...named, payloads: [...own, ...added] })
  }

  /** Says it to one alone. */
  tell(to: Jid, element: XmlElement, type: PresenceInput['type']): void {
    this.#bus.send(element)
    const bare = to.bare.toString()
    if (type === 'unavailable') this.forgetOne(bare)
    else if (type === undefined) this.#remember(bare)
  }

  wasTold(bare: string): boolean {
    return this.#told?.has(bare) ?? false
  }

  /** Everybody was told that one is gone. */
  forget(): void {
    this.#told = undefined
  }

  /** This one knows by itself that one is gone. */
  forgetOne(bare: string): void {
    this.#told?.delete(bare)
  }

  announce(): void {
    this.#send(this.available)
    this.#announced?.next(this.available)
  }

  /** Whoever was told directly is told this, too (RFC 6121 §4.6.3). */
  withdraw(): void {
    this.#send(this.unavailable)
    this.forget()
  }

  #remember(bare: string): void {
    this.#told ??= new Set()
    if (this.#told.size < toldLimit) this.#told.add(bare)
  }

  #send(presence: PresenceInput): void {
    this.#bus.send(this.toElement(presence))
  }
}

/** @see PresenceFeature */
export class SessionPresence implements PresenceFeature {
  readonly #bus: StanzaBus
  readonly #words: PresenceWords
  readonly #actor: PresenceActor

  /** @param actor the presence chart of the session */
  constructor(bus: StanzaBus, words: PresenceWords, actor: PresenceActor) {
    this.#bus = bus
    this.#words = words
    this.#actor = actor
  }

  get presence$(): Observable<Presence> {
    return this.#bus.presence$
  }

  /** It is announced. */
  get isShown(): boolean {
    const snapshot = this.#actor.getSnapshot()
    return snapshot.status === 'active' && snapshot.matches({ online: 'available' })
  }

  sendPresence(presence: PresenceInput = {}): void {
    const words = this.#words
    const element = words.toElement(presence)
    if (presence.to !== undefined) return words.tell(toJid(presence.to), element, presence.type)
    if (presence.type !== undefined && presence.type !== 'unavailable') return this.#bus.send(element)
    // What XML cannot carry is the caller's mistake, now and not when it is said.
    serialize(element)
    if (presence.type === undefined) words.available = presence
    else words.unavailable = presence
    this.#tell({ type: presence.type === undefined ? 'presence.announce' : 'presence.withdraw' })
  }

  hide({ form = 'xep-0186' }: { readonly form?: InvisibleForm | undefined } = {}): Promise<void> {
    this.#tell({ type: 'presence.hide', form })
    return until(this.#actor, isHidden)
  }

  /** Adds elements to one’s presence; those who were told of it already are told again. */
  annotate(name: string, elements: readonly XmlElement[]): void {
    this.#words.annotate(name, elements)
    if (this.isShown) this.#actor.send({ type: 'presence.announce' })
  }

  #tell(event: Parameters<PresenceActor['send']>[0]): void {
    if (this.#actor.getSnapshot().status === 'active') this.#actor.send(event)
  }
}

/** Nobody is told; throws why somebody is. */
function isHidden(snapshot: SnapshotFrom<typeof presenceMachine>): boolean {
  if (snapshot.status !== 'active') throw new TransportError('aborted', 'the client is closed')
  if (snapshot.matches({ online: 'hiding' })) return false
  if (snapshot.matches({ online: 'invisible' }) || snapshot.matches({ offline: 'toHide' })) return true
  if (snapshot.matches({ online: 'refused' }) || snapshot.matches({ online: 'unanswered' }))
    throw toXmppError(snapshot.context.error)
  throw new TransportError('aborted', 'something else was said meanwhile')
}
