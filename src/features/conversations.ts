import { fromPromise } from 'xstate'
import {
  conversationMachine,
  defaultConversationTimeouts,
  type ConversationContext,
  type ConversationEvent,
  type ConversationSupport,
  type ConversationTimeouts,
} from '../../machines/conversation.js'
import { toTimeouts, type Given } from '../../machines/timeouts.js'
import { TransportError } from '../errors.js'
import { findChatState, toChatStateElement, type ChatState } from '../stanza/chat-state.js'
import { findDelay } from '../stanza/delay.js'
import { parseJid, toJid, type Jid, type JidInput } from '../stanza/jid.js'
import { findMessageEvent, toMessageEventElement, type MessageEvent } from '../stanza/message-event.js'
import { toMessageElement, type Message, type MessageInput } from '../stanza/message.js'
import { isOfRoom } from '../stanza/muc.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { announce } from './announcement.js'
import { Conversation, type ConversationActor, type ConversationMessage } from './conversation.js'
import type { Delivery } from './delivery.js'
import type { FeatureHost } from './feature-host.js'
import { forgetOldest } from './forget-oldest.js'

/** Conversations that live at once; one more closes the one that was asked for longest ago. */
export const liveConversationLimit = 100

/** Contacts whose last word is remembered for a conversation with them that is yet to begin; the oldest go first. */
export const rememberedContactLimit = 100

/** Sent messages of which composing is believed, in all; the oldest go first (XEP-0022 §3). */
export const awaitedEventLimit = 1_000

/** What `conversations` works with. */
export interface ConversationsOptions {
  /** Asks what a contact supports, as `discovery` does; without it they show it themselves, by what they send. */
  readonly supports?: ((jid: JidInput, feature: string) => Promise<boolean>) | undefined
  /** Whether somebody may be told what one does; asked each time. Default yes: see `ConversationsFeature`. */
  readonly tells?: ((jid: Jid) => boolean) | undefined
  /** Sends each message, as `receipts` does; default `client.send`. */
  readonly send?: ((message: MessageInput) => Delivery) | undefined
  /** Milliseconds for each wait; what is left out keeps its default. */
  readonly timeouts?: Given<ConversationTimeouts> | undefined
}

/**
 * Typing and attention in one-to-one conversations. Told without a message only to who may know anyway that one is there, or
 * was written to in this conversation.
 */
export interface ConversationsFeature {
  /**
   * The conversation with a contact, begun where there is none; of a full JID with the contact all the same.
   * @throws RangeError for an address that cannot be prepared
   */
  readonly with: (jid: JidInput) => Conversation
}

/** What a contact said last, in no conversation. */
interface Remembered {
  readonly event: ConversationEvent
  /** In milliseconds since 1970. */
  readonly moment: number
  /** Presence of theirs has come since: messages go to the bare JID again (XEP-0296 §3.2). */
  readonly isUnlocked: boolean
}

interface Live {
  readonly handle: Conversation
  readonly actor: ConversationActor
  /** The full JID that wrote last: where that is gone, what it said is over. */
  speaker: string | undefined
}

/**
 * Conversations for a client: `client.use(conversations)`, before it connects. Chat states are used with those who
 * understand them, and message events with those who know only these.
 * @throws RangeError for a time-out that no timer can count
 * @example
 * const chat = client.use(conversations).with('bob@example.test')
 * chat.state$.subscribe(({ theirs }) => console.log(theirs)) // active, composing, paused, inactive, gone
 * chat.typing() // at each key
 * chat.send('Hello')
 * @see XEP-0085, XEP-0022, XEP-0296
 */
export function conversations(host: FeatureHost, options: ConversationsOptions = {}): ConversationsFeature {
  const { bus, createId, mayKnowOfMe, start } = host
  const { send = host.send, supports, tells = () => true } = options
  const timeouts = toTimeouts(defaultConversationTimeouts, options.timeouts)
  announce(host, ns.chatStates, ns.messageEvents)
  const live = new Map<string, Live>()
  const remembered = new Map<string, Remembered>()
  /** Whom a message that asked for events was sent to, by its id. */
  const asked = new Map<string, string>()
  const written = new WeakSet<Conversation>()

  const mayTell = (jid: string) => {
    const handle = live.get(jid)?.handle
    if (handle === undefined || !tells(handle.jid)) return false
    return mayKnowOfMe(handle.jid) || written.has(handle)
  }
  /** Outside a session there is nobody to tell. */
  const say = (
    { jid, lock }: ConversationContext,
    payload: XmlElement,
    words: Pick<MessageInput, 'thread' | 'type'> = {},
  ) => {
    if (!mayTell(jid)) return
    try {
      bus.send(toMessageElement({ to: parseJid(lock ?? jid), id: createId(), payloads: [payload], ...words }))
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
    }
  }
  // Without a type, as the examples of XEP-0022 are.
  const sayEvent = (kind: 'cancelled' | 'composing') => (arguments_: { context: ConversationContext }) => {
    const { context } = arguments_
    const { requestId: id } = context
    if (id !== undefined) say(context, toMessageEventElement({ kind, id }))
  }
  const machine = conversationMachine.provide({
    actors: {
      findSupport: fromPromise<ConversationSupport, { readonly jid: string }>(async ({ input: { jid } }) => ({
        supported: supports !== undefined && (await supports(jid, ns.chatStates)),
      })),
    },
    actions: {
      sendState: ({ context }, { chatState }: { readonly chatState: ChatState }) =>
        say(context, toChatStateElement(chatState), { type: 'chat', thread: context.thread }),
      raiseComposing: sayEvent('composing'),
      cancelComposing: sayEvent('cancelled'),
    },
  })

  const write = (actor: ConversationActor, handle: Conversation, message: ConversationMessage) => {
    const { context, value } = actor.getSnapshot()
    const known = value.own === 'gone' ? undefined : context.thread
    const { thread = known ?? createId() } = message
    const words = tells(handle.jid) ? wordsOf(handle.state.form) : []
    const payloads = [...(message.payloads ?? []), ...words]
    const to = parseJid(context.lock ?? context.jid)
    const delivery = send({ ...message, to, type: 'chat', thread, payloads })
    if (words.some(({ namespace }) => namespace === ns.messageEvents)) {
      asked.set(delivery.id, context.jid)
      if (asked.size > awaitedEventLimit) forgetOldest(asked)
    }
    written.add(handle)
    if (actor.getSnapshot().status === 'active')
      actor.send({ type: 'message.sent', thread: typeof thread === 'string' ? thread : thread.id })
    return delivery
  }

  const begin = (jid: Jid): Live => {
    const key = jid.toString()
    const actor = start(machine, { id: `conversation:${key}`, input: { jid: key, timeouts } })
    const handle: Conversation = new Conversation(
      jid,
      actor,
      (from, message) => write(from, handle, message),
      () => {
        if (live.get(key)?.actor === actor) live.delete(key)
      },
    )
    const begun = { handle, actor, speaker: undefined }
    live.set(key, begun)
    if (standing === 'live') tell(key, { type: 'session.live' })
    const last = remembered.get(key)
    remembered.delete(key)
    if (last === undefined || isStale(last, timeouts)) return begun
    tell(key, last.event)
    if (last.isUnlocked) tell(key, { type: 'contact.moved' })
    return begun
  }

  const tell = (jid: string, event: ConversationEvent) => {
    const found = live.get(jid)
    if (found?.actor.getSnapshot().status !== 'active') return
    if ('lock' in event) found.speaker = event.lock
    found.actor.send(event)
  }
  let standing = 'none'
  bus.session$.subscribe((next) => {
    standing = next
    if (next === 'suspended') return
    if (next === 'none') remembered.clear()
    for (const jid of live.keys()) tell(jid, { type: `session.${next}` })
  })
  bus.message$.subscribe((message) => {
    const jid = message.from?.bare.toString()
    if (jid === undefined || jid === bus.account?.bare) return
    const event = readEvent(message, (id) => asked.get(id) === jid)
    if (event === undefined) return
    if (live.has(jid)) return tell(jid, event)
    remembered.delete(jid)
    remembered.set(jid, { event, moment: Date.now(), isUnlocked: false })
    if (remembered.size > rememberedContactLimit) forgetOldest(remembered)
  })
  bus.presence$.subscribe(({ from, type }) => {
    if (from === undefined || (type !== undefined && type !== 'unavailable')) return
    const jid = from.bare.toString()
    const last = remembered.get(jid)
    const speaker = live.get(jid)?.speaker ?? (last && lockOf(last.event))
    const hasLeft = type === 'unavailable' && speaker === from.toString()
    if (hasLeft) remembered.delete(jid)
    else if (last !== undefined) remembered.set(jid, { ...last, isUnlocked: true })
    tell(jid, { type: type === undefined ? 'contact.came' : hasLeft ? 'contact.left' : 'contact.moved' })
  })

  return {
    with: (input) => {
      const { bare } = toJid(input)
      const key = bare.toString()
      const known = live.get(key)
      if (known === undefined && live.size >= liveConversationLimit) [...live.values()][0]?.handle.close()
      const found = known ?? begin(bare)
      live.delete(key)
      live.set(key, found)
      return found.handle
    },
  }
}

const lockOf = (event: ConversationEvent) => ('lock' in event ? event.lock : undefined)

/** Composing that nothing has followed for too long, where it is believed no longer in a conversation either. */
function isStale({ event, moment }: Remembered, { stalenessMs }: ConversationTimeouts): boolean {
  const isComposing =
    event.type === 'contact.stated' ? event.chatState === 'composing' : event.type === 'contact.raised'
  return isComposing && Date.now() - moment >= stalenessMs
}

/** What a message says beside its text, so that the answer shows what they understand. @see XEP-0085 §5.1, XEP-0022 §3.1 */
function wordsOf(form: Conversation['state']['form']): readonly XmlElement[] {
  if (form === 'none') return []
  return [
    ...(form === 'events' ? [] : [toChatStateElement('active')]),
    ...(form === 'chatStates' ? [] : [toMessageEventElement({ kind: 'request' })]),
  ]
}

/** What a message means to a conversation; what was kept for later says nothing of now. */
function readEvent(message: Message, wasAsked: (id: string) => boolean): ConversationEvent | undefined {
  const { body, from, id, payloads, thread, type } = message
  if (type === 'error') return { type: 'contact.left' }
  if (from === undefined || (type !== 'chat' && type !== 'normal') || findDelay(payloads) !== undefined)
    return undefined
  // A room is no contact, whoever speaks through it.
  if (isOfRoom(payloads)) return undefined
  const trace = { lock: from.toString(), thread: thread?.id }
  const chatState = findChatState(payloads)
  if (chatState !== undefined) return { type: 'contact.stated', chatState, ...trace }
  const event: MessageEvent | undefined = findMessageEvent(payloads, body !== undefined)
  if (event?.kind === 'request' && id !== undefined)
    return { type: 'contact.requested', requestId: id, ...trace }
  if (body !== undefined) return { type: 'contact.wrote', ...trace }
  if (event === undefined || event.kind === 'request' || !wasAsked(event.id)) return undefined
  return { type: event.kind === 'composing' ? 'contact.raised' : 'contact.cancelled' }
}
