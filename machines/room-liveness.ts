import { failed } from './failure.js'

/** One’s presence came back: the room may know one no longer, or be out of reach. Another nickname may just be taken. */
const returned = { 'room.refused': { guard: 'isSettled', target: 'probing' } } as const

/** Whether the room still knows one: it may have forgotten one without a word, or be out of reach. */
export const liveness = {
  description: 'Whether the room still knows one.',
  meta: { spec: 'XEP-0410' },
  initial: 'listening',
  states: {
    listening: {
      description: 'The room was heard lately, or the silence is still short.',
      meta: { spec: 'XEP-0410 §3.1' },
      entry: 'noteAnswer',
      after: { silence: { target: 'measuring', actions: 'measureSilence' } },
      on: { ...returned, 'session.suspended': { target: 'deferred' } },
    },
    measuring: {
      description: 'One look when silence could have lasted, so that what is said in between costs nothing.',
      meta: { spec: 'XEP-0410 §3.1' },
      always: [{ guard: 'isSilent', target: 'probing' }, { target: 'listening' }],
    },
    probing: {
      description: 'One pings oneself through the room.',
      meta: { spec: 'XEP-0410 §3.1, §3.2' },
      invoke: {
        id: 'selfPing',
        src: 'selfPing',
        onDone: { target: 'listening', actions: 'noteHeard' },
        onError: [
          { guard: { type: 'isIn', params: failed }, target: 'listening', actions: 'noteHeard' },
          { guard: { type: 'isOut', params: failed }, target: '#room.joining' },
          { target: 'unanswered' },
        ],
      },
      after: { probeTimeout: { target: 'unanswered' } },
      on: { 'session.suspended': { target: 'deferred' } },
    },
    unanswered: {
      description: 'Nobody has answered, which decides nothing: it is asked again.',
      meta: { spec: 'XEP-0410 §3.2' },
      entry: 'noteNoAnswer',
      after: { retry: { target: 'measuring', actions: 'measureSilence' } },
      on: { ...returned, 'session.suspended': { target: 'deferred' } },
    },
    deferred: {
      description: 'No stream to ask by.',
      tags: ['idle'],
      meta: { spec: 'XEP-0410 §4.1', why: 'the session comes back by itself, or is over' },
      on: { 'session.live': { target: 'measuring', actions: 'measureSilence' } },
    },
  },
} as const
