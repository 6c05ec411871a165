import { assign } from 'xstate'
import { livenessMachine } from '../../../machines/liveness.js'
import { defaultTimeouts as timeouts } from '../../../machines/timeouts.js'
import { toWalked } from './walked-chart.js'

/** The chart with a silence that is measured, as an actor does: short at first, long enough at the next look. */
const measured = livenessMachine.provide({
  actions: {
    measureSilence: assign(({ context: { silentMs, timeouts } }) => ({
      silentMs: silentMs === 0 ? timeouts.quietMs / 2 : timeouts.quietMs,
    })),
  },
})

export const liveness = toWalked(measured, {
  inputs: [{ timeouts }],
  key: ({ context }) => [context.silentMs, context.error?.code],
  invariants: {
    'only silence is probed, and only after the time that it may last': ({ value, context }) =>
      value !== 'probing' || context.silentMs >= context.timeouts.quietMs,
    'nothing is heard for less than the whole silence after an answer': ({ value, context }, last) =>
      value !== 'listening' || last?.event.type !== 'xstate.done.actor.probe' || context.silentMs === 0,
    'a connection that is in doubt is probed at once, and in a hurry': ({ value }, last) =>
      last?.event.type !== 'connection.doubted' || value === 'doubting',
    'a connection is given up for a reason': ({ value, output }) =>
      value !== 'dead' || output?.error !== undefined,
    'an unanswered probe is the end': ({ value }, last) =>
      last === undefined ||
      !/^xstate\.(?:error\.actor\.probe|after\.(?:probe|doubt)Timeout)/.test(last.event.type) ||
      value === 'dead',
  },
})
