import { rosterMachine } from '../../../machines/roster.js'
import { defaultTimeouts as timeouts } from '../../../machines/timeouts.js'
import { StanzaError } from '../../../src/errors.js'
import { toWalked } from './walked-chart.js'

export const roster = toWalked(rosterMachine, {
  inputs: [true, false].map((wanted) => ({ wanted, timeouts })),
  events: [
    { type: 'session.online', versioned: true },
    { type: 'session.online', versioned: false },
    { type: 'session.offline' },
    { type: 'roster.fetch' },
  ],
  outcomes: { fetchRoster: { error: [new StanzaError('service-unavailable', 'cancel')] } },
  key: ({ context: { timeouts: _waits, error, ...rest } }) => [rest, error?.code],
  invariants: {
    'the roster is asked for by itself only where the app wants it': ({ value, context }, last) =>
      last?.event.type !== 'session.online' ||
      last.from.value !== 'cold' ||
      value === (context.wanted ? 'requesting' : 'unasked'),
    'a roster that did not come is asked for again over the next stream, one that came is not': (
      { value },
      last,
    ) =>
      last?.event.type !== 'session.online' ||
      last.from.value === 'cold' ||
      value === (last.from.value === 'failed' ? 'requesting' : last.from.value),
    'the roster counts once the server has given it': ({ value }, last) =>
      value !== 'synced' ||
      last?.from.value === 'synced' ||
      last?.event.type === 'xstate.done.actor.fetchRoster',
    'what a session has lost does not count in the next': ({ value }, last) =>
      last?.event.type !== 'session.offline' || value === 'cold',
    'a roster that did not come says why, and one that came does not': ({ value, context }) =>
      value === 'failed' ? context.error !== undefined : value !== 'synced' || context.error === undefined,
    'the version is used only where this server offers it': ({ context }, last) =>
      last?.event.type !== 'session.online' ||
      (last.from.value !== 'cold' && last.from.value !== 'failed') ||
      context.versioned === last.event['versioned'],
  },
})
