import { assign } from 'xstate'
import { TimeoutError, TransportError, type XmppError } from '../src/errors.js'
import { isForgotten } from './archive-refusals.js'
import { failed, failure, toXmppError } from './failure.js'
import { setup } from './setup.js'
import { deed } from './stub.js'

/** Every wait of catching up, in milliseconds. */
export interface ArchiveTimeouts {
  /**
   * One answer of the archive, with the messages before it, while there is a stream for it to come by: longer than a session
   * takes to notice that its stream is dead; default 60 000.
   */
  readonly pageMs: number
  /** The same once more, for what was asked before the session moved to another connection; default 5000. */
  readonly movedMs: number
  /** After either: until what is asked behind it is answered, and the server is known to be past it; default 300 000. */
  readonly behindMs: number
  /** Until what is missing is asked for again; default 60 000. */
  readonly retryMs: number
}

/** What an archive waits where nothing else is said, in milliseconds. */
export const defaultArchiveTimeouts: ArchiveTimeouts = {
  pageMs: 60_000,
  movedMs: 5_000,
  behindMs: 300_000,
  retryMs: 60_000,
}

export type ArchiveEvent =
  /** Stanzas go both ways: in a new session, or again in one that was resumed. */
  | { readonly type: 'session.live' }
  /** The session is without a stream for the time being. */
  | { readonly type: 'session.suspended' }
  /** There is no session any more; what comes is a new one. */
  | { readonly type: 'session.none' }
  /** The app wants what is missing. */
  | { readonly type: 'archive.retry' }
  /** Where none was known to go on from, a message has passed that has a name in the archive. */
  | { readonly type: 'message.named' }

export interface ArchiveInput {
  /** A message is known to go on from; at first the last one of an earlier run, where the app knows it. */
  readonly anchored: boolean
  readonly timeouts: ArchiveTimeouts
}

/** What one answer came to. */
export interface PageFacts {
  /** Nothing follows. */
  readonly complete: boolean
  /** The archive stands by what it has sent since catching up began. */
  readonly stable: boolean
}

export interface ArchiveContext extends ArchiveInput {
  /** Why something is missing, or why nothing is known. */
  readonly error: XmppError | undefined
}

const page = ({ event }: { readonly event: { readonly output: PageFacts } }) => event
const timeout = (wait: 'behindMs' | 'pageMs') => ({ type: 'noteTimeout', params: { wait } }) as const
/** What was missed, or where the archive ends where nothing is known to have been. */
const askAgain = [
  { guard: 'isAnchored', target: 'catchingUp' },
  { target: 'anchoring', actions: 'forgetFailure' },
] as const
/**
 * Something else is asked of the server, which answers in order (RFC 6120 §10.1): whether it has come past what is awaited. While
 * it has not, the answer may still come; a connection over which nothing does is given up by whoever watches it.
 */
const askBehind = <Target extends object>(target: Target) =>
  ({
    meta: { spec: 'RFC 6120 §10.1, XEP-0199 §4.2' },
    invoke: { id: 'askBehind', src: 'askBehind', onDone: target, onError: target },
  }) as const
/** An answer that is awaited over the streams of one session: where it is given up, and where it is asked for again. */
const untilAnswered = <GivenUp extends string, Again extends string>({
  givenUp,
  again,
}: {
  readonly givenUp: GivenUp
  readonly again: Again
}) => ({
  waiting: {
    description: 'As long as one answer may take on one stream.',
    meta: { spec: 'XEP-0313 §4.3' },
    after: { pageTimeout: { target: 'overdue' as const } },
  },
  overdue: {
    description: 'The server may not have come to it yet: given up once what is asked behind it is answered.',
    ...askBehind({ target: givenUp, actions: timeout('pageMs') }),
    after: { behindTimeout: { target: givenUp, actions: timeout('behindMs') } },
  },
  interrupted: {
    description: 'The stream is gone, and the session keeps the question and its answer for the next one.',
    tags: ['idle'],
    meta: { spec: 'XEP-0198 §5', why: 'the session goes on or ends' },
  },
  moved: {
    description: 'The answer comes by the next stream, unless the server has lost it on the way.',
    meta: { spec: 'XEP-0198 §5' },
    after: { movedTimeout: { target: 'missing' as const } },
  },
  missing: {
    description: 'Late or lost: asked again once what is asked behind it is answered.',
    ...askBehind({ target: again }),
    after: { behindTimeout: { target: givenUp, actions: timeout('behindMs') } },
  },
})

/**
 * Decides when messages pass and when they wait for those that came before them: after a session that could not be resumed,
 * what was missed is fetched first, page by page. Refuses to know any message: which is the last one, and which was seen
 * already, is kept where messages pass.
 */
export const archiveMachine = setup({
  types: {} as { context: ArchiveContext; events: ArchiveEvent; input: ArchiveInput },
  actors: {
    findLast: deed<void>(),
    fetchPage: deed<PageFacts>(),
    askBehind: deed<void>(),
  },
  actions: {
    releaseMessages: () => {},
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteTimeout: assign(({ context }, { wait }: { readonly wait: 'behindMs' | 'pageMs' }) => ({
      error: new TimeoutError('archive', 'the answer of the archive', context.timeouts[wait]),
    })),
    noteInterruption: assign(({ context }) => ({
      error:
        context.error ??
        new TransportError('not-connected', 'the session was over before the archive answered'),
    })),
    forgetFailure: assign({ error: undefined }),
    noteAnchor: assign({ anchored: true }),
    forgetAnchor: assign({ anchored: false }),
  },
  guards: {
    isAnchored: ({ context }) => context.anchored,
    isComplete: (_, { output }: { readonly output: PageFacts }) => output.complete,
    isUnstable: (_, { output }: { readonly output: PageFacts }) => output.complete && !output.stable,
    isForgotten: (_, { error }: { readonly error: unknown }) => isForgotten(error),
  },
  delays: {
    pageTimeout: ({ context }) => context.timeouts.pageMs,
    movedTimeout: ({ context }) => context.timeouts.movedMs,
    behindTimeout: ({ context }) => context.timeouts.behindMs,
    retryPause: ({ context }) => context.timeouts.retryMs,
  },
}).createMachine({
  id: 'archive',
  description: 'Whether everything that came before is here.',
  context: ({ input }) => ({ ...input, error: undefined }),
  initial: 'beginning',
  states: {
    beginning: {
      description: 'Whether there is a message to go on from.',
      meta: { why: 'an app that ran before may know one' },
      always: [{ guard: 'isAnchored', target: 'away' }, { target: 'adrift' }],
    },
    adrift: {
      description: 'No session, and no message that the next one could go on from.',
      tags: ['idle'],
      meta: { why: 'waits for a session' },
      on: {
        'session.live': { target: 'anchoring' },
        'message.named': { target: 'away', actions: 'noteAnchor' },
      },
    },
    anchoring: {
      description: 'The last message of the archive is where the next session will go on from.',
      tags: ['holding'],
      meta: { spec: 'XEP-0313 §4.3, XEP-0059 §2.5' },
      invoke: {
        id: 'findLast',
        src: 'findLast',
        onDone: { target: 'live' },
        onError: { target: 'unavailable', actions: failure },
      },
      initial: 'waiting',
      on: {
        'session.none': { target: 'adrift', actions: ['noteInterruption', 'releaseMessages'] },
        'session.suspended': { target: '.interrupted' },
        'session.live': { target: '.moved' },
      },
      states: untilAnswered({ givenUp: '#archive.unavailable', again: '#archive.anchoring' }),
    },
    unavailable: {
      description: 'The server has no archive, or does not answer: messages pass as they come.',
      tags: ['idle'],
      meta: { spec: 'XEP-0313 §7', why: 'the next session may have one' },
      entry: 'releaseMessages',
      on: {
        'message.named': { actions: 'noteAnchor' },
        'session.none': [{ guard: 'isAnchored', target: 'away' }, { target: 'adrift' }],
        'session.live': askAgain,
        'archive.retry': askAgain,
      },
    },
    away: {
      description: 'No session; the last message is known.',
      tags: ['idle'],
      meta: { why: 'waits for a session' },
      on: { 'session.live': { target: 'catchingUp' } },
    },
    catchingUp: {
      description: 'What was missed is fetched, a page at a time; what comes meanwhile waits.',
      tags: ['holding'],
      meta: { spec: 'XEP-0313 §4.3.2, §6.3' },
      entry: 'forgetFailure',
      invoke: {
        id: 'fetchPage',
        src: 'fetchPage',
        onDone: [
          { guard: { type: 'isUnstable', params: page }, target: 'incomplete' },
          { guard: { type: 'isComplete', params: page }, target: 'live' },
          { target: 'catchingUp', reenter: true },
        ],
        onError: [
          {
            guard: { type: 'isForgotten', params: failed },
            target: 'anchoring',
            actions: [failure, 'forgetAnchor'],
          },
          { target: 'incomplete', actions: failure },
        ],
      },
      initial: 'waiting',
      on: {
        'session.none': { target: 'away' },
        'session.suspended': { target: '.interrupted' },
        'session.live': { target: '.moved' },
      },
      states: untilAnswered({ givenUp: '#archive.incomplete', again: '#archive.catchingUp' }),
    },
    live: {
      description: 'Everything before is here: messages pass as they come.',
      tags: ['idle'],
      meta: { spec: 'XEP-0313 §3.5', why: 'a session may last' },
      entry: 'releaseMessages',
      on: { 'session.none': { target: 'away' }, 'archive.retry': { target: 'catchingUp' } },
    },
    incomplete: {
      description:
        'Something is missing, or may change yet: messages pass all the same, and it is fetched at the next opportunity or after a while.',
      meta: { spec: 'XEP-0313 §4.3.2, §6.3' },
      entry: 'releaseMessages',
      on: {
        'session.none': { target: 'away' },
        'session.live': { target: 'catchingUp' },
        'archive.retry': { target: 'catchingUp' },
      },
      after: { retryPause: { target: 'catchingUp' } },
    },
  },
})
