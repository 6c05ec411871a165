import type { Observable } from 'rxjs'
import type { Actor, AnyStateMachine, InputFrom } from 'xstate'
import type { StanzaBus } from '../router/stanza-bus.js'
import type { Jid } from '../stanza/jid.js'
import type { MessageInput } from '../stanza/message.js'
import type { ClientState } from './client-state.js'
import type { Delivery } from './delivery.js'
import type { RosterPhase, RosterStore } from './roster.js'

/** What a feature is given to work with. */
export interface FeatureHost {
  readonly bus: Pick<
    StanzaBus,
    'account' | 'handle' | 'message$' | 'presence$' | 'request' | 'send' | 'sent$' | 'session$' | 'stanza$'
  >
  readonly createId: () => string
  /** Sends a message as the app would. */
  readonly send: (message: MessageInput) => Delivery
  /** Whether somebody can see anyway that one is there: nobody else is given an answer by itself. */
  readonly mayKnowOfMe: (jid: Jid) => boolean
  readonly state$: Observable<ClientState>
  /** The contact list, and each change to it. */
  readonly roster: Pick<RosterStore, 'change$' | 'contacts' | 'find' | 'roster$'> & {
    /** Where the list stands: `synced` is the server’s. */
    readonly phase$: Observable<RosterPhase>
    readonly fetch: () => Promise<unknown>
  }
  /**
   * Starts a chart beside the session. Its deeds find the means of this session, it is inspected with it, and it is stopped
   * when the client closes at the latest.
   */
  readonly start: <Machine extends AnyStateMachine>(
    machine: Machine,
    options: { readonly id: string; readonly input: InputFrom<Machine> },
  ) => Actor<Machine>
}
