import { archiveMachine, defaultArchiveTimeouts as timeouts } from '../../../machines/archive.js'
import { StanzaError } from '../../../src/errors.js'
import { orders } from '../../../src/testing/index.js'
import { toWalked } from './walked-chart.js'

const unavailable = new StanzaError('service-unavailable', 'cancel')
const whole = { complete: true, stable: true }
const forgotten = new StanzaError('item-not-found', 'cancel')

export const archive = toWalked(archiveMachine, {
  inputs: [true, false].map((anchored) => ({ anchored, timeouts })),
  events: [
    { type: 'session.live' },
    { type: 'session.suspended' },
    { type: 'session.none' },
    { type: 'archive.retry' },
    { type: 'message.named' },
  ],
  outcomes: {
    findLast: { error: [unavailable] },
    fetchPage: {
      done: [whole, { ...whole, stable: false }, { ...whole, complete: false }],
      error: [unavailable, forgotten],
    },
    askBehind: { error: [unavailable] },
  },
  key: ({ context: { anchored, error } }) => [anchored, error?.code],
  invariants: {
    'the archive is asked only in a session': ({ value }, last) =>
      last?.event.type !== 'session.none' || value === 'away' || value === 'adrift',
    'nothing passes before what was missed': (snapshot, last) =>
      !orders(last, 'releaseMessages') || !snapshot.hasTag('holding'),
    'what was asked is not given up while there is no stream for the answer': (snapshot, last) =>
      last?.event.type !== 'session.suspended' || snapshot.hasTag('holding') === last.from.hasTag('holding'),
    'what the server may have yet to come to is not given up': (snapshot, last) =>
      !/^xstate\.after\.(moved|page)Timeout\./.test(last?.event.type ?? '') || snapshot.hasTag('holding'),
    'whatever waited passes as soon as nothing is to come before it': (snapshot, last) =>
      last === undefined ||
      !last.from.hasTag('holding') ||
      snapshot.hasTag('holding') ||
      (last.event.type === 'session.none' && last.from.matches('catchingUp')) ||
      orders(last, 'releaseMessages'),
    'everything is here once the archive has said so, and not before': ({ value }, last) =>
      value !== 'live' ||
      last?.from.value === 'live' ||
      last?.event.type === 'xstate.done.actor.findLast' ||
      (last?.event.type === 'xstate.done.actor.fetchPage' && isWhole(last.event['output'])),
    'where to go on from is forgotten only where the archive has forgotten it': (snapshot, last) =>
      last === undefined ||
      !(['away', 'catchingUp', 'live'] as const).some((state) => last.from.matches(state)) ||
      (!snapshot.matches('adrift') &&
        !snapshot.matches('unavailable') &&
        (!snapshot.matches('anchoring') || isForgotten(last.event))),
    'no session begins at the end of the archive where a message is known to go on from': (snapshot, last) =>
      last === undefined ||
      !last.from.context.anchored ||
      last.from.matches('anchoring') ||
      !snapshot.matches('anchoring') ||
      isForgotten(last.event),
    'a new session begins where the last one has ended': (snapshot, last) =>
      last?.event.type !== 'session.live' || last.from.value !== 'away' || snapshot.matches('catchingUp'),
    'a session that was resumed misses nothing': ({ value }, last) =>
      last?.event.type !== 'session.live' || last.from.value !== 'live' || value === 'live',
    'what is missing is missing for a reason': ({ value, context }, last) =>
      (value !== 'incomplete' && value !== 'unavailable') ||
      context.error !== undefined ||
      (value === 'incomplete' && (last?.from.value === value || isUnstable(last?.event))),
  },
})

function isWhole(page: unknown): boolean {
  return Reflect.get(Object(page), 'complete') === true && Reflect.get(Object(page), 'stable') === true
}

function isUnstable(event: { readonly type: string; readonly output?: unknown } | undefined): boolean {
  return (
    event?.type === 'xstate.done.actor.fetchPage' && Reflect.get(Object(event.output), 'stable') === false
  )
}

function isForgotten(event: { readonly type: string; readonly error?: unknown }): boolean {
  return event.type === 'xstate.error.actor.fetchPage' && event.error === forgotten
}
