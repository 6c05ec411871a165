import * as phase from './session-phases.js'
import { online } from './session-online.js'
import { session } from './session-setup.js'
import { toInitialContext, toMechanismFacts, toRegistrationFacts } from './session-context.js'
import { begin, end, join } from './session-wish.js'

/** A closing goes on, whatever fails beside it. */
const toJudgingUnlessClosing = [{ guard: 'isClosing' }, phase.toJudging] as const

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
      onError: toJudgingUnlessClosing,
    },
    {
      id: 'presence',
      src: 'presence',
      input: ({ context }) => ({ wanted: context.wantsPresence, timeouts: context.timeouts }),
      onError: toJudgingUnlessClosing,
    },
    {
      id: 'streamManagement',
      src: 'streamManagement',
      input: ({ context }) => ({ timeouts: context.timeouts }),
      onError: toJudgingUnlessClosing,
    },
  ],
  on: {
    'session.kept': {
      actions: [{ type: 'keepResumption', params: ({ event }) => event }, 'saveResumption'],
    },
    'session.unkept': { actions: ['forgetResumption', 'saveResumption'] },
    'session.lost': { actions: phase.lost },
  },
  states: {
    offline: {
      description: 'Not connected, and nobody wishes to be.',
      tags: ['person'],
      meta: { why: 'waits for the app to connect' },
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
      initial: 'beginning',
      on: {
        'session.connect': { actions: join },
        'session.disconnect': { target: '.closing', actions: end },
        'session.close': { target: '.closing.forGood', actions: end },
      },
      states: {
        beginning: {
          description: 'What an earlier process has left comes first.',
          meta: { why: 'a session that the server keeps is to go on' },
          always: [{ guard: 'isUnread', target: 'restoring' }, { target: 'connecting' }],
        },
        restoring: {
          description: 'What an earlier process has left is read, and everything made as it was.',
          meta: { spec: 'XEP-0198 §5' },
          invoke: {
            id: 'readStore',
            src: 'readStore',
            onDone: [
              {
                guard: { type: 'hasLeft', params: ({ event }) => event },
                target: 'connecting',
                actions: [
                  { type: 'keepLeft', params: ({ event }) => event },
                  { type: 'tellLeft', params: ({ event }) => event },
                ],
              },
              { target: 'connecting', actions: { type: 'keepLeft', params: ({ event }) => event } },
            ],
            onError: phase.toJudging,
          },
          after: {
            restoreTimeout: {
              target: '#session.judging',
              actions: { type: 'noteTimeout', params: { wait: 'restore' } },
            },
          },
        },
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
            onDone: [
              { guard: phase.isToRegister, target: 'registering', actions: phase.connected },
              { guard: phase.isReady, target: 'authenticating', actions: phase.connected },
              { target: '#session.judging', actions: phase.connected },
            ],
            onError: phase.toJudging,
          },
        },
        registering: {
          description: 'The account is made that the same connection then logs in to.',
          tags: ['person'],
          meta: { spec: 'XEP-0077 §3.1', why: 'a person may have to answer what the server asks' },
          invoke: {
            id: 'makeAccount',
            src: 'makeAccount',
            input: ({ context }) => toRegistrationFacts(context),
            onDone: { target: 'authenticating', actions: 'noteRegistered' },
            onError: phase.toJudging,
          },
        },
        authenticating: {
          description: 'Proving who we are, and that the server is who it should be.',
          meta: { spec: 'RFC 6120 §6' },
          invoke: {
            id: 'authentication',
            src: 'authentication',
            input: ({ context }) => ({
              facts: toMechanismFacts(context),
              resource: context.resource,
              timeouts: context.timeouts,
            }),
            onDone: [
              { guard: phase.isAuthenticated, target: 'binding', actions: phase.authenticated },
              {
                guard: phase.isIdentified,
                target: 'online',
                actions: [phase.authenticated, ...phase.lost, 'tellBound'],
              },
              { target: '#session.judging', actions: phase.authenticated },
            ],
            onError: phase.toJudging,
          },
        },
        binding: {
          description: 'Getting an address on the authenticated stream.',
          meta: { spec: 'RFC 6120 §7' },
          entry: 'tellResuming',
          invoke: {
            id: 'binding',
            src: 'binding',
            input: ({ context }) => ({
              resource: context.resource,
              previd: context.resumption?.previd,
              timeouts: context.timeouts,
            }),
            onDone: [
              {
                guard: phase.isBoundInstead,
                target: 'online',
                actions: [phase.bound, ...phase.lost, 'tellBound'],
              },
              { guard: phase.isBound, target: 'online', actions: [phase.bound, 'tellBound'] },
              {
                guard: phase.isTakenOver,
                target: 'online.course.takenOver',
                actions: [phase.bound, phase.resumed],
              },
              {
                guard: phase.isResumed,
                target: 'online.course.resumed',
                actions: [phase.bound, phase.resumed],
              },
              { target: '#session.judging', actions: phase.bound },
            ],
            onError: phase.toJudging,
          },
        },
        online,
        closing: {
          description: 'Our closing tag is sent, the peer’s is awaited; what still arrives is delivered.',
          meta: { spec: 'RFC 6120 §4.4' },
          entry: phase.lost,
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
              after: { closeTimeout: { target: '#session.offline', actions: phase.over } },
              on: {
                'stream.closed': { target: '#session.offline', actions: phase.over },
                'session.connect': {
                  target: '#session.active',
                  reenter: true,
                  actions: [...phase.over, begin],
                },
                'session.disconnect': { actions: end },
                'session.close': { target: 'forGood', actions: end },
              },
            },
            removed: {
              description: 'The account is gone, and so is what this stream was for.',
              meta: { spec: 'XEP-0077 §3.2' },
              after: { closeTimeout: { target: '#session.removed' } },
              on: {
                'stream.closed': { target: '#session.removed' },
                'session.connect': { actions: join },
                'session.disconnect': { target: 'forNow', actions: end },
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
      invoke: { id: 'surroundings', src: 'surroundings', onError: phase.toJudging },
      after: { backoff: { target: 'active' } },
      on: {
        'network.online': { target: 'active' },
        'system.woken': { target: 'active' },
        'session.connect': { target: 'active', actions: join },
        'session.disconnect': { target: 'offline', actions: [...phase.over, end] },
        'session.close': { target: 'closed', actions: end },
      },
      states: {
        suspended: {
          description: 'The server keeps the session: the next attempt is to go on with it.',
          meta: { spec: 'XEP-0198 §5' },
          on: { 'session.lost': { target: 'ended', actions: phase.lost } },
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
        'session.disconnect': { target: 'offline', actions: [...phase.over, end] },
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
    removed: {
      description: 'The account is gone; another can be made by the same name, where the server lets it.',
      tags: ['person'],
      meta: { spec: 'XEP-0077 §3.2', why: 'waits for the app to register again, or to leave' },
      entry: phase.over,
      on: {
        'session.connect': { target: 'active', actions: begin },
        'session.disconnect': { target: 'offline', actions: end },
        'session.close': { target: 'closed', actions: end },
      },
    },
    closed: { type: 'final', description: 'Over for good.' },
  },
})
