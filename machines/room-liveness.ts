import { failed } from './failure.js'

/** One’s presence came back: the room may know one no longer, or be out of reach. Another nickname may just be taken. */
const returned = { 'room.refused': { guard: 'isSettled', target: 'probing' } } as const

/** The ping has led nowhere, which says something only where the room was not heard meanwhile. */
const withoutAnswer = [{ guard: 'isUnheard', target: 'unanswered' }, { target: 'listening' }] as const

/** Whether the room still knows one: it may have forgotten one without a word, or be out of reach. */
export const liveness = {
  description: 'Whether the room still knows one.',
  meta: { spec: 'XEP-0410' },
  initial: 'listening',
  exit: 'forgetSilence',
  on: { 'room.heard': { actions: 'forgetSilence' } },
  states: {
    listening: {
      description: 'The room was heard lately, or the silence is still short.',
      meta: { spec: 'XEP-0410 §3.1' },
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
      entry: 'noteQuestion',
      invoke: {
        id: 'selfPing',
        src: 'selfPing',
        onDone: { target: 'listening', actions: 'forgetSilence' },
        onError: [
          { guard: { type: 'isIn', params: failed }, target: 'listening', actions: 'forgetSilence' },
          { guard: { type: 'isOut', params: failed }, target: '#room.joining' },
          ...withoutAnswer,
        ],
      },
      after: { probeTimeout: withoutAnswer },
      on: { 'session.suspended': { target: 'deferred' } },
    },
    unanswered: {
      description: 'Nobody has answered, which decides nothing: it is asked again.',
      meta: { spec: 'XEP-0410 §3.2' },
      entry: 'noteNoAnswer',
      after: { retry: { target: 'measuring', actions: 'measureSilence' } },
      on: {
        ...returned,
        'room.heard': { target: 'listening', actions: 'forgetSilence' },
        'session.suspended': { target: 'deferred' },
      },
    },
    deferred: {
      description: 'No stream to ask by.',
      tags: ['idle'],
      meta: { spec: 'XEP-0410 §4.1', why: 'the session comes back by itself, or is over' },
      on: { 'session.live': { target: 'measuring', actions: 'measureSilence' } },
    },
  },
} as const
