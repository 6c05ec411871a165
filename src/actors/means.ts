import type { AnyActorRef } from 'xstate'
import type { RegistrationFacts } from '../../machines/registration.js'
import type { LeftBehind } from '../../machines/session-context.js'
import type { StoreError } from '../errors.js'
import type { Watch } from '../router/crossing.js'
import type { StanzaBus } from '../router/stanza-bus.js'
import type { StreamManagement } from '../router/stream-management.js'
import type { XmlStreamOptions } from '../router/xml-stream.js'
import type { MechanismOptions } from '../sasl/mechanisms.js'
import type { Dialer } from '../transport/dial.js'
import type { XmlElement } from '../xml/element.js'
import type { Identity, Link } from './link.js'
import type { Surroundings } from './surroundings.js'

/** The contact list as the deeds need it. */
export interface RosterKeeper {
  readonly version: string | undefined
  /** Takes the payload of an answer; `undefined`: nothing has changed since `version`. */
  take(payload: XmlElement | undefined): void
}

/** One's own presence as the deeds need it: the words are the app’s. */
export interface PresenceSpeaker {
  announce(): void
  withdraw(): void
  /** Everybody was told that one is gone. */
  forget(): void
}

/** What outlives the process, as the deeds need it. */
export interface SessionMemory {
  /** Reads what an earlier process has left, and makes everything as it was, unless whoever asks gives up in time. */
  restore(asker: AbortSignal): Promise<LeftBehind>
  /** The session of an earlier process goes on: who was there is there. */
  replay(): void
  /** Resolves once everything is stored, and the session is still this process's own. */
  settle(): Promise<void>
  /** Tells what fails, until the returned function is called. */
  watch(tell: (error: StoreError) => void): () => void
  /** The server keeps this session when its connection is lost, or none. */
  keepSession(session: KeptSession | null): void
  /** SCRAM has worked. */
  pinScram(): void
}

/** What is to be done for the account itself. */
export interface AccountDesk {
  /** Makes the account on the unauthenticated stream; rejects with why there is none. Set while that is wished. */
  make: ((facts: RegistrationFacts, signal: AbortSignal) => Promise<void>) | undefined
}

/** A session as another process needs it to go on with it. */
export interface KeptSession {
  readonly previd: string
  readonly jid: string
  readonly maxMs: number | null
  readonly endpoint: string | null
}

/** What the deeds of one session are done with: sockets, streams and secrets, none of which a chart may hold. */
export interface SessionMeans {
  readonly link: Link
  readonly bus: StanzaBus
  readonly management: StreamManagement
  /** Where the app has given a store. */
  readonly memory: SessionMemory | undefined
  readonly createId: () => string
  readonly roster: RosterKeeper
  readonly presence: PresenceSpeaker
  readonly identity: Identity
  readonly account: AccountDesk
  readonly surroundings: Surroundings
  readonly dialer: Dialer
  readonly stream: XmlStreamOptions
  /** Told of everything that crosses a stream. */
  readonly watch: Watch | undefined
  /** Whatever the mechanisms need of the account; the only place where secrets are. */
  readonly credentials: Omit<MechanismOptions, 'gs2' | 'offer'>
  /** Keys kept from earlier logins belong to a password that is no longer accepted. */
  readonly forgetKeys: () => void
}

type System = AnyActorRef['system']

/** Every session is an actor system of its own, and its deeds know no other. */
const meansBySystem = new WeakMap<System, SessionMeans>()

/** Gives a session its means, once, before it starts. */
export function equip(system: System, means: SessionMeans): void {
  meansBySystem.set(system, means)
}

/** The means of the session that a deed runs in; throws TypeError where it was given none. */
export function meansOf(system: System): SessionMeans {
  const means = meansBySystem.get(system)
  if (means === undefined) throw new TypeError('this session was given no means: see createSession()')
  return means
}
