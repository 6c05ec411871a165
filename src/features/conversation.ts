import type { Observable } from 'rxjs'
import type { ActorRefFrom, SnapshotFrom } from 'xstate'
import type { conversationMachine, ConversationEvent } from '../../machines/conversation.js'
import type { ChatState } from '../stanza/chat-state.js'
import type { Jid } from '../stanza/jid.js'
import type { MessageInput } from '../stanza/message.js'
import type { Delivery } from './delivery.js'
import { Steady } from './shown-by.js'

/** What both do, and how one’s own state is said. */
export interface ConversationState {
  readonly own: ChatState
  /** `unknown`: they have said nothing, or are not there any more. */
  readonly theirs: ChatState | 'unknown'
  /** `unknown`: the next message asks; `none`: they have written, and shown no sign that they understand. */
  readonly form: 'asking' | 'chatStates' | 'events' | 'none' | 'unknown'
}

/** A message in a conversation: where it goes, and its type, are known already. */
export type ConversationMessage = Omit<MessageInput, 'error' | 'errorElement' | 'from' | 'to' | 'type'>

export type ConversationActor = ActorRefFrom<typeof conversationMachine>

/** Sends a message as one of this conversation. */
type Write = (actor: ConversationActor, message: ConversationMessage) => Delivery

/** One conversation with one contact: tell it what the person does, and it says the rest. */
export class Conversation {
  /** Bare. */
  readonly jid: Jid
  readonly #actor: ConversationActor
  readonly #write: Write
  readonly #ended: () => void
  readonly #shown: Steady<SnapshotFrom<typeof conversationMachine>, ConversationState>

  constructor(jid: Jid, actor: ConversationActor, write: Write, ended: () => void) {
    this.jid = jid
    this.#actor = actor
    this.#shown = new Steady(actor, toConversationState, isSame)
    this.#write = write
    this.#ended = ended
  }

  /** The same one until something changes. */
  get state(): ConversationState {
    return this.#shown.value
  }

  /** Replays; completes on `close()`. The same one each time. */
  get state$(): Observable<ConversationState> {
    return this.#shown.value$
  }

  /** A key was pressed: tell it each time. Without another for 30 s it is a pause. */
  typing(): void {
    this.#tell({ type: 'conversation.type' })
  }

  /** No key is pressed for the time being. */
  paused(): void {
    this.#tell({ type: 'conversation.pause' })
  }

  /** The person looks at the conversation, and has nothing unfinished there. After 2 min without a deed they are inactive. */
  attend(): void {
    this.#tell({ type: 'conversation.attend' })
  }

  /** The person looks elsewhere. After 8 min more they are gone. */
  leave(): void {
    this.#tell({ type: 'conversation.leave' })
  }

  /**
   * Sends a chat message: to the resource that wrote last, in the thread of the conversation, with what it takes to be told of
   * their typing. Throws as `client.send` does.
   */
  send(message: ConversationMessage | string): Delivery {
    return this.#write(this.#actor, typeof message === 'object' ? message : { body: message })
  }

  /** The person has closed it: says that they are gone, and forgets it. */
  close(): void {
    this.#tell({ type: 'conversation.close' })
    this.#actor.stop()
    this.#ended()
  }

  #tell(event: ConversationEvent): void {
    if (this.#actor.getSnapshot().status === 'active') this.#actor.send(event)
  }
}

function toConversationState({ value }: SnapshotFrom<typeof conversationMachine>): ConversationState {
  const { form, own, theirs } = value
  return { own, theirs, form: typeof form === 'string' ? form : 'events' }
}

function isSame(a: ConversationState, b: ConversationState): boolean {
  return a.own === b.own && a.theirs === b.theirs && a.form === b.form
}
