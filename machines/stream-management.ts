import { assign, sendParent } from 'xstate'
import type { XmppError } from '../src/errors.js'
import { timedOut, type Wait } from './failure.js'
import { setup } from './setup.js'
import { deed, stream } from './stub.js'
import type { Timeouts } from './timeouts.js'

export type StreamManagementEvent =
  /** A new session has an address; `offered`: the server offers stream management, and the app wants it. */
  | { readonly type: 'session.bound'; readonly offered: boolean }
  /** An earlier process has left a session; how long the server keeps it from now on at most, as far as it has said. */
  | { readonly type: 'session.left'; readonly id: string; readonly maxMs: number | undefined }
  /** The server is asked to go on with the session at hand. */
  | { readonly type: 'session.resuming' }
  /** The server goes on with it; `heard`: it has acknowledged more than before. */
  | { readonly type: 'session.resumed'; readonly heard: boolean }
  /** The session is ended in order. */
  | { readonly type: 'session.ended' }
  /** The attempt has failed; `resumable`: the server may still have the session, and there will be another attempt. */
  | { readonly type: 'connection.lost'; readonly resumable: boolean }
  /** Something waits to be acknowledged, which was to be watched for; `hasWaited`: it had been sent before. */
  | { readonly type: 'stanza.sent'; readonly hasWaited: boolean }
  /** The server has answered a request. */
  | { readonly type: 'ack.received' }

export interface StreamManagementInput {
  readonly timeouts: Timeouts
}

/** What the server made of the request to enable. */
export type EnableAnswer =
  | {
      readonly kind: 'enabled'
      /** `undefined`: it cannot be resumed. */
      readonly id: string | undefined
      /** How long it can be, as far as the server says. */
      readonly maxMs: number | undefined
      /** Where, as `host` or `host:port`. */
      readonly location: string | undefined
    }
  | { readonly kind: 'refused' }

export interface StreamManagementContext extends StreamManagementInput {
  /** What the server calls the session; without it there is nothing to resume. */
  readonly id: string | undefined
  readonly maxMs: number | undefined
  readonly location: string | undefined
  /** How long nothing had come since the question left when that was last measured; 0: it waits behind what leaves before it. */
  readonly silentMs: number
  /** Connections that were given up since the server last acknowledged anything. */
  readonly unheard: number
  /** How many times the least time is between two requests: 1, and more where stanzas are sent without a pause. */
  readonly pace: number
}

/** What the session is told. */
export type StreamManagementNews =
  /** The server keeps the session when its connection is lost. */
  | {
      readonly type: 'session.kept'
      readonly previd: string
      readonly location: string | undefined
      /** How long, as far as it says. */
      readonly maxMs: number | undefined
    }
  /** The session ends with its connection. */
  | { readonly type: 'session.unkept' }
  | { readonly type: 'session.lost' }
  | { readonly type: 'stream.ended'; readonly error: XmppError }

/** What the server answered, as guards and actions get it. */
export interface EnableParams {
  readonly answer: EnableAnswer
}

const isOffered = ({ event }: { readonly event: { readonly offered: boolean } }) => event
const isResumable = ({ event }: { readonly event: { readonly resumable: boolean } }) => event
const hasWaited = ({ event }: { readonly event: { readonly hasWaited: boolean } }) => event
const isHeard = ({ event }: { readonly event: { readonly heard: boolean } }) => event
const bound = [
  {
    guard: { type: 'isOffered', params: isOffered },
    target: '#streamManagement.enabling',
    actions: ['endSession', 'forgetTerms', 'beginSession'],
  },
  { target: '#streamManagement.unmanaged', actions: ['endSession', 'forgetTerms', 'beginSession'] },
] as const
const toDead = (wait: Wait) => ({
  target: '#streamManagement.live.dead',
  actions: ['noteUnheard', { type: 'reportDead', params: { wait } }] as const,
})

/**
 * Decides whether what is sent is acknowledged, when the server is asked to, and whether a session outlives its connection.
 * Refuses to count: the two counts and the stanzas behind them are a ledger, which every stanza passes and no event.
 */
export const streamManagementMachine = setup({
  types: {} as {
    context: StreamManagementContext
    input: StreamManagementInput
    events: StreamManagementEvent
  },
  actors: {
    enable: deed<EnableAnswer>(),
    acknowledgements: stream(),
  },
  actions: {
    /** Everything is handed back, and nothing passes any more. */
    endSession: () => {},
    beginSession: () => {},
    suspendSession: () => {},
    watchStanzas: () => {},
    /** Until something is to be watched for again, the ledger asks by itself whenever too much waits. */
    watchFlood: () => {},
    requestAck: () => {},
    keepTerms: assign((_, { answer }: EnableParams) =>
      answer.kind === 'enabled'
        ? { id: answer.id, maxMs: answer.maxMs, location: answer.location }
        : { id: undefined, maxMs: undefined, location: undefined },
    ),
    takeTerms: assign((_, { id, maxMs }: { readonly id: string; readonly maxMs: number | undefined }) => ({
      id,
      maxMs,
      location: undefined,
    })),
    forgetTerms: assign({ id: undefined, maxMs: undefined, location: undefined, unheard: 0, pace: 1 }),
    noteUnheard: assign(({ context }) => ({ unheard: context.unheard + 1 })),
    noteHeard: assign({ unheard: 0 }),
    slowDown: assign(({ context }) => ({ pace: Math.min(2 * context.pace, slowestPace) })),
    hasten: assign({ pace: 1 }),
    measureSilence: assign(({ context }) => ({ silentMs: context.timeouts.ackMs })),
    reportTerms: sendParent(
      (_, { answer }: EnableParams) =>
        (answer.kind === 'enabled' && answer.id !== undefined
          ? { type: 'session.kept', previd: answer.id, location: answer.location, maxMs: answer.maxMs }
          : { type: 'session.unkept' }) satisfies StreamManagementNews,
    ),
    reportLost: sendParent({ type: 'session.lost' } satisfies StreamManagementNews),
    reportDead: sendParent(
      ({ context }, { wait }: { readonly wait: Wait }) =>
        ({
          type: 'stream.ended',
          error: timedOut(wait, context.timeouts),
        }) satisfies StreamManagementNews,
    ),
  },
  guards: {
    isOffered: (_, { offered }: { readonly offered: boolean }) => offered,
    isEnabled: (_, { answer }: EnableParams) => answer.kind === 'enabled',
    isResumable: ({ context }, { resumable }: { readonly resumable: boolean }) =>
      resumable && context.id !== undefined && context.unheard < unheardLimit,
    isSilent: ({ context }) => context.silentMs >= context.timeouts.ackMs,
    isLeaving: ({ context }) => context.silentMs === 0,
    isFlowing: (_, params: { readonly hasWaited: boolean }) => params.hasWaited,
    isHeard: (_, { heard }: { readonly heard: boolean }) => heard,
  },
  delays: {
    enableTimeout: ({ context }) => context.timeouts.enableMs,
    ackTimeout: ({ context }) => context.timeouts.ackMs,
    /** What silence still lacks. */
    silence: ({ context }) => Math.max(context.timeouts.ackMs - context.silentMs, 1),
    overdueTimeout: ({ context }) => 2 * context.timeouts.ackMs,
    ackPace: ({ context }) => context.pace * context.timeouts.ackPaceMs,
    resumptionTime: ({ context }) => Math.min(context.maxMs ?? context.timeouts.resumptionMs, longestDelayMs),
  },
}).createMachine({
  id: 'streamManagement',
  description: 'Whether what is sent is acknowledged, and whether the session outlives its connection.',
  context: ({ input }) => ({
    ...input,
    id: undefined,
    maxMs: undefined,
    location: undefined,
    silentMs: 0,
    unheard: 0,
    pace: 1,
  }),
  initial: 'outside',
  on: { 'session.ended': { target: '.outside' } },
  states: {
    outside: {
      description: 'No session.',
      tags: ['idle'],
      meta: { spec: 'XEP-0198 §2', why: 'a session has to come first' },
      entry: ['endSession', 'forgetTerms'],
      on: {
        'session.bound': bound,
        'session.left': {
          target: 'suspended',
          actions: { type: 'takeTerms', params: ({ event }) => event },
        },
      },
    },
    unmanaged: {
      description: 'A session that nobody acknowledges and that ends with its connection.',
      tags: ['idle'],
      meta: { spec: 'XEP-0198 §2', why: 'the server offers no more, or refuses' },
      on: { 'connection.lost': { target: 'lost' } },
    },
    enabling: {
      description: 'Asked for; what is sent from here on counts already.',
      meta: { spec: 'XEP-0198 §3' },
      invoke: {
        id: 'enable',
        src: 'enable',
        onDone: [
          {
            guard: { type: 'isEnabled', params: ({ event }) => ({ answer: event.output }) },
            target: 'live',
            actions: [
              { type: 'keepTerms', params: ({ event }) => ({ answer: event.output }) },
              { type: 'reportTerms', params: ({ event }) => ({ answer: event.output }) },
            ],
          },
          { target: 'unmanaged' },
        ],
        onError: { target: 'unanswered' },
      },
      after: { enableTimeout: { target: 'unanswered' } },
      on: { 'connection.lost': { target: 'lost' } },
    },
    unanswered: {
      description: 'A server that does not answer this answers nothing: the connection is given up.',
      tags: ['idle'],
      meta: { spec: 'XEP-0198 §3', why: 'the session ends the attempt' },
      entry: { type: 'reportDead', params: { wait: 'enable' } },
      on: { 'connection.lost': { target: 'lost' } },
    },
    live: {
      description: 'Both sides count.',
      meta: { spec: 'XEP-0198 §4', streams: ['acknowledgements'] },
      initial: 'settled',
      invoke: {
        id: 'acknowledgements',
        src: 'acknowledgements',
        onError: { target: 'unanswered' },
      },
      on: {
        'connection.lost': [
          {
            guard: { type: 'isResumable', params: isResumable },
            target: 'suspended',
            actions: 'suspendSession',
          },
          { target: 'lost' },
        ],
      },
      states: {
        settled: {
          description: 'Everything is acknowledged, as far as is known.',
          tags: ['idle'],
          meta: { spec: 'XEP-0198 §4', why: 'something has to be sent first' },
          entry: 'watchStanzas',
          on: {
            'stanza.sent': [
              {
                guard: { type: 'isFlowing', params: hasWaited },
                target: 'awaitingAck',
                actions: 'slowDown',
              },
              { target: 'awaitingAck', actions: 'hasten' },
            ],
          },
        },
        awaitingAck: {
          description: 'Asked for behind what was sent; what is sent meanwhile waits for the next request.',
          meta: { spec: 'XEP-0198 §4' },
          entry: 'requestAck',
          on: { 'ack.received': { target: 'resting', actions: 'noteHeard' } },
          after: { ackTimeout: { target: 'measuring', actions: 'measureSilence' } },
        },
        measuring: {
          description:
            'A busy connection lives, even where the answer is late; nobody can answer what has yet to leave.',
          meta: { spec: 'XEP-0198 §4' },
          always: [
            { guard: 'isSilent', ...toDead('ack') },
            { guard: 'isLeaving', target: 'awaitingAck' },
            { target: 'overdue' },
          ],
        },
        overdue: {
          description: 'Something arrived, the answer did not: asked once more.',
          meta: { spec: 'XEP-0198 §4' },
          entry: 'requestAck',
          initial: 'waiting',
          on: { 'ack.received': { target: 'resting', actions: 'noteHeard' } },
          after: { overdueTimeout: toDead('ack') },
          states: {
            waiting: {
              description: 'As long as something arrives.',
              meta: { spec: 'XEP-0198 §4' },
              after: { silence: { target: 'measuring', actions: 'measureSilence' } },
            },
            measuring: {
              description: 'A connection that has fallen silent is dead.',
              meta: { spec: 'XEP-0198 §4' },
              always: [{ guard: 'isSilent', ...toDead('ack') }, { target: 'waiting' }],
            },
          },
        },
        resting: {
          description:
            'Answered; asked again at the pace of requests, which is slower in a flow. A flood is asked for by count.',
          meta: { spec: 'XEP-0198 §9.2' },
          entry: 'watchFlood',
          after: { ackPace: { target: 'settled' } },
        },
        dead: {
          description: 'No answer: the connection is given up, the session not.',
          tags: ['idle'],
          meta: { spec: 'XEP-0198 §5', why: 'the session ends the attempt' },
        },
      },
    },
    suspended: {
      description: 'The connection is gone, and the server keeps the session for a while.',
      meta: { spec: 'XEP-0198 §5' },
      after: { resumptionTime: { target: 'lost' } },
      on: {
        'session.resuming': { target: 'resuming' },
        'session.bound': bound,
        'connection.lost': [{ guard: { type: 'isResumable', params: isResumable } }, { target: 'lost' }],
      },
    },
    resuming: {
      description: 'The server is asked to go on; what it does not have is sent again.',
      tags: ['idle'],
      meta: { spec: 'XEP-0198 §5', why: 'the binding of the attempt watches the clock' },
      on: {
        'session.resumed': [
          { guard: { type: 'isHeard', params: isHeard }, target: 'live', actions: 'noteHeard' },
          { target: 'live' },
        ],
        'session.bound': bound,
        'connection.lost': [
          { guard: { type: 'isResumable', params: isResumable }, target: 'suspended' },
          { target: 'lost' },
        ],
      },
    },
    lost: {
      description: 'The session could not be kept: what nobody has acknowledged is handed back.',
      tags: ['idle'],
      meta: { spec: 'XEP-0198 §4', why: 'a session has to come first' },
      entry: ['endSession', 'forgetTerms', 'reportLost'],
      on: { 'session.bound': bound },
    },
  },
})

/**
 * A session is not resumed for ever over connections that are silent: Prosody 0.12 reads on in the middle of the stanza in which
 * the connection before was cut, and hears nothing of what is said.
 */
const unheardLimit = 2

/** Whoever looks whether a message has arrived is told within two seconds all the same. */
const slowestPace = 2

/** What a timer can count. */
const longestDelayMs = 2 ** 31 - 1
