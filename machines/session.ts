import { session } from './session-setup.js'
import { toInitialContext, toMechanismFacts } from './session-context.js'
import { begin, end, join } from './session-wish.js'

const phase = ({ event }: { readonly event: { readonly snapshot: { readonly value: unknown } } }) => ({
  phase: event.snapshot.value,
})
/** What follows from the end of a session. */
const lost = ['forgetResumption', 'tellRosterOffline', 'tellPresenceOffline'] as const
/** The same where nothing of it is awaited any more. */
const over = ['forgetResumption', 'tellRosterOffline', 'tellPresenceOffline', 'tellEnded'] as const
const failed = ({ event }: { readonly event: { readonly error: unknown } }) => event
const failure = { type: 'noteFailure', params: failed } as const
/** What any failure of an attempt leads to. */
const toJudging = { target: '#session.judging', actions: failure } as const

/**
 * Decides the life of one account's session: which phase comes next, what a failure means, when to come back, when to stop
 * and ask. Refuses to know how any phase is done: each is a chart of its own, invoked anew for every attempt.
 */
export const sessionMachine = session.createMachine({
  id: 'session',
  description: 'One account, from offline to online and back, whatever happens.',
  context: ({ input }) => toInitialContext(input),
  meta: { spec: 'RFC 6121', streams: ['roster', 'presence', 'streamManagement'] },
  options: { maxIterations: 1000 },
  initial: 'offline',
  invoke: [
    {
      id: 'roster',
      src: 'roster',
      input: ({ context }) => ({ wanted: context.wantsRoster, timeouts: context.timeouts }),
      onError: toJudging,
    },
    {
      id: 'presence',
      src: 'presence',
      input: ({ context }) => ({ wanted: context.wantsPresence, timeouts: context.timeouts }),
      onError: toJudging,
    },
    {
      id: 'streamManagement',
      src: 'streamManagement',
      input: ({ context }) => ({ timeouts: context.timeouts }),
      onError: toJudging,
    },
  ],
  on: {
    'session.kept': { actions: { type: 'keepResumption', params: ({ event }) => event } },
    'session.unkept': { actions: 'forgetResumption' },
    'session.lost': { actions: lost },
  },
  states: {
    offline: {
      description: 'Not connected, and nobody wishes to be.',
      tags: ['person'],
      meta: { why: 'waits for the app to connect' },
      entry: over,
      on: {
        'session.connect': { target: 'active', actions: begin },
        'session.disconnect': { actions: end },
        'session.close': { target: 'closed', actions: end },
      },
    },
    active: {
      description: 'One attempt: its connection is held until the attempt ends, however it ends.',
      meta: { spec: 'RFC 6120 §1.3' },
      entry: 'beginAttempt',
      exit: 'releaseLink',
      initial: 'connecting',
      on: {
        'session.connect': { actions: join },
        'session.disconnect': { target: '.closing', actions: end },
        'session.close': { target: '.closing.forGood', actions: end },
      },
      states: {
        connecting: {
          description: 'Reaching the server and securing the stream.',
          meta: { spec: 'RFC 6120 §3, §4, §5' },
          invoke: {
            id: 'connection',
            src: 'connection',
            input: ({ context }) => ({
              domain: context.domain,
              endpoints: context.redirect === undefined ? context.endpoints : [context.redirect],
              allowPlaintext: context.allowPlaintext && context.redirect === undefined,
              timeouts: context.timeouts,
            }),
            onSnapshot: {},
            onDone: [
              {
                guard: { type: 'isReady', params: ({ event }) => event },
                target: 'authenticating',
                actions: { type: 'keepConnection', params: ({ event }) => event },
              },
              {
                target: '#session.judging',
                actions: { type: 'keepConnection', params: ({ event }) => event },
              },
            ],
            onError: toJudging,
          },
        },
        authenticating: {
          description: 'Proving who we are, and that the server is who it should be.',
          meta: { spec: 'RFC 6120 §6' },
          invoke: {
            id: 'authentication',
            src: 'authentication',
            input: ({ context }) => ({ facts: toMechanismFacts(context), timeouts: context.timeouts }),
            onSnapshot: {},
            onDone: [
              {
                guard: { type: 'isAuthenticated', params: ({ event }) => event },
                target: 'binding',
                actions: { type: 'keepAuthentication', params: ({ event }) => event },
              },
              {
                target: '#session.judging',
                actions: { type: 'keepAuthentication', params: ({ event }) => event },
              },
            ],
            onError: toJudging,
          },
        },
        binding: {
          description: 'Getting an address on the authenticated stream.',
          meta: { spec: 'RFC 6120 §7' },
          invoke: {
            id: 'binding',
            src: 'binding',
            input: ({ context }) => ({
              resource: context.resource,
              previd: context.resumption?.previd,
              timeouts: context.timeouts,
            }),
            onSnapshot: [{ guard: { type: 'isResuming', params: phase }, actions: 'tellResuming' }, {}],
            onDone: [
              {
                guard: { type: 'isBound', params: ({ event }) => event },
                target: 'online',
                actions: [{ type: 'keepBinding', params: ({ event }) => event }, ...lost, 'tellBound'],
              },
              {
                guard: { type: 'isResumed', params: ({ event }) => event },
                target: 'online.resumed',
                actions: [{ type: 'keepBinding', params: ({ event }) => event }, 'tellResumed'],
              },
              { target: '#session.judging', actions: { type: 'keepBinding', params: ({ event }) => event } },
            ],
            onError: toJudging,
          },
        },
        online: {
          description: 'Usable: stanzas go both ways.',
          tags: ['idle'],
          meta: {
            spec: 'RFC 6120 §8, RFC 6121',
            why: 'liveness watches over it',
            streams: ['stanzas', 'surroundings'],
          },
          entry: 'noteOnline',
          initial: 'fresh',
          invoke: [
            {
              id: 'stanzas',
              src: 'stanzas',
              onError: toJudging,
            },
            {
              id: 'liveness',
              src: 'liveness',
              input: ({ context }) => ({ timeouts: context.timeouts }),
              onSnapshot: {},
              onDone: {
                target: '#session.judging',
                actions: { type: 'noteFailure', params: ({ event }) => event.output },
              },
              onError: toJudging,
            },
            { id: 'surroundings', src: 'surroundings', onError: toJudging },
          ],
          on: {
            'stream.ended': toJudging,
            'network.online': { actions: 'doubtConnection' },
            'system.woken': { actions: 'doubtConnection' },
          },
          states: {
            fresh: {
              description:
                'Online, but earlier failures still count. The roster is asked for before anything is announced.',
              meta: { spec: 'RFC 6120 §3.3, RFC 6121 §2.2' },
              entry: ['tellRosterOnline', 'tellPresenceOnline'],
              after: { stableTime: { target: 'stable', actions: 'forgiveFailures' } },
            },
            resumed: {
              description:
                'The session goes on: the roster, one’s presence and that of others are what they were. Failures still count.',
              meta: { spec: 'XEP-0198 §5' },
              after: { stableTime: { target: 'stable', actions: 'forgiveFailures' } },
            },
            stable: {
              description: 'Online long enough: earlier failures are forgiven.',
              tags: ['idle'],
              meta: { spec: 'RFC 6120 §3.3', why: 'liveness watches over it' },
            },
          },
        },
        closing: {
          description: 'Our closing tag is sent, the peer’s is awaited; what still arrives is delivered.',
          meta: { spec: 'RFC 6120 §4.4' },
          entry: lost,
          initial: 'forNow',
          invoke: {
            id: 'closeStream',
            src: 'closeStream',
            onDone: { actions: 'reportClosed' },
            onError: { actions: 'reportClosed' },
          },
          states: {
            forNow: {
              description: 'The client can be connected again.',
              meta: { spec: 'RFC 6120 §4.4' },
              after: { closeTimeout: { target: '#session.offline' } },
              on: {
                'stream.closed': { target: '#session.offline' },
                'session.connect': {
                  target: '#session.active',
                  reenter: true,
                  actions: [...over, begin],
                },
                'session.disconnect': { actions: end },
                'session.close': { target: 'forGood', actions: end },
              },
            },
            forGood: {
              description: 'The client will not be connected again.',
              meta: { spec: 'RFC 6120 §4.4' },
              after: { closeTimeout: { target: '#session.closed' } },
              on: {
                'stream.closed': { target: '#session.closed' },
                'session.connect': {},
                'session.disconnect': { actions: end },
                'session.close': { actions: end },
              },
            },
          },
        },
      },
    },
    judging: {
      description: 'What the failure means: go elsewhere, ask, try again or stop.',
      meta: { spec: 'RFC 6120 §3.3, §4.9.3, §6.5' },
      entry: ['judgeFailure', 'tellLost'],
      always: [
        { guard: 'mayGoElsewhere', target: 'active', actions: 'followRedirect' },
        { guard: 'needsCredentials', target: 'halted.needsCredentials' },
        { guard: 'isSuspended', target: 'backingOff.suspended', actions: 'drawBackoff' },
        { guard: 'mayRetry', target: 'backingOff', actions: 'drawBackoff' },
        { target: 'halted.stopped' },
      ],
    },
    backingOff: {
      description: 'A random while before the next attempt, so that not everybody comes back at once.',
      meta: { spec: 'RFC 6120 §3.3', streams: ['surroundings'] },
      entry: 'noteRetryTime',
      initial: 'ended',
      invoke: { id: 'surroundings', src: 'surroundings', onError: toJudging },
      after: { backoff: { target: 'active' } },
      on: {
        'network.online': { target: 'active' },
        'system.woken': { target: 'active' },
        'session.connect': { target: 'active', actions: join },
        'session.disconnect': { target: 'offline', actions: end },
        'session.close': { target: 'closed', actions: end },
      },
      states: {
        suspended: {
          description: 'The server keeps the session: the next attempt is to go on with it.',
          meta: { spec: 'XEP-0198 §5' },
          on: { 'session.lost': { target: 'ended', actions: lost } },
        },
        ended: {
          description: 'The session is over: the next attempt begins a new one.',
          meta: { spec: 'RFC 6120 §3.3' },
        },
      },
    },
    halted: {
      description: 'Trying again by itself would not help.',
      tags: ['person'],
      meta: { why: 'a person has to change something first' },
      initial: 'stopped',
      on: {
        'session.connect': { target: 'active', actions: begin },
        'session.disconnect': { target: 'offline', actions: end },
        'session.close': { target: 'closed', actions: end },
      },
      states: {
        needsCredentials: {
          description: 'Other credentials are needed.',
          tags: ['person'],
          meta: { why: 'waits for credentials and a new connect' },
        },
        stopped: {
          description: 'The reason lies in the error and its advice.',
          tags: ['person'],
          meta: { why: 'waits for a new connect' },
        },
      },
    },
    closed: { type: 'final', description: 'Over for good.' },
  },
})
