import { assign } from 'xstate'
import { StanzaError, TimeoutError, type XmppError } from '../src/errors.js'
import { isForgotten, isWithoutArchive } from './archive-refusals.js'
import { failed, toXmppError } from './failure.js'
import type { PageFacts } from './archive.js'
import {
  countReturn,
  exitOf,
  isSettled,
  toReturnMs,
  type RoomContext,
  type RoomEvent,
  type RoomExit,
  type RoomInput,
} from './room-context.js'
import { liveness } from './room-liveness.js'
import { past } from './room-past.js'
import { passing, stillIn, undecided } from './room-refusals.js'
import { setup } from './setup.js'
import { deed } from './stub.js'

type Presence = Omit<Extract<RoomEvent, { readonly type: 'self.present' }>, 'type'>
type Absence = Omit<Extract<RoomEvent, { readonly type: 'self.absent' }>, 'type'>

const exit = ({ event }: { readonly event: Absence }) => event
const wish = ({ event }: { readonly event: { readonly nickname: string } }) => event
const self = ({ event }: { readonly event: Presence }) => event
const noteRefusedEntry = { type: 'noteRefusedEntry', params: failed } as const
const noteExit = { type: 'noteExit', params: exit } as const
const noteWish = { type: 'noteWish', params: wish } as const
const noteSelf = { type: 'noteSelf', params: self } as const
/** The session ends; where it goes on, so does what was wished. */
const interrupted = {
  'session.suspended': { target: '#room.waiting' },
  'session.none': { target: '#room.waiting' },
} as const

/**
 * Decides whether one is in a room: when it is entered, again after a session that could not be resumed, when it is asked
 * whether it still knows one, and why one is out. Refuses to know messages, other occupants and passwords.
 */
export const roomMachine = setup({
  types: {} as { context: RoomContext; input: RoomInput; events: RoomEvent },
  actors: {
    openRoom: deed<void>(),
    selfPing: deed<void>(),
    fetchPage: deed<PageFacts>(),
  },
  actions: {
    sendEntrance: () => {},
    sendNickname: () => {},
    sendExit: () => {},
    /** Nobody is known to be there, and nobody there knows one. */
    forgetOccupants: () => {},
    /** Nobody is known to be there yet; those who are have heard that one enters. */
    forgetFormerOccupants: () => {},
    /** Provided: only who hears the room knows. */
    measureSilence: assign(() => ({})),
    /** One was not in by a wish under another name: whose that is is no ghost of one’s own. */
    noteWish: assign(({ context }, { nickname }: { readonly nickname: string }) => ({
      wished: nickname,
      stays: context.stays && context.wished === nickname,
    })),
    noteNewName: assign((_, { nickname }: { readonly nickname: string }) => ({ wished: nickname })),
    noteSelf: assign(({ context }, params: Presence) => ({
      self: params.self,
      knowsLast: params.knowsLast,
      // One’s rights may change while another name is asked for.
      wished: context.self === undefined || isSettled(context) ? params.self.nickname : context.wished,
      exit: undefined,
      stays: true,
      returns: 0,
    })),
    noteNickname: assign(({ context }, { nickname }: { readonly nickname: string }) => ({
      wished: nickname,
      self: context.self && { ...context.self, nickname },
    })),
    keepNickname: assign(({ context }) => ({ wished: context.self?.nickname })),
    forgetSelf: assign({ self: undefined, refusal: undefined }),
    forgetStay: assign({ stays: false, returns: 0 }),
    countReturn: assign(({ context }) => countReturn(context)),
    noteExit: assign((_, params: { readonly exit: RoomExit }) => ({ exit: params.exit })),
    noteLeft: assign({ exit: exitOf('left') }),
    noteRefusedEntry: assign((_, { error }: { readonly error: unknown }) => ({
      exit: exitOf('refused', toXmppError(error)),
    })),
    noteSilentEntry: assign(({ context: { jid, timeouts } }) => ({
      exit: exitOf('refused', new TimeoutError('join', `the word of ${jid} on who enters`, timeouts.joinMs)),
    })),
    noteSilentOpening: assign(({ context: { jid, timeouts } }) => ({
      exit: exitOf(
        'refused',
        new TimeoutError('configure', `the word of ${jid} on how it is to be`, timeouts.configureMs),
      ),
    })),
    noteRefusal: assign((_, { error }: { readonly error: XmppError }) => ({ refusal: error })),
    noteSilence: assign(({ context: { jid, timeouts } }) => ({
      refusal: new TimeoutError('rename', `the word of ${jid} on a nickname`, timeouts.renameMs),
    })),
    forgetRefusal: assign({ refusal: undefined }),
    forgetGap: assign({ gap: undefined }),
    noteGap: assign((_, { error }: { readonly error: unknown }) => ({ gap: toXmppError(error) })),
    noteSilentArchive: assign(({ context: { jid, timeouts } }) => ({
      gap: new TimeoutError('archive', `the answer of the archive of ${jid}`, timeouts.pageMs),
    })),
    /** The room was heard, also by what says nothing to who is there; or one is out, and asks nothing. */
    forgetSilence: assign({ isAnswering: true, isUnheard: false, silentMs: 0 }),
    noteQuestion: assign({ isUnheard: true }),
    noteNoAnswer: assign({ isAnswering: false }),
  },
  guards: {
    isNew: (_, params: Presence) => params.self.isNew,
    /** Which name to ask by is not known while another is asked for (XEP-0410 §4). */
    isSilent: ({ context }) =>
      isSettled(context) && (context.isUnheard || context.silentMs >= context.timeouts.quietMs),
    isUnheard: ({ context }) => context.isUnheard,
    isSettled: ({ context }) => isSettled(context),
    /** One is out by an exit of before, whose stay the room has told of late: the last entrance is yet to be answered. */
    isOutdated: (_, params: Absence) => params.answersExit && params.exit.kind === 'left',
    /** Who merely leaves was told so before: by the answer to an exit that came before this entrance. */
    isPutOut: (_, params: { readonly exit: RoomExit }) => params.exit.kind !== 'left',
    /** It was not a person who put one out. */
    isPassing: (_, params: { readonly exit: RoomExit }) =>
      params.exit.kind === 'error' || params.exit.kind === 'shutdown',
    /** Whoever answered knows no pings, or no longer has the nickname that was asked, and one is in all the same. */
    isIn: (_, { error }: { readonly error: unknown }) =>
      error instanceof StanzaError && stillIn.has(error.condition),
    isOut: (_, { error }: { readonly error: unknown }) =>
      error instanceof StanzaError && !undecided.has(error.condition),
    stays: ({ context }) => context.stays,
    knowsLast: ({ context }) => context.knowsLast,
    isComplete: (_, { output }: { readonly output: PageFacts }) => output.complete,
    isUnstable: (_, { output }: { readonly output: PageFacts }) => output.complete && !output.stable,
    /** The archive no longer has the message to go on from; then it is asked by the time, once. */
    isForgotten: ({ context }, { error }: { readonly error: unknown }) =>
      context.gap === undefined && isForgotten(error),
    isWithoutArchive: (_, { error }: { readonly error: unknown }) => isWithoutArchive(error),
    /** Who was in is not refused by that: the room cannot be reached, or one’s own ghost has the name still. */
    mayPass: ({ context }, { error }: { readonly error: unknown }) =>
      context.stays && error instanceof StanzaError && passing.has(error.condition),
  },
  delays: {
    joinTimeout: ({ context }) => context.timeouts.joinMs,
    configureTimeout: ({ context }) => context.timeouts.configureMs,
    historyTimeout: ({ context }) => context.timeouts.historyMs,
    pageTimeout: ({ context }) => context.timeouts.pageMs,
    renameTimeout: ({ context }) => context.timeouts.renameMs,
    leaveTimeout: ({ context }) => context.timeouts.leaveMs,
    silence: ({ context }) =>
      isSettled(context)
        ? Math.max(1, context.timeouts.quietMs - context.silentMs)
        : context.timeouts.renameMs,
    probeTimeout: ({ context }) => context.timeouts.probeMs,
    retry: ({ context }) => context.timeouts.retryMs,
    return: ({ context }) => toReturnMs(context),
  },
}).createMachine({
  id: 'room',
  description: 'Whether one is in a room, under which name, and why not.',
  context: ({ input }) => ({
    ...input,
    wished: undefined,
    self: undefined,
    exit: undefined,
    stays: false,
    returns: 0,
    refusal: undefined,
    isAnswering: true,
    isUnheard: false,
    silentMs: 0,
    knowsLast: false,
    gap: undefined,
  }),
  options: { maxIterations: 1000 },
  initial: 'outside',
  states: {
    outside: {
      description: 'One is not in, and does not want to be.',
      meta: { spec: 'XEP-0045 §7' },
      initial: 'offline',
      entry: ['forgetSelf', 'forgetOccupants', 'forgetStay'],
      states: {
        offline: {
          description: 'There is no stream to enter by.',
          tags: ['idle'],
          meta: { why: 'waits for a wish' },
          on: {
            'session.live': { target: 'online' },
            'room.join': { target: '#room.waiting', actions: noteWish },
          },
        },
        online: {
          description: 'It can be entered.',
          tags: ['idle'],
          meta: { spec: 'XEP-0045 §7.2', why: 'waits for a wish' },
          on: {
            'session.suspended': { target: 'offline' },
            'session.none': { target: 'offline' },
            'room.join': { target: '#room.joining', actions: noteWish },
          },
        },
      },
    },
    waiting: {
      description: 'One wants to be in, and there is no stream to enter by.',
      tags: ['idle'],
      meta: { spec: 'XEP-0045 §7.2', why: 'the session comes back by itself, or the app connects' },
      entry: ['forgetSelf', 'forgetOccupants'],
      on: {
        'session.live': { target: 'joining' },
        'session.halted': { target: 'outside', actions: noteRefusedEntry },
        'room.join': { actions: noteWish },
        // The entrance may be on its way already, on a stream that comes back.
        'room.leave': { target: 'outside', actions: ['sendExit', 'noteLeft'] },
      },
    },
    joining: {
      description: 'The room is asked to let one in; it tells first who is there, and last that one is.',
      meta: { spec: 'XEP-0045 §7.1, §7.2' },
      entry: ['forgetSelf', 'forgetOccupants', 'sendEntrance'],
      after: {
        joinTimeout: [
          { guard: 'stays', target: 'returning', actions: ['sendExit', 'noteSilentEntry'] },
          { target: 'outside.online', actions: ['sendExit', 'noteSilentEntry'] },
        ],
      },
      on: {
        ...interrupted,
        'self.present': [
          { guard: { type: 'isNew', params: self }, target: 'opening', actions: noteSelf },
          { target: 'joined', actions: noteSelf },
        ],
        'self.absent': [
          { guard: { type: 'isPutOut', params: exit }, target: 'outside.online', actions: noteExit },
          // A room answers in order: whom it has told of so far was there before that exit.
          { guard: { type: 'isOutdated', params: exit }, actions: 'forgetFormerOccupants' },
        ],
        'room.refused': [
          {
            guard: { type: 'mayPass', params: failed },
            target: 'returning',
            actions: noteRefusedEntry,
          },
          { target: 'outside.online', actions: noteRefusedEntry },
        ],
        'room.join': { target: 'joining', reenter: true, actions: noteWish },
        'room.leave': { target: 'leaving', actions: 'noteLeft' },
      },
    },
    opening: {
      description: 'The room is new, and one’s own: nobody else gets in before it is said how it is to be.',
      meta: { spec: 'XEP-0045 §10.1.1, §10.1.2' },
      invoke: {
        id: 'openRoom',
        src: 'openRoom',
        onDone: { target: 'joined.past.told' },
        onError: { target: 'leaving', actions: noteRefusedEntry },
      },
      after: { configureTimeout: { target: 'leaving', actions: 'noteSilentOpening' } },
      on: {
        'session.none': { target: 'waiting' },
        'self.present': { actions: noteSelf },
        'self.absent': [
          { guard: { type: 'isOutdated', params: exit }, target: 'joining' },
          { target: 'outside.online', actions: noteExit },
        ],
        'room.leave': { target: 'leaving', actions: 'noteLeft' },
      },
    },
    joined: {
      description: 'One is in.',
      meta: { spec: 'XEP-0045 §7.2.2' },
      type: 'parallel',
      entry: 'forgetGap',
      on: {
        'session.none': { target: 'waiting' },
        'self.present': { actions: noteSelf },
        'self.absent': [
          { guard: { type: 'isPassing', params: exit }, target: 'returning', actions: noteExit },
          { guard: { type: 'isOutdated', params: exit }, target: 'joining' },
          { target: 'outside.online', actions: noteExit },
        ],
        'room.lost': { target: 'joining' },
        'room.leave': { target: 'leaving', actions: 'noteLeft' },
      },
      states: {
        past,
        nickname: {
          description: 'What one is called.',
          meta: { spec: 'XEP-0045 §7.6' },
          initial: 'settled',
          states: {
            settled: {
              description: 'As the room says.',
              tags: ['idle'],
              meta: { spec: 'XEP-0045 §7.6', why: 'a name may last' },
              on: {
                'room.rename': { target: 'changing', actions: { type: 'noteNewName', params: wish } },
                'self.renamed': { actions: { type: 'noteNickname', params: wish } },
              },
            },
            changing: {
              description: 'The room is asked for another.',
              meta: { spec: 'XEP-0045 §7.6' },
              entry: ['forgetRefusal', 'sendNickname'],
              // Whatever ends it, one has the name that the room has said last.
              exit: 'keepNickname',
              after: { renameTimeout: { target: 'settled', actions: 'noteSilence' } },
              on: {
                'self.renamed': { target: 'settled', actions: { type: 'noteNickname', params: wish } },
                'room.refused': {
                  target: 'settled',
                  actions: { type: 'noteRefusal', params: ({ event }) => event },
                },
              },
            },
          },
        },
        liveness,
      },
    },
    returning: {
      description: 'No person has put one out, or refused one: one comes back.',
      meta: { spec: 'XEP-0045 §11.1, §11.2' },
      entry: ['forgetSelf', 'forgetOccupants', 'countReturn'],
      after: { return: { target: 'joining' } },
      on: {
        ...interrupted,
        'room.join': { target: 'joining', actions: noteWish },
        'room.leave': { target: 'outside.online', actions: 'noteLeft' },
      },
    },
    leaving: {
      description: 'The room is told, and says so.',
      meta: { spec: 'XEP-0045 §7.14' },
      initial: 'asked',
      entry: ['forgetSelf', 'forgetOccupants', 'forgetStay', 'sendExit'],
      states: {
        asked: {
          description: 'One wants nothing more of it.',
          meta: { spec: 'XEP-0045 §7.14' },
          after: { leaveTimeout: { target: '#room.outside.online' } },
          on: {
            'room.join': { target: 'turning', actions: noteWish },
            'session.suspended': { target: '#room.outside' },
            'session.none': { target: '#room.outside' },
            'self.absent': { target: '#room.outside.online' },
            'room.refused': { target: '#room.outside.online' },
          },
        },
        turning: {
          description:
            'One wants in again, once one is out: whose word on whom it is would not be known otherwise.',
          meta: { spec: 'XEP-0045 §7.2, §7.14' },
          after: { leaveTimeout: { target: '#room.joining' } },
          on: {
            ...interrupted,
            'self.absent': { target: '#room.joining' },
            'room.refused': { target: '#room.joining' },
            'room.leave': { target: 'asked', actions: 'noteLeft' },
          },
        },
      },
    },
  },
})
