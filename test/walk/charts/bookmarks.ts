import { bookmarksMachine } from '../../../machines/bookmarks.js'
import { StanzaError } from '../../../src/errors.js'
import { orders } from '../../../src/testing/index.js'
import { toWalked } from './walked-chart.js'

const isAsking = (value: unknown) => value === 'requesting' || value === 'refreshing'

export const bookmarks = toWalked(bookmarksMachine, {
  inputs: [{ answerMs: 20_000 }],
  events: [{ type: 'session.live' }, { type: 'session.none' }, { type: 'bookmarks.fetch' }],
  outcomes: {
    fetchBookmarks: {
      done: [{ compat: true }, { compat: false }],
      error: [
        new StanzaError('feature-not-implemented', 'cancel'),
        new StanzaError('internal-server-error', 'cancel'),
      ],
    },
  },
  key: ({ context }) => [context.error?.code, context.compat, context.hasEntered],
  invariants: {
    'the list is the server’s by the server’s word alone': ({ value }, last) =>
      value !== 'synced' ||
      last?.from.value === 'synced' ||
      last?.event.type === 'xstate.done.actor.fetchBookmarks',
    'no list is relied on beyond its session': ({ value }, last) =>
      last?.event.type !== 'session.none' || value === 'cold',
    'rooms are entered once in a session': ({ context }, last) =>
      !orders(last, 'enterRooms') || (last?.from.context.hasEntered === false && context.hasEntered),
    'the first list of a session says which rooms are entered': ({ context, value }) =>
      value === 'cold' ? !context.hasEntered : value !== 'synced' || context.hasEntered,
    'a failure says why': ({ value, context }) =>
      (value !== 'failed' && value !== 'unsupported') || context.error !== undefined,
    'what is asked for again is no failure any more': ({ value, context }) =>
      !isAsking(value) || context.error === undefined,
    'a session that goes on does not begin again': ({ value }, last) =>
      last?.event.type !== 'session.live' || last.from.value !== 'synced' || value === 'synced',
  },
})
