import {
  conversationMachine,
  defaultConversationTimeouts,
  type ConversationEvent,
} from '../../../machines/conversation.js'
import type { ChatState } from '../../../src/stanza/chat-state.js'
import { orders } from '../../../src/testing/index.js'
import { toWalked } from './walked-chart.js'

const states: readonly ChatState[] = ['active', 'composing', 'gone', 'inactive', 'paused']
const trace = { lock: 'juliet@example.test/balcony', thread: 't1' }
const events: readonly ConversationEvent[] = [
  ...(['type', 'pause', 'attend', 'leave', 'close'] as const).map(
    (what) => ({ type: `conversation.${what}` }) as const,
  ),
  { type: 'message.sent', thread: 't2' },
  ...states.map((chatState) => ({ type: 'contact.stated', chatState, ...trace }) as const),
  { type: 'contact.stated', chatState: 'active', lock: trace.lock, thread: undefined },
  { type: 'contact.requested', requestId: 'm1', ...trace },
  { type: 'contact.wrote', ...trace },
  ...(['raised', 'cancelled', 'came', 'moved', 'left'] as const).map(
    (what) => ({ type: `contact.${what}` }) as const,
  ),
  { type: 'session.live' },
  { type: 'session.none' },
]
const spoken = ['sendState', 'raiseComposing', 'cancelComposing']

export const conversation = toWalked(conversationMachine, {
  inputs: [{ jid: 'juliet@example.test', timeouts: defaultConversationTimeouts }],
  events,
  outcomes: {
    findSupport: { done: [{ supported: true }, { supported: false }], error: [new Error('no answer')] },
  },
  // Whose request it is that is answered is told with the state that answers it, and which thread it is decides nothing.
  key: ({ context: { lock, said, thread } }) => [lock, said, thread !== undefined],
  invariants: {
    'a chat state is said only to who has shown to understand it': (snapshot, last) =>
      !orders(last, 'sendState') || snapshot.matches({ form: 'chatStates' }),
    'events are told only to who has asked for them': (snapshot, last) =>
      !(orders(last, 'raiseComposing') || orders(last, 'cancelComposing')) ||
      (snapshot.matches({ form: 'events' }) && snapshot.context.requestId !== undefined),
    'no state is said twice in a row': (_snapshot, last) =>
      !orders(last, 'sendState') ||
      last?.actions.every(
        ({ type, params }) =>
          type !== 'sendState' || Reflect.get(Object(params), 'chatState') !== last.from.context.said,
      ) === true,
    'at most one thing is said in a step': (_snapshot, last) =>
      (last?.actions.filter(({ type }) => spoken.includes(type)).length ?? 0) <= 1,
    'a message says of itself that one is active': (snapshot, last) =>
      last?.event.type !== 'message.sent' ||
      (snapshot.matches({ own: 'active' }) && !spoken.some((what) => orders(last, what))),
    'composing that was raised is what one does': (snapshot) =>
      !snapshot.matches({ form: { events: 'raised' } }) || snapshot.matches({ own: 'composing' }),
    'nothing of a contact outlives a session': ({ context, value }, last) =>
      last?.event.type !== 'session.none' ||
      (context.lock === undefined &&
        context.requestId === undefined &&
        value.form === 'unknown' &&
        value.theirs === 'unknown'),
    'who has gone leaves neither a thread nor a place': ({ context, value }, last) =>
      !(last?.event.type === 'contact.stated' && value.theirs === 'gone') ||
      (context.thread === undefined && context.lock === undefined),
    'presence of theirs unlocks (XEP-0296 §3.2)': ({ context }, last) =>
      (last?.event.type !== 'contact.came' && last?.event.type !== 'contact.moved') ||
      context.lock === undefined,
  },
})
