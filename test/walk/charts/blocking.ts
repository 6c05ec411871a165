import { blockingMachine } from '../../../machines/blocking.js'
import { StanzaError } from '../../../src/errors.js'
import { toWalked } from './walked-chart.js'

export const blocking = toWalked(blockingMachine, {
  inputs: [{ answerMs: 20_000 }],
  events: [{ type: 'session.live' }, { type: 'session.none' }, { type: 'blocking.fetch' }],
  outcomes: { fetchBlocklist: { error: [new StanzaError('service-unavailable', 'cancel')] } },
  key: ({ context }) => context.error?.code,
  invariants: {
    'the list is the server’s by the server’s word alone': ({ value }, last) =>
      value !== 'synced' ||
      last?.from.value === 'synced' ||
      last?.event.type === 'xstate.done.actor.fetchBlocklist',
    'no list is relied on beyond its session': ({ value }, last) =>
      last?.event.type !== 'session.none' || value === 'cold',
    'a failure says why': ({ value, context }) => value !== 'failed' || context.error !== undefined,
    'what is asked for again is no failure any more': ({ value, context }) =>
      value !== 'requesting' || context.error === undefined,
  },
})
