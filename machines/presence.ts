import { assign } from 'xstate'
import { type XmppError } from '../src/errors.js'
import { failed, failure, isUnknownRequest, timedOut, toXmppError } from './failure.js'
import { setup } from './setup.js'
import { deed } from './stub.js'
import type { Timeouts } from './timeouts.js'

/** How to be invisible: asked of the server (XEP-0186), or the presence of type `invisible` from before XMPP. */
export type InvisibleForm = 'xep-0186' | 'legacy'

export type PresenceEvent =
  | { readonly type: 'session.online' }
  | { readonly type: 'session.offline' }
  /** What there is to announce is kept by whoever sends it. */
  | { readonly type: 'presence.announce' }
  | { readonly type: 'presence.withdraw' }
  | { readonly type: 'presence.hide'; readonly form: InvisibleForm }
  /** What was to be said was not: too much waits to leave. */
  | { readonly type: 'presence.refused'; readonly error: XmppError }

export interface PresenceInput {
  /** Announce on coming online, without being told. */
  readonly wanted: boolean
  readonly timeouts: Timeouts
}

export interface PresenceContext extends PresenceInput {
  readonly form: InvisibleForm
  /** The server has said that it hides us, and nothing was announced since. */
  readonly isHidden: boolean
  /** Why the last wish about visibility was not granted, or what was to be said is not. */
  readonly error: XmppError | undefined
}

const form = ({ event }: { readonly event: { readonly form: InvisibleForm } }) => event
const announce = { target: '#presence.online.available', actions: 'sendPresence' } as const
const hide = { target: '#presence.online.hiding', actions: { type: 'noteForm', params: form } } as const

/**
 * Decides what others are told about oneself, and when it has to be said again: after every login that begins a new
 * session, before anything else. Refuses to know the words (show, status, priority) and who hears them; presence sent
 * to one person is no mode and does not pass here.
 */
export const presenceMachine = setup({
  types: {} as { context: PresenceContext; input: PresenceInput; events: PresenceEvent },
  actors: {
    becomeInvisible: deed<void, { readonly form: InvisibleForm }>(),
    becomeVisible: deed<void, { readonly form: InvisibleForm }>(),
  },
  actions: {
    sendPresence: () => {},
    sendUnavailable: () => {},
    forgetTold: () => {},
    noteForm: assign((_, params: { readonly form: InvisibleForm }) => ({ form: params.form })),
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteTimeout: assign(({ context }) => ({ error: timedOut('visibility', context.timeouts) })),
    forgetFailure: assign({ error: undefined }),
    noteHidden: assign({ isHidden: true }),
    noteShown: assign({ isHidden: false }),
  },
  guards: {
    isWanted: ({ context }) => context.wanted,
    /** Then it never hid us. */
    isUnknownToServer: (_, { error }: { readonly error: unknown }) => isUnknownRequest(error),
    /** Then announcing does no harm: were we hidden all the same, it would be told to nobody. */
    mayBeSeen: ({ context }) => !context.isHidden,
  },
  delays: {
    visibilityTimeout: ({ context }) => context.timeouts.visibilityMs,
    roomPause: ({ context }) => context.timeouts.roomMs,
  },
}).createMachine({
  id: 'presence',
  description: 'One’s own presence: unsent, available, unavailable, or hidden.',
  context: ({ input }) => ({ ...input, form: 'xep-0186', isHidden: false, error: undefined }),
  initial: 'offline',
  states: {
    offline: {
      description: 'Outside a session: what will be said in the next one.',
      tags: ['idle'],
      meta: { spec: 'RFC 6121 §4.2', why: 'a session has to come first' },
      initial: 'choosing',
      on: {
        'presence.announce': { target: '.toAnnounce' },
        'presence.withdraw': { target: '.silent' },
        'presence.hide': { target: '.toHide', actions: { type: 'noteForm', params: form } },
      },
      states: {
        choosing: {
          description: 'What the app wants at first.',
          meta: { spec: 'RFC 6121 §4.2.1' },
          always: [{ guard: 'isWanted', target: 'toAnnounce' }, { target: 'silent' }],
        },
        silent: {
          description: 'Nothing: connected, but not available.',
          tags: ['idle'],
          meta: { spec: 'RFC 6121 §4.2.1', why: 'a session has to come first' },
          on: { 'session.online': { target: '#presence.online.unsent' } },
        },
        toAnnounce: {
          description: 'What was announced last.',
          tags: ['idle'],
          meta: { spec: 'RFC 6121 §4.2', why: 'a session has to come first' },
          on: { 'session.online': announce },
        },
        toHide: {
          description: 'Nothing, and the server is asked to keep it so.',
          tags: ['idle'],
          meta: { spec: 'XEP-0186 §3.1', why: 'a session has to come first' },
          on: { 'session.online': { target: '#presence.online.hiding' } },
        },
      },
    },
    online: {
      description: 'In a session.',
      meta: { spec: 'RFC 6121 §4' },
      exit: ['forgetTold', 'noteShown'],
      initial: 'unsent',
      on: {
        'session.offline': { target: 'offline.silent' },
        'presence.announce': announce,
        'presence.withdraw': { target: '.unavailable', actions: 'sendUnavailable' },
        'presence.hide': hide,
      },
      states: {
        unsent: {
          description: 'Nothing was announced: no presence comes, and no message for the account.',
          tags: ['person'],
          meta: { spec: 'RFC 6121 §4.2.1', why: 'the app announces when it wants to' },
        },
        available: {
          description: 'Contacts who may see it have been told, and are told of every change.',
          tags: ['person'],
          meta: { spec: 'RFC 6121 §4.2, §4.4', why: 'it stays until the app says otherwise' },
          entry: 'noteShown',
          on: {
            'session.offline': { target: '#presence.offline.toAnnounce' },
            'presence.refused': { target: 'unsaid', actions: failure },
          },
        },
        unsaid: {
          description: 'There was no room to announce it: it is said again after a while.',
          meta: { spec: 'RFC 6121 §4.2' },
          exit: 'forgetFailure',
          after: { roomPause: announce },
          on: { 'session.offline': { target: '#presence.offline.toAnnounce' } },
        },
        unavailable: {
          description: 'Everybody was told that one is gone; the session goes on.',
          tags: ['person'],
          meta: { spec: 'RFC 6121 §4.5', why: 'the app announces when it wants to' },
          on: { 'presence.refused': { target: 'staying', actions: failure } },
        },
        staying: {
          description: 'There was no room to tell that one is gone: it is said again after a while.',
          meta: { spec: 'RFC 6121 §4.5' },
          exit: 'forgetFailure',
          after: { roomPause: { target: 'unavailable', actions: 'sendUnavailable' } },
        },
        hiding: {
          description: 'The server is asked to tell nobody.',
          meta: { spec: 'XEP-0186 §3.1' },
          entry: 'forgetFailure',
          invoke: {
            id: 'becomeInvisible',
            src: 'becomeInvisible',
            input: ({ context }) => ({ form: context.form }),
            onDone: { target: 'invisible', actions: 'noteHidden' },
            onError: { target: 'refused', actions: failure },
          },
          after: { visibilityTimeout: { target: 'unanswered', actions: 'noteTimeout' } },
          on: {
            'session.offline': { target: '#presence.offline.toHide' },
            'presence.announce': { target: 'showing' },
            'presence.withdraw': { target: 'vanished', actions: 'sendUnavailable' },
            'presence.hide': {},
          },
        },
        invisible: {
          description: 'Present, and nobody is told.',
          tags: ['person'],
          meta: { spec: 'XEP-0186 §3.1', why: 'it stays until the app says otherwise' },
          on: {
            'session.offline': { target: '#presence.offline.toHide' },
            'presence.announce': { target: 'showing' },
            'presence.withdraw': { target: 'vanished', actions: 'sendUnavailable' },
          },
        },
        showing: {
          description:
            'The server is asked to tell others again. Without its consent one is announced all the same where it never said that it tells nobody.',
          meta: { spec: 'XEP-0186 §3.1.1, §3.2' },
          entry: 'forgetFailure',
          invoke: {
            id: 'becomeVisible',
            src: 'becomeVisible',
            input: ({ context }) => ({ form: context.form }),
            onDone: announce,
            onError: [
              { guard: { type: 'isUnknownToServer', params: failed }, ...announce },
              { guard: 'mayBeSeen', ...announce },
              { target: 'unshown', actions: failure },
            ],
          },
          after: {
            visibilityTimeout: [
              { guard: 'mayBeSeen', ...announce },
              { target: 'unshown', actions: 'noteTimeout' },
            ],
          },
          on: {
            'session.offline': { target: '#presence.offline.toAnnounce' },
            'presence.announce': {},
            'presence.withdraw': { target: 'vanished', actions: 'sendUnavailable' },
          },
        },
        vanished: {
          description: 'Everybody was told that one is gone, and the server would tell nobody more.',
          tags: ['person'],
          meta: { spec: 'RFC 6121 §4.5, XEP-0186 §3.2', why: 'the app announces when it wants to' },
          on: {
            'presence.announce': { target: 'showing' },
            'presence.withdraw': { actions: 'sendUnavailable' },
            'presence.refused': { target: 'vanishing', actions: failure },
          },
        },
        vanishing: {
          description: 'The same, but for the word, for which there was no room: it is said after a while.',
          meta: { spec: 'RFC 6121 §4.5, XEP-0186 §3.2' },
          exit: 'forgetFailure',
          after: { roomPause: { target: 'vanished', actions: 'sendUnavailable' } },
          on: {
            'presence.announce': { target: 'showing' },
            'presence.withdraw': { target: 'vanished', actions: 'sendUnavailable' },
          },
        },
        unshown: {
          description:
            'The server still tells nobody; the error says why. The next session is a visible one.',
          tags: ['person'],
          meta: { spec: 'XEP-0186 §3.2', why: 'the app tries again, or leaves it' },
          on: {
            'session.offline': { target: '#presence.offline.toAnnounce' },
            'presence.announce': { target: 'showing' },
            'presence.withdraw': { target: 'vanished', actions: 'sendUnavailable' },
          },
        },
        refused: {
          description: 'The server does not hide us; the error says why. Nothing more is said by itself.',
          tags: ['person'],
          meta: { spec: 'XEP-0186 §3.1', why: 'the app chooses whether to be seen instead' },
        },
        unanswered: {
          description:
            'The server has not said whether it hides us, and may yet: it is asked to show us before anything is announced.',
          tags: ['person'],
          meta: { spec: 'XEP-0186 §3.1, §3.2', why: 'the app chooses whether to be seen instead' },
          on: {
            'presence.announce': { target: 'showing' },
            'presence.withdraw': { target: 'vanished', actions: 'sendUnavailable' },
          },
        },
      },
    },
  },
})
