import type { Observable } from 'rxjs'
import type { Actor, AnyStateMachine, InputFrom } from 'xstate'
import type { Timeouts } from '../../machines/timeouts.js'
import type { StanzaBus } from '../router/stanza-bus.js'
import type { Jid } from '../stanza/jid.js'
import type { MessageInput } from '../stanza/message.js'
import type { PresenceInput } from '../stanza/presence.js'
import type { Json } from '../store/store.js'
import type { RegistrationFacts } from '../../machines/registration.js'
import type { XmlElement } from '../xml/element.js'
import type { ClientState } from './client-state.js'
import type { Delivery } from './delivery.js'
import type { Outbox } from './outbox.js'
import type { RosterPhase, RosterStore } from './roster.js'
import type { Session } from './wishes.js'

/** What a feature is given to work with. */
export interface FeatureHost {
  /** The stanzas of the session, both ways; it stays the same from session to session. */
  readonly bus: Pick<
    StanzaBus,
    | 'account'
    | 'attend'
    | 'handle'
    | 'message$'
    | 'presence$'
    | 'request'
    | 'send'
    | 'sent$'
    | 'session$'
    | 'stanza$'
  >
  /** Makes the id of a stanza that has none yet. */
  readonly createId: () => string
  /** How long each wait of a chart may take. */
  readonly timeouts: Timeouts
  /** Sends a message as the app would. */
  readonly send: (message: MessageInput) => Delivery
  /** Where messages wait; one feature at most puts a gate there. */
  readonly outbox: Pick<Outbox, 'gate' | 'release'>
  /** Whether somebody can see anyway that one is there: nobody else is given an answer by itself. */
  readonly mayKnowOfMe: (jid: Jid) => boolean
  /**
   * Puts elements into every available presence from now on, instead of those that were given under this name before; where
   * presence is announced already it is said again, in rooms, too. @throws RangeError for what XML cannot carry
   */
  readonly annotatePresence: (name: string, elements: readonly XmlElement[]) => void
  /** One’s own presence. */
  readonly presence: {
    /** What is said to everybody while one is available; another object once features have added something else to it. */
    readonly available: PresenceInput
    /** The same each time it is said. */
    readonly announced$: Observable<PresenceInput>
    /** Says it, as `client.sendPresence` does. */
    readonly send: (presence: PresenceInput) => void
    /** Somebody who was told of it directly takes one for gone, and may know no more of one. */
    readonly forget: (bare: Jid) => void
  }
  /** Where the session stands, and why; replays. */
  readonly state$: Observable<ClientState>
  /** The contact list, and each change to it. */
  readonly roster: Pick<RosterStore, 'change$' | 'contacts' | 'find' | 'roster$'> & {
    /** Where the list stands: `synced` is the server’s. */
    readonly phase$: Observable<RosterPhase>
    readonly fetch: () => Promise<unknown>
  }
  /** What is wished of the account itself. */
  readonly account: FeatureAccount
  /** What outlives the process; `undefined` where the app has given no store. */
  readonly memory: FeatureMemory | undefined
  /**
   * Starts a chart beside the session. Its deeds find the means of this session, it is inspected with it, and it is stopped
   * when the client closes at the latest.
   */
  readonly start: <Machine extends AnyStateMachine>(
    machine: Machine,
    options: { readonly id: string; readonly input: InputFrom<Machine> },
  ) => Actor<Machine>
}

/** Makes an account on a stream that nobody has logged in on; rejects with why there is none. */
export type MakeAccount = (facts: RegistrationFacts, signal: AbortSignal) => Promise<void>

/** The account of a client, as such. */
export interface FeatureAccount {
  /** The root chart's actor, which removes the account by `account.remove` while online. */
  readonly session: Session
  /** The localpart; `undefined` where nobody in particular is logged in. */
  readonly username: string | undefined
  /** Connects; the account is made by this, on the stream that then goes on to log in. */
  register(make: MakeAccount, options: { readonly signal?: AbortSignal | undefined }): Promise<void>
  /** Another password is tried from now on, and what was derived from the last one forgotten. */
  takePassword(password: string): void
  /** One that the server may have taken or not: it is tried once the last one is refused. */
  expectPassword(password: string | undefined): void
}

/** Facts that another process finds again. */
export interface FeatureMemory {
  /** Keeps one; `null` forgets it. */
  keepFact(key: string, value: Json): void
  /** Tells those of an earlier process whose key begins so, with the rest of the key, once they are known. */
  factsOf(prefix: string, tell: (key: string, value: Json) => void): void
  /** Of a message that an earlier process has sent, by its id, where it was still waiting. */
  deliveryOf(id: string): Delivery | undefined
  /** Whether that process may have sent it already, for all that it has noted. */
  mayHaveLeft(id: string): boolean
}
