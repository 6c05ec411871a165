import { assign, raise } from 'xstate'
import type { ChatState } from '../src/stanza/chat-state.js'
import { setup } from './setup.js'
import { deed } from './stub.js'

/** Every wait of a conversation, in milliseconds. */
export interface ConversationTimeouts {
  /** Without a key pressed, until composing is a pause; default 30 000. */
  readonly pauseMs: number
  /** Without any deed, until one is inactive; default 120 000. */
  readonly inactivityMs: number
  /** Inactive, until one is gone; default 480 000, which makes ten minutes in all. */
  readonly absenceMs: number
  /** Until composing of theirs that nothing follows is no longer believed; default 600 000. */
  readonly stalenessMs: number
  /** The answer to what they support; default 30 000. */
  readonly supportMs: number
}

/** What a conversation waits where nothing else is said, in milliseconds; the first three as XEP-0085 suggests. */
export const defaultConversationTimeouts: ConversationTimeouts = {
  pauseMs: 30_000,
  inactivityMs: 120_000,
  absenceMs: 480_000,
  stalenessMs: 600_000,
  supportMs: 30_000,
}

/** Where a message came from. */
export interface ContactTrace {
  /** The full JID that wrote it: further messages go there (XEP-0296 §3). */
  readonly lock: string
  readonly thread: string | undefined
}

export type ConversationEvent =
  /** A key was pressed. */
  | { readonly type: 'conversation.type' }
  | { readonly type: 'conversation.pause' }
  /** The person looks at it, and has nothing unfinished there. */
  | { readonly type: 'conversation.attend' }
  /** The person looks elsewhere. */
  | { readonly type: 'conversation.leave' }
  | { readonly type: 'conversation.close' }
  | { readonly type: 'message.sent'; readonly thread: string }
  /** They said a chat state, with a message or without. */
  | ({ readonly type: 'contact.stated'; readonly chatState: ChatState } & ContactTrace)
  /** They wrote, said no chat state, and asked to be told of composing (XEP-0022). */
  | ({ readonly type: 'contact.requested'; readonly requestId: string } & ContactTrace)
  /** They wrote, and neither said nor asked anything. */
  | ({ readonly type: 'contact.wrote' } & ContactTrace)
  /** They compose, in the words of XEP-0022. */
  | { readonly type: 'contact.raised' }
  | { readonly type: 'contact.cancelled' }
  /** Presence of theirs: they are there. */
  | { readonly type: 'contact.came' }
  /** Presence of theirs: a resource that one does not talk to is not there any more. */
  | { readonly type: 'contact.moved' }
  /** Whom one talks to is not there any more, or gives messages back. */
  | { readonly type: 'contact.left' }
  | { readonly type: 'session.live' }
  | { readonly type: 'session.none' }
  /** From one region to another: one’s own state is a new one. */
  | { readonly type: 'own.changed'; readonly chatState: ChatState }
  /** From one region to another: it is known now in which words to speak. */
  | { readonly type: 'form.found' }

export interface ConversationInput {
  /** Bare. */
  readonly jid: string
  readonly timeouts: ConversationTimeouts
}

export interface ConversationContext extends ConversationInput {
  /** The full JID that messages go to; `undefined`: the bare one. */
  readonly lock: string | undefined
  readonly thread: string | undefined
  /** Of the message that asked to be told of composing. */
  readonly requestId: string | undefined
  /** The last state that was said without a message, since the last message. */
  readonly said: ChatState | undefined
}

/** What they say they support. */
export interface ConversationSupport {
  readonly supported: boolean
}

const words = ({ event }: { readonly event: ContactTrace }) => event
const request = ({ event }: { readonly event: ContactTrace & { readonly requestId: string } }) => event
const state = ({ event }: { readonly event: { readonly chatState: ChatState } }) => event
const noteContact = { type: 'noteContact', params: words } as const

/**
 * Decides what the other side of a one-to-one conversation is told of one’s typing and attention, in which of two forms, and
 * what is believed of theirs. Nothing is said without a message to who has not shown to understand it, and nothing twice.
 * Refuses to know texts, rooms and who may be told at all.
 */
export const conversationMachine = setup({
  types: {} as { context: ConversationContext; input: ConversationInput; events: ConversationEvent },
  actors: { findSupport: deed<ConversationSupport, { readonly jid: string }>() },
  actions: {
    sendState: (_args, _params: { readonly chatState: ChatState }) => {},
    raiseComposing: () => {},
    cancelComposing: () => {},
    sayActive: raise({ type: 'own.changed', chatState: 'active' }),
    sayComposing: raise({ type: 'own.changed', chatState: 'composing' }),
    sayPaused: raise({ type: 'own.changed', chatState: 'paused' }),
    sayInactive: raise({ type: 'own.changed', chatState: 'inactive' }),
    sayGone: raise({ type: 'own.changed', chatState: 'gone' }),
    tellForm: raise({ type: 'form.found' }),
    noteSaid: assign((_, params: { readonly chatState: ChatState }) => ({ said: params.chatState })),
    forgetSaid: assign({ said: undefined }),
    noteContact: assign(({ context }, { lock, thread }: ContactTrace) => ({
      lock,
      thread: thread ?? context.thread,
    })),
    noteRequest: assign((_, params: { readonly requestId: string }) => ({ requestId: params.requestId })),
    noteThread: assign((_, params: { readonly thread: string }) => ({ thread: params.thread })),
    forgetThread: assign({ thread: undefined }),
    unlock: assign({ lock: undefined }),
    forgetContact: assign({ lock: undefined, said: undefined, requestId: undefined }),
  },
  guards: {
    isSupported: (_, { supported }: ConversationSupport) => supported,
    isComposing: (_, { chatState }: { readonly chatState: ChatState }) => chatState === 'composing',
    isPaused: (_, { chatState }: { readonly chatState: ChatState }) => chatState === 'paused',
    isInactive: (_, { chatState }: { readonly chatState: ChatState }) => chatState === 'inactive',
    isGone: (_, { chatState }: { readonly chatState: ChatState }) => chatState === 'gone',
    isNews: ({ context }, { chatState }: { readonly chatState: ChatState }) => chatState !== context.said,
  },
  delays: {
    pause: ({ context }) => context.timeouts.pauseMs,
    inactivity: ({ context }) => context.timeouts.inactivityMs,
    absence: ({ context }) => context.timeouts.absenceMs,
    staleness: ({ context }) => context.timeouts.stalenessMs,
    supportTimeout: ({ context }) => context.timeouts.supportMs,
  },
}).createMachine({
  id: 'conversation',
  description: 'One conversation with one contact: who does what in it, and how that is said.',
  context: ({ input }) => ({
    ...input,
    lock: undefined,
    thread: undefined,
    requestId: undefined,
    said: undefined,
  }),
  options: { maxIterations: 1000 },
  type: 'parallel',
  states: {
    own: {
      description: 'What one does oneself.',
      meta: { spec: 'XEP-0085 §2, §3' },
      initial: 'active',
      on: {
        'conversation.type': { target: '.composing', actions: 'sayComposing' },
        'conversation.attend': { target: '.active', actions: 'sayActive' },
        'conversation.leave': { target: '.inactive', actions: 'sayInactive' },
        'conversation.close': { target: '.gone', actions: 'sayGone' },
        'message.sent': {
          target: '.active',
          actions: { type: 'noteThread', params: ({ event }) => event },
        },
      },
      states: {
        active: {
          description: 'Looks at it.',
          meta: { spec: 'XEP-0085 §2' },
          after: { inactivity: { target: 'inactive', actions: 'sayInactive' } },
          on: { 'conversation.attend': { target: 'active', reenter: true } },
        },
        composing: {
          description: 'Writes; each key begins the wait for a pause anew, and says nothing more.',
          meta: { spec: 'XEP-0085 §2, §5.3' },
          after: { pause: { target: 'paused', actions: 'sayPaused' } },
          on: {
            'conversation.type': { target: 'composing', reenter: true },
            'conversation.pause': { target: 'paused', actions: 'sayPaused' },
            'form.found': { actions: 'sayComposing' },
          },
        },
        paused: {
          description: 'Has begun to write, and stopped.',
          meta: { spec: 'XEP-0085 §2, §3' },
          after: { inactivity: { target: 'inactive', actions: 'sayInactive' } },
        },
        inactive: {
          description: 'Looks elsewhere.',
          meta: { spec: 'XEP-0085 §2' },
          after: { absence: { target: 'gone', actions: 'sayGone' } },
          on: { 'conversation.leave': {} },
        },
        gone: {
          description: 'Has ended it, or not been there for long; what comes next is a new thread.',
          tags: ['person'],
          meta: { spec: 'XEP-0085 §2, §5.6', why: 'nobody has to come back' },
          exit: 'forgetThread',
          on: { 'conversation.leave': {}, 'conversation.close': {} },
        },
      },
    },
    form: {
      description: 'In which words one’s own state is said, as far as they have shown what they understand.',
      meta: { spec: 'XEP-0085 §5.1' },
      initial: 'unknown',
      on: {
        'contact.stated': { target: '.chatStates', actions: noteContact },
        'contact.requested': {
          target: '.events',
          actions: [noteContact, { type: 'noteRequest', params: request }],
        },
        'contact.wrote': { target: '.none', actions: noteContact },
        'contact.came': { actions: 'unlock' },
        'contact.moved': { actions: 'unlock' },
        'contact.left': { target: '.unknown', actions: 'forgetContact' },
        'session.none': { target: '.unknown', actions: 'forgetContact' },
        'message.sent': { actions: 'forgetSaid' },
      },
      states: {
        unknown: {
          description: 'Nobody has said: a message asks, by a state and a request that come with it.',
          tags: ['idle'],
          meta: { spec: 'XEP-0085 §5.1', why: 'they may never answer' },
          on: {
            'session.live': { target: 'asking' },
            'contact.came': { target: 'asking', actions: 'unlock' },
          },
        },
        asking: {
          description: 'What they support is looked up.',
          meta: { spec: 'XEP-0085 §4, §5.1' },
          invoke: {
            id: 'findSupport',
            src: 'findSupport',
            input: ({ context: { jid } }) => ({ jid }),
            onDone: [
              {
                guard: { type: 'isSupported', params: ({ event }) => event.output },
                target: 'chatStates',
              },
              { target: 'unknown' },
            ],
            onError: { target: 'unknown' },
          },
          after: { supportTimeout: { target: 'unknown' } },
        },
        chatStates: {
          description: 'They understand chat states: each is said once, when it begins.',
          tags: ['idle'],
          meta: { spec: 'XEP-0085 §5.1, §5.3', why: 'a conversation may last' },
          entry: 'tellForm',
          on: {
            'contact.stated': { actions: noteContact },
            'own.changed': {
              guard: { type: 'isNews', params: state },
              actions: [
                { type: 'sendState', params: state },
                { type: 'noteSaid', params: state },
              ],
            },
          },
        },
        events: {
          description: 'They have asked to be told of composing alone, in the older words.',
          meta: { spec: 'XEP-0022 §3.3' },
          initial: 'quiet',
          states: {
            quiet: {
              description: 'Nothing is said.',
              tags: ['idle'],
              meta: { spec: 'XEP-0022 §3.3', why: 'a conversation may last' },
              entry: 'tellForm',
              on: {
                'own.changed': {
                  guard: { type: 'isComposing', params: state },
                  target: 'raised',
                  actions: 'raiseComposing',
                },
              },
            },
            raised: {
              description: 'Composing is said, and has to be taken back, by a word or by the message.',
              tags: ['idle'],
              meta: { spec: 'XEP-0022 §3.3', why: 'one’s own pause ends it' },
              on: {
                'own.changed': { target: 'quiet', actions: 'cancelComposing' },
                'message.sent': { target: 'quiet', actions: 'forgetSaid' },
              },
            },
          },
        },
        none: {
          description: 'They have written and shown no sign that they understand: nothing is said.',
          tags: ['idle'],
          meta: { spec: 'XEP-0085 §5.1', why: 'they may show it later' },
          on: { 'contact.came': { target: 'asking', actions: 'unlock' } },
        },
      },
    },
    theirs: {
      description: 'What they do, as far as they say.',
      meta: { spec: 'XEP-0085 §2' },
      initial: 'unknown',
      on: {
        'contact.stated': [
          { guard: { type: 'isComposing', params: state }, target: '.composing' },
          { guard: { type: 'isPaused', params: state }, target: '.paused' },
          { guard: { type: 'isInactive', params: state }, target: '.inactive' },
          { guard: { type: 'isGone', params: state }, target: '.gone' },
          { target: '.active' },
        ],
        'contact.requested': { target: '.active' },
        'contact.wrote': { target: '.active' },
        'contact.raised': { target: '.composing' },
        'contact.left': { target: '.unknown' },
        'session.none': { target: '.unknown' },
      },
      states: {
        unknown: {
          description: 'They have said nothing yet, or are not there any more.',
          tags: ['person'],
          meta: { spec: 'XEP-0085 §2', why: 'they may never say anything' },
        },
        active: {
          description: 'They look at it.',
          tags: ['person'],
          meta: { spec: 'XEP-0085 §2', why: 'they say when that is over, or never' },
        },
        composing: {
          description: 'They write.',
          meta: { spec: 'XEP-0085 §2, XEP-0022 §3.3' },
          after: { staleness: { target: 'unknown' } },
          on: { 'contact.cancelled': { target: 'paused' } },
        },
        paused: {
          description: 'They have begun to write, and stopped.',
          tags: ['person'],
          meta: { spec: 'XEP-0085 §2', why: 'they go on when they like' },
        },
        inactive: {
          description: 'They look elsewhere.',
          tags: ['person'],
          meta: { spec: 'XEP-0085 §2', why: 'they come back when they like' },
        },
        gone: {
          description: 'They have ended it: what comes next is a new thread, to wherever they are.',
          tags: ['person'],
          meta: { spec: 'XEP-0085 §5.6, XEP-0296 §3.2', why: 'they need not come back' },
          entry: ['forgetThread', 'unlock'],
        },
      },
    },
  },
})
