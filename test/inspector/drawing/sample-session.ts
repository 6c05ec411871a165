import { fromPromise, setup } from 'xstate'

const never = fromPromise<void>(() => new Promise(() => undefined))

/** A chart with everything a drawing must show: nesting, parallel regions, time, failure, actors, persons, history. */
export const sampleSession = setup({
  actors: {
    connection: never,
    authentication: never,
    bindResource: never,
    rosterPushes: never,
    closeStream: never,
  },
  actions: {
    countAttempt: () => undefined,
    forgetAttempts: () => undefined,
    keepError: () => undefined,
    storeItem: () => undefined,
    failPendingRequests: () => undefined,
  },
  guards: { mayRetry: () => true, isOwnAccount: () => true, mayAskAgain: () => true },
  delays: {
    connectTimeout: 30_000,
    authenticationTimeout: 30_000,
    bindingTimeout: 10_000,
    closingTimeout: 5_000,
    backoff: 1_000,
    stableAfter: 60_000,
    answerTimeout: 10_000,
    quietPeriod: 60_000,
  },
}).createMachine({
  id: 'session',
  description: 'From offline to a session that an app can use, and back, through every failure on the way.',
  initial: 'offline',
  on: { 'session.disconnect': { target: '.closing', actions: 'failPendingRequests' } },
  states: {
    offline: {
      description: 'Nothing runs; nothing is tried.',
      tags: ['idle'],
      meta: { why: 'The app decides when to connect.' },
      on: { 'session.connect': { target: 'connecting' } },
    },
    connecting: {
      description: 'An attempt to reach the server and to secure the stream.',
      meta: { spec: 'RFC 6120 §3, §4, §5' },
      entry: 'countAttempt',
      invoke: {
        id: 'connection',
        src: 'connection',
        onDone: 'authenticating',
        onError: [
          { guard: 'mayRetry', target: 'backingOff', actions: 'keepError' },
          { target: 'halted', actions: 'keepError' },
        ],
      },
      after: { connectTimeout: { target: 'backingOff' } },
    },
    authenticating: {
      description: 'Proving who we are, and having the server prove itself.',
      meta: { spec: 'RFC 6120 §6.4' },
      invoke: { id: 'authentication', src: 'authentication', onDone: 'binding', onError: 'awaitingPassword' },
      after: { authenticationTimeout: { target: 'backingOff' } },
    },
    awaitingPassword: {
      description: 'The password was refused.',
      tags: ['person'],
      meta: { why: 'Only a person knows another password.' },
      on: { 'password.given': { guard: 'mayAskAgain', target: 'connecting' } },
    },
    binding: {
      description: 'Getting a resource.',
      meta: { spec: 'RFC 6120 §7' },
      invoke: { id: 'binding', src: 'bindResource', onDone: 'online', onError: 'backingOff' },
      after: { bindingTimeout: 'backingOff' },
    },
    online: {
      description: 'Really usable: bound, and what is sent is tracked.',
      meta: { spec: 'RFC 6121 §2, §4' },
      type: 'parallel',
      exit: 'failPendingRequests',
      invoke: { id: 'rosterPushes', src: 'rosterPushes', onError: { actions: 'keepError' } },
      on: {
        'transport.closed': 'backingOff',
        'resource.taken': { target: 'halted', actions: 'keepError' },
        'roster.pushed': { guard: 'isOwnAccount', actions: 'storeItem' },
      },
      states: {
        trust: {
          description: 'Does it last?',
          initial: 'fresh',
          states: {
            fresh: {
              description: 'It may fail again at once.',
              after: { stableAfter: { target: 'stable', actions: 'forgetAttempts' } },
            },
            stable: { description: 'Attempts are forgotten.', type: 'final' },
          },
        },
        liveness: {
          description: 'Is the other side there?',
          meta: { spec: 'XEP-0199' },
          initial: 'quiet',
          states: {
            quiet: {
              description: 'Something came lately.',
              after: { quietPeriod: 'probing' },
              on: { 'peer.heard': { target: 'quiet', reenter: true } },
            },
            probing: {
              description: 'A ping is out.',
              on: { 'peer.heard': 'quiet' },
              after: { answerTimeout: '#session.backingOff' },
            },
          },
        },
      },
    },
    closing: {
      description: 'The closing tag is sent, the peer’s is awaited.',
      meta: { spec: 'RFC 6120 §4.4' },
      invoke: { id: 'closeStream', src: 'closeStream', onDone: 'offline', onError: 'offline' },
      after: { closingTimeout: 'offline' },
    },
    backingOff: {
      description: 'Waiting before the next attempt, longer each time.',
      meta: { why: 'A server that restarts must not be flooded.' },
      after: { backoff: 'connecting' },
    },
    halted: { description: 'Trying again cannot help.', type: 'final' },
  },
})
