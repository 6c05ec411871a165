import {
  befriendingMachine,
  defaultBefriendingTimeouts,
  type BefriendingEvent,
  type ContactFacts,
} from '../../../machines/befriending.js'
import { StanzaError, TransportError } from '../../../src/errors.js'
import { orders } from '../../../src/testing/index.js'
import { toWalked } from './walked-chart.js'

const items = (['none', 'to', 'from', 'both'] as const).flatMap((subscription) => [
  { subscription, ask: false, approved: false },
  ...(subscription === 'none' || subscription === 'from'
    ? [{ subscription, ask: true, approved: false }]
    : []),
  ...(subscription === 'none' || subscription === 'to' ? [{ subscription, ask: false, approved: true }] : []),
])
const facts: readonly ContactFacts[] = [undefined, ...items].flatMap((item) =>
  [false, true].map((hasAsked) => ({ item, hasAsked })),
)
const forbidden = new StanzaError('forbidden', 'auth')

const events: readonly BefriendingEvent[] = [
  ...facts.flatMap((each) => [
    { type: 'session.ready', facts: each, preApproval: true } as const,
    { type: 'session.ready', facts: each, preApproval: false } as const,
    { type: 'contact.changed', facts: each } as const,
  ]),
  { type: 'session.offline' },
  { type: 'contact.refused' },
  { type: 'contact.failed', error: forbidden },
  { type: 'befriending.withdraw' },
]

export const befriending = toWalked(befriendingMachine, {
  inputs: [true, false].map((mustList) => ({
    jid: 'juliet@example.test',
    mustList,
    name: undefined,
    groups: [],
    requestId: 'r1',
    message: undefined,
    timeouts: defaultBefriendingTimeouts,
  })),
  events,
  outcomes: { listContact: { error: [forbidden, new TransportError('not-connected', 'gone')] } },
  key: ({ context: { facts, mustList, preApproval, wasAsked, outcome, error } }) => [
    facts,
    mustList,
    preApproval,
    wasAsked,
    outcome,
    error?.code,
  ],
  invariants: {
    'a handshake ends as both when the roster says both, and only then': (snapshot) =>
      snapshot.matches('both')
        ? snapshot.context.facts.item?.subscription === 'both'
        : !snapshot.matches({ open: 'handshaking' }) || snapshot.context.facts.item?.subscription !== 'both',
    'nobody is asked who lets us see already, or has been asked': (snapshot, last) =>
      !orders(last, 'sendSubscribe') ||
      (!sees(snapshot.context.facts) && snapshot.context.facts.item?.ask !== true),
    'nobody is asked a second time': (_snapshot, last) =>
      !orders(last, 'sendSubscribe') || last?.from.context.wasAsked === false,
    'nobody is let in who has not asked, but in advance where the server takes that': ({ context }, last) =>
      !orders(last, 'sendSubscribed') || context.facts.hasAsked || context.preApproval,
    'the contact is in the roster before anything is said to it': ({ context }, last) =>
      !(orders(last, 'sendSubscribe') || orders(last, 'sendSubscribed')) || !context.mustList,
    'an approval in advance does not outlive the wish': (snapshot, last) =>
      snapshot.status !== 'done' ||
      last === undefined ||
      snapshot.matches('both') ||
      !last.from.matches({ open: 'handshaking' }) ||
      (snapshot.matches('failed') && /confirmTimeout/.test(last.event.type)) ||
      orders(last, 'sendUnsubscribed') === (snapshot.context.facts.item?.approved === true),
    'what was asked is taken back with the wish, what was granted stays': (snapshot, last) =>
      last?.event.type !== 'befriending.withdraw' ||
      !last.from.matches({ open: 'handshaking' }) ||
      orders(last, 'sendUnsubscribe') === !sees(snapshot.context.facts),
    'nothing is said outside a session': (snapshot, last) =>
      !(last?.from.matches({ open: 'waiting' }) === true && snapshot.matches({ open: 'waiting' })) ||
      last.actions.every(({ type }) => !type.startsWith('send')),
    'the end of a session only interrupts': (snapshot, last) =>
      last?.event.type !== 'session.offline' ||
      !last.from.matches('open') ||
      snapshot.matches({ open: 'waiting' }),
    'a handshake without an answer ends by patience alone': (snapshot, last) =>
      !snapshot.matches('expired') || last?.event.type.startsWith('xstate.after.patience.') === true,
    'how it ended is said, and why where it went wrong': ({ status, output, value }) =>
      status !== 'done' ||
      (output?.outcome === value &&
        (value === 'failed' || value === 'expired') === (output.error !== undefined)),
    'they refuse by a word of theirs alone': (snapshot, last) =>
      !snapshot.matches('refused') || last?.event.type === 'contact.refused',
    'who is seen in the roster is granted, who is not is not': (snapshot) =>
      !snapshot.matches({ open: { handshaking: { from: 'granted' } } }) ||
      snapshot.context.facts.item?.subscription === 'from',
  },
})

function sees({ item }: ContactFacts): boolean {
  return item?.subscription === 'to' || item?.subscription === 'both'
}
