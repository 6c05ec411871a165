import { failure, type Wait } from './failure.js'

const doubted = {
  'network.offline': { target: 'doubting' },
  'network.online': { target: 'doubting' },
  'system.woken': { target: 'doubting' },
} as const
const answered = {
  onDone: { target: 'listening', actions: 'breakSilence' },
  onError: { target: '#session.judging', actions: failure },
} as const
const probe = { id: 'probe', src: 'probe', ...answered } as const
const ping = { id: 'ping', src: 'ping', ...answered } as const
const toDead = (wait: Wait) =>
  ({ target: '#session.judging', actions: { type: 'noteTimeout', params: { wait } } }) as const

/**
 * The region of an online session that decides whether a silent connection still lives: quiet long enough, it is probed; an
 * unanswered probe is the end. Refuses to count stanzas: silence is measured when it could have lasted, and any sign of life
 * answers the probe, but where the connection is in doubt.
 */
export const liveness = {
  description: 'Whether the other side is still there.',
  meta: { spec: 'RFC 6120 §4.6.1' },
  initial: 'listening',
  states: {
    listening: {
      description: 'Something arrived lately, or the silence is still short.',
      meta: { spec: 'RFC 6120 §4.6.1' },
      after: { silence: { target: 'measuring', actions: 'measureSilence' } },
      on: doubted,
    },
    measuring: {
      description: 'One look when silence could have lasted, so that what arrives in between costs nothing.',
      meta: { spec: 'RFC 6120 §4.6.1' },
      always: [{ guard: 'isSilent', target: 'probing' }, { target: 'listening' }],
    },
    probing: {
      description: 'Something is on its way that has to be answered; whatever comes back is a sign of life.',
      meta: { spec: 'XEP-0198 §4, XEP-0199 §4.2' },
      invoke: probe,
      after: { probeTimeout: toDead('probe') },
      on: doubted,
    },
    doubting: {
      description:
        'In a hurry, since a connection that was cut by sleep or a change of network answers nothing. Only the answer counts: other words may have come before the cut.',
      meta: { spec: 'XEP-0199 §4.2' },
      invoke: ping,
      after: { doubtTimeout: { target: 'weighing', actions: 'measureSilence' } },
    },
    weighing: {
      description:
        'One look whether the answer stands behind words that still come, or nothing comes at all.',
      meta: { spec: 'RFC 6120 §4.6.1' },
      always: [{ guard: 'isCut', ...toDead('doubt') }, { target: 'doubting' }],
    },
  },
} as const
