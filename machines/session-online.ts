import { failed, failure } from './failure.js'
import { liveness } from './liveness.js'
import * as phase from './session-phases.js'

/** Two truths side by side: what has become of the session, and whether the other side is still there. */
export const online = {
  type: 'parallel',
  description: 'Usable: stanzas go both ways.',
  tags: ['idle'],
  meta: {
    spec: 'RFC 6120 §8, RFC 6121',
    why: 'liveness watches over it',
    streams: ['stanzas'],
  },
  entry: 'noteOnline',
  invoke: {
    id: 'stanzas',
    src: 'stanzas',
    onError: phase.toJudging,
  },
  on: { 'stream.ended': phase.toJudging },
  states: {
    course: {
      description: 'How the session has begun, whether it has lasted, and whether the account is to.',
      meta: { spec: 'RFC 6120 §3.3' },
      initial: 'fresh',
      on: { 'account.remove': { target: '.removing' } },
      states: {
        fresh: {
          description:
            'Online, but earlier failures, if any, still count. The roster is asked for before anything is announced.',
          meta: { spec: 'RFC 6120 §3.3, RFC 6121 §2.2' },
          entry: ['tellRosterOnline', 'tellPresenceOnline'],
          always: { guard: 'hasNotFailed', target: 'stable' },
          after: phase.onceStable,
        },
        resumed: {
          description:
            'The session goes on: one’s presence and that of others are what they were, and so is the roster unless it never came. Failures still count.',
          meta: { spec: 'XEP-0198 §5' },
          entry: 'tellRosterOnline',
          after: phase.onceStable,
        },
        takenOver: {
          description:
            'The session of an earlier process goes on: this one asks what has changed in the roster, and says that it is there.',
          meta: { spec: 'XEP-0198 §5, RFC 6121 §2.6' },
          entry: ['takeOver', 'tellRosterOnline', 'tellPresenceOnline'],
          after: phase.onceStable,
        },
        settling: {
          description:
            'Online long enough. What an attempt has asked for that was cut off may still come up, and take the address away.',
          meta: { spec: 'RFC 6120 §7.7.2.2, XEP-0198 §5' },
          always: { guard: 'hasNoGhost', target: 'stable' },
          after: { ghostTime: { target: 'stable', actions: 'forgetGhost' } },
        },
        stable: {
          description: 'Online long enough: earlier failures, if there were any, are forgiven.',
          tags: ['idle'],
          meta: { spec: 'RFC 6120 §3.3', why: 'liveness watches over it' },
        },
        removing: {
          description:
            'The server is asked to remove the account; that it ends the stream with not-authorized says yes.',
          meta: { spec: 'XEP-0077 §3.2' },
          invoke: {
            id: 'removeAccount',
            src: 'removeAccount',
            onDone: { target: '#session.active.closing.removed' },
            onError: { target: 'kept', actions: failure },
          },
          on: {
            'stream.ended': [
              { guard: { type: 'isFarewell', params: failed }, target: '#session.removed' },
              phase.toJudging,
            ],
            'account.remove': {},
          },
          after: {
            removalTimeout: {
              target: 'kept',
              actions: { type: 'noteTimeout', params: { wait: 'removal' } },
            },
          },
        },
        kept: {
          description: 'The account is not removed, and the session goes on. Failures still count.',
          meta: { spec: 'XEP-0077 §3.2' },
          after: phase.onceStable,
        },
      },
    },
    liveness,
  },
} as const
