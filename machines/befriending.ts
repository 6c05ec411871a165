import { assign } from 'xstate'
import { TimeoutError, TransportError, type XmppError } from '../src/errors.js'
import { failure, toXmppError } from './failure.js'
import { setup } from './setup.js'
import { deed } from './stub.js'
import type { RosterAttributes } from './subscription-state.js'

/** Every wait of a handshake, in milliseconds. */
export interface BefriendingTimeouts {
  /** The whole handshake, in whatever processes; a person answers, so this is days: default 14, at most 24. */
  readonly patienceMs: number
  /** The server's word on what was sent to it, default 30 000. */
  readonly confirmMs: number
  /** A request that is gone from the roster: how long a refusal may still be on its way, default 2 000. */
  readonly graceMs: number
}

/** What a handshake waits where nothing else is said, in milliseconds: two weeks for the answer of a person. */
export const defaultBefriendingTimeouts: BefriendingTimeouts = {
  patienceMs: 14 * 24 * 60 * 60 * 1000,
  confirmMs: 30_000,
  graceMs: 2_000,
}

/** What the server has said of the contact. */
export interface ContactFacts {
  /** Of its item in the roster; `undefined`: it has none. */
  readonly item: RosterAttributes | undefined
  /** A request of theirs waits for the answer. */
  readonly hasAsked: boolean
}

export type BefriendingEvent =
  /** Stanzas go both ways, and the roster is the server’s; `preApproval`: approvals count in advance (RFC 6121 §3.4). */
  | { readonly type: 'session.ready'; readonly facts: ContactFacts; readonly preApproval: boolean }
  /** The session is over, or suspended: nobody hears, and nobody answers. */
  | { readonly type: 'session.offline' }
  | { readonly type: 'contact.changed'; readonly facts: ContactFacts }
  /** They took back what they had granted, or refused what was asked. */
  | { readonly type: 'contact.refused' }
  /** What was sent to them came back. */
  | { readonly type: 'contact.failed'; readonly error: XmppError }
  /** The app has changed its mind. */
  | { readonly type: 'befriending.withdraw' }

export interface BefriendingInput {
  /** Bare JID. */
  readonly jid: string
  /** Put the contact into the roster, or change its name and groups there, before anything is asked. */
  readonly mustList: boolean
  readonly name: string | undefined
  readonly groups: readonly string[]
  /** Of the request that is sent, so that an error which comes back can be told from others. */
  readonly requestId: string
  /** Shown to the contact with the request. */
  readonly message: string | undefined
  readonly timeouts: BefriendingTimeouts
  /** What is left of the patience where an earlier process has begun, in milliseconds; all of it where nothing is said. */
  readonly leftMs?: number | undefined
}

export type ListContactInput = Pick<BefriendingInput, 'jid' | 'name' | 'groups'>

export interface BefriendingContext extends BefriendingInput {
  readonly facts: ContactFacts
  readonly preApproval: boolean
  /** The server has had our request, or what it led to: where that is gone, somebody has answered it or taken it back. */
  readonly wasAsked: boolean
  readonly outcome: BefriendingOutcome | undefined
  readonly error: XmppError | undefined
}

/** How a handshake ended. */
export type BefriendingOutcome = 'both' | 'refused' | 'withdrawn' | 'expired' | 'failed'

export interface BefriendingOutput {
  readonly outcome: BefriendingOutcome
  /** Why, with `expired` and `failed`. */
  readonly error: XmppError | undefined
}

const seesThem = ({ facts: { item } }: BefriendingContext) =>
  item?.subscription === 'to' || item?.subscription === 'both'
const isSeen = ({ facts: { item } }: BefriendingContext) =>
  item?.subscription === 'from' || item?.subscription === 'both'

/** What was approved in advance is taken back with the wish. */
function endsIn<Target extends string, Action>(target: Target, ...actions: readonly Action[]) {
  return [
    { guard: 'isApproved', target, actions: [...actions, 'sendUnsubscribed' as const] },
    { target, actions: [...actions] },
  ] as const
}

/**
 * Decides one mutual handshake, from the wish until both see each other's presence: who has to be asked, who has answered,
 * and what is left to do when a session ended half-way or another device went on with it. The same chart serves whoever asks
 * first. Believes the server's roster alone: nothing is granted because it was sent. Refuses to know stanzas and sessions.
 */
export const befriendingMachine = setup({
  types: {} as {
    context: BefriendingContext
    input: BefriendingInput
    events: BefriendingEvent
    output: BefriendingOutput
  },
  actors: { listContact: deed<void, ListContactInput>() },
  actions: {
    sendSubscribe: () => {},
    sendSubscribed: () => {},
    sendUnsubscribe: () => {},
    sendUnsubscribed: () => {},
    noteFacts: assign((_, { facts }: { readonly facts: ContactFacts }) => ({ facts })),
    noteSession: assign((_, params: { readonly facts: ContactFacts; readonly preApproval: boolean }) => ({
      facts: params.facts,
      preApproval: params.preApproval,
    })),
    noteListed: assign({ mustList: false }),
    noteAsked: assign({ wasAsked: true }),
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteSilence: assign(({ context: { jid, timeouts } }) => ({
      error: new TimeoutError('confirm', `the server’s word on ${jid}`, timeouts.confirmMs),
    })),
    noteExpiry: assign(({ context: { jid, timeouts } }) => ({
      error: new TimeoutError('patience', `the end of the handshake with ${jid}`, timeouts.patienceMs),
    })),
    end: assign((_, params: { readonly outcome: BefriendingOutcome }) => ({ outcome: params.outcome })),
  },
  guards: {
    needsNoListing: ({ context }) => !context.mustList,
    isInterrupted: (_, { error }: { readonly error: unknown }) =>
      error instanceof TransportError && error.reason === 'not-connected',
    isApproved: ({ context }) => context.facts.item?.approved === true,
    isAsked: ({ context }) => context.facts.item?.ask === true,
    isNoLongerAsked: ({ context }) => context.facts.item?.ask !== true,
    seesThem: ({ context }) => seesThem(context),
    isUnseeing: ({ context }) => !seesThem(context),
    isSeen: ({ context }) => isSeen(context),
    isUnseen: ({ context }) => !isSeen(context),
    isMutual: ({ context }) => context.facts.item?.subscription === 'both',
    hasAsked: ({ context }) => context.facts.hasAsked,
    asksNoLonger: ({ context }) => !context.facts.hasAsked,
    wasAsked: ({ context }) => context.wasAsked,
    mayPreApprove: ({ context }) => context.preApproval && context.facts.item?.approved !== true,
  },
  delays: {
    patience: ({ context }) => context.leftMs ?? context.timeouts.patienceMs,
    confirmTimeout: ({ context }) => context.timeouts.confirmMs,
    grace: ({ context }) => context.timeouts.graceMs,
  },
}).createMachine({
  id: 'befriending',
  description: 'One mutual handshake, from the wish to both seeing each other.',
  context: ({ input }) => ({
    ...input,
    facts: { item: undefined, hasAsked: false },
    preApproval: false,
    wasAsked: false,
    outcome: undefined,
    error: undefined,
  }),
  output: ({ context: { outcome = 'failed', error } }) => ({ outcome, error }),
  options: { maxIterations: 1000 },
  initial: 'open',
  states: {
    open: {
      description: 'The wish stands.',
      meta: { spec: 'RFC 6121 §3.1' },
      initial: 'waiting',
      after: { patience: endsIn('expired', 'noteExpiry' as const) },
      on: {
        'befriending.withdraw': { target: 'unasking' },
      },
      states: {
        waiting: {
          description:
            'Outside a session, or in one that is suspended: the handshake goes on over the next stream.',
          tags: ['idle'],
          meta: {
            spec: 'RFC 6121 §2.2, XEP-0198 §5',
            why: 'the session comes back by itself, or the app connects',
          },
          on: {
            'session.ready': {
              target: 'listing',
              actions: { type: 'noteSession', params: ({ event }) => event },
            },
            'befriending.withdraw': { target: '#befriending.retracting' },
          },
        },
        listing: {
          description:
            'The contact is put into the roster first, so that its name and groups are there when it answers.',
          meta: { spec: 'RFC 6121 §2.3.1, §3.1.1' },
          always: { guard: 'needsNoListing', target: 'handshaking' },
          invoke: {
            id: 'listContact',
            src: 'listContact',
            input: ({ context: { jid, name, groups } }) => ({ jid, name, groups }),
            onDone: { target: 'handshaking', actions: 'noteListed' },
            onError: [
              { guard: { type: 'isInterrupted', params: ({ event }) => event }, target: 'waiting' },
              { target: '#befriending.failed', actions: failure },
            ],
          },
          after: { confirmTimeout: { target: '#befriending.failed', actions: 'noteSilence' } },
          on: {
            'session.offline': { target: 'waiting' },
            'contact.changed': { actions: { type: 'noteFacts', params: ({ event }) => event } },
          },
        },
        handshaking: {
          description: 'Two directions that do not wait for each other.',
          tags: ['person'],
          meta: { spec: 'RFC 6121 §3.1, §A.1', why: 'a person may take days to answer; patience ends it' },
          type: 'parallel',
          always: { guard: 'isMutual', target: '#befriending.both' },
          on: {
            'session.offline': { target: 'waiting' },
            'contact.changed': { actions: { type: 'noteFacts', params: ({ event }) => event } },
            'contact.failed': endsIn('#befriending.failed', failure),
          },
          states: {
            to: {
              description: 'Our subscription to them.',
              meta: { spec: 'RFC 6121 §3.1.1, §3.1.6' },
              initial: 'looking',
              on: { 'contact.refused': endsIn('#befriending.refused') },
              states: {
                looking: {
                  description: 'What is so already.',
                  meta: { spec: 'RFC 6121 §A.1' },
                  always: [
                    { guard: 'seesThem', target: 'granted' },
                    { guard: 'isAsked', target: 'awaited' },
                    { guard: 'wasAsked', target: 'lapsing' },
                    { target: 'asking', actions: 'sendSubscribe' },
                  ],
                },
                asking: {
                  description: 'The request is sent; the server has yet to say so.',
                  meta: { spec: 'RFC 6121 §3.1.2' },
                  always: [
                    { guard: 'seesThem', target: 'granted' },
                    { guard: 'isAsked', target: 'awaited' },
                  ],
                  after: { confirmTimeout: { target: '#befriending.failed', actions: 'noteSilence' } },
                  on: { 'contact.refused': {} },
                },
                awaited: {
                  description: 'They have been asked; a person decides.',
                  tags: ['person'],
                  meta: { spec: 'RFC 6121 §3.1.3, §A.1', why: 'a person may take days to answer' },
                  entry: 'noteAsked',
                  always: [
                    { guard: 'seesThem', target: 'granted' },
                    { guard: 'isNoLongerAsked', target: 'lapsing' },
                  ],
                },
                lapsing: {
                  description:
                    'The request is gone from the roster: a refusal is on its way, or another device took it back.',
                  meta: { spec: 'RFC 6121 §3.2.3, §3.3.2' },
                  always: [
                    { guard: 'seesThem', target: 'granted' },
                    { guard: 'isAsked', target: 'awaited' },
                  ],
                  after: { grace: endsIn('#befriending.withdrawn') },
                },
                granted: {
                  description: 'We see their presence.',
                  tags: ['person'],
                  meta: { spec: 'RFC 6121 §3.1.6', why: 'the other direction takes its own time' },
                  entry: 'noteAsked',
                  always: { guard: 'isUnseeing', target: 'lapsing' },
                },
              },
            },
            from: {
              description: 'Their subscription to us.',
              meta: { spec: 'RFC 6121 §3.1.4, §3.1.5, §3.4' },
              initial: 'looking',
              states: {
                looking: {
                  description: 'What is so already.',
                  meta: { spec: 'RFC 6121 §A.1, §3.4.1' },
                  always: [
                    { guard: 'isSeen', target: 'granted' },
                    { guard: 'hasAsked', target: 'granting', actions: 'sendSubscribed' },
                    { guard: 'mayPreApprove', target: 'closed', actions: 'sendSubscribed' },
                    { target: 'closed' },
                  ],
                },
                closed: {
                  description: 'They have not asked yet, and will be let in when they do.',
                  tags: ['person'],
                  meta: { spec: 'RFC 6121 §3.1.3', why: 'a person may take days to ask' },
                  always: [
                    { guard: 'isSeen', target: 'granted' },
                    { guard: 'hasAsked', target: 'granting', actions: 'sendSubscribed' },
                  ],
                },
                granting: {
                  description: 'Their request is granted; the server has yet to say so.',
                  meta: { spec: 'RFC 6121 §3.1.5' },
                  always: [
                    { guard: 'isSeen', target: 'granted' },
                    { guard: 'asksNoLonger', target: 'closed' },
                  ],
                  after: { confirmTimeout: { target: '#befriending.failed', actions: 'noteSilence' } },
                },
                granted: {
                  description: 'They see our presence.',
                  tags: ['person'],
                  meta: { spec: 'RFC 6121 §3.1.5', why: 'the other direction takes its own time' },
                  always: { guard: 'isUnseen', target: 'closed' },
                },
              },
            },
          },
        },
      },
    },
    retracting: {
      description: 'Taken back without a stream: what may have been asked is taken back over the next one.',
      tags: ['idle'],
      meta: { spec: 'RFC 6121 §3.3.1', why: 'the session comes back by itself, or the app connects' },
      after: { patience: { target: 'withdrawn' } },
      on: {
        'session.ready': {
          target: 'unasking',
          actions: { type: 'noteSession', params: ({ event }) => event },
        },
      },
    },
    unasking: {
      description: 'What was asked is taken back; what was granted meanwhile, or long before, stays.',
      meta: { spec: 'RFC 6121 §3.3.1' },
      always: [
        { guard: 'seesThem', target: 'unapproving' },
        { target: 'unapproving', actions: 'sendUnsubscribe' },
      ],
    },
    unapproving: {
      description: 'So is what was approved in advance.',
      meta: { spec: 'RFC 6121 §3.4.2' },
      always: endsIn('withdrawn'),
    },
    both: {
      type: 'final',
      description: 'Both see each other.',
      entry: { type: 'end', params: { outcome: 'both' } },
    },
    refused: {
      type: 'final',
      description: 'They do not want to.',
      entry: { type: 'end', params: { outcome: 'refused' } },
    },
    withdrawn: {
      type: 'final',
      description: 'The wish was taken back, here or by another device.',
      entry: { type: 'end', params: { outcome: 'withdrawn' } },
    },
    expired: {
      type: 'final',
      description: 'Nobody answered in time.',
      entry: { type: 'end', params: { outcome: 'expired' } },
    },
    failed: {
      type: 'final',
      description: 'It cannot be done; the error says why.',
      entry: { type: 'end', params: { outcome: 'failed' } },
    },
  },
})
