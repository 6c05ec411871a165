import { setup } from './setup.js'
import type { RosterAttributes } from './subscription-state.js'

/** What the server says of a contact in the roster, fetched or pushed; it overrides what was believed. */
export interface RosterItemEvent extends RosterAttributes {
  readonly type: 'roster.item'
}

/** What the user's client has sent to a contact, received from it, or learned about it from its own server. */
export type SubscriptionEvent =
  | { readonly type: 'subscribe.sent' }
  | { readonly type: 'subscribe.received' }
  | { readonly type: 'subscribed.sent' }
  | { readonly type: 'subscribed.received' }
  | { readonly type: 'unsubscribe.sent' }
  | { readonly type: 'unsubscribe.received' }
  | { readonly type: 'unsubscribed.sent' }
  | { readonly type: 'unsubscribed.received' }
  | { readonly type: 'contact.removed' }
  /** A new session, or time spent unavailable: requests may have come, or gone, unseen. */
  | { readonly type: 'requests.missed' }
  | RosterItemEvent

/**
 * The client's view of one presence subscription: what its own server keeps, as far as a client can know. Two regions
 * that never ask each other: `to` is the user's subscription to the contact, `from` the contact's to the user; their
 * product is the nine states of RFC 6121 Appendix A. The roster is the truth and overrides; only a request that waits for
 * the user is never in it: `from` is `unknown` until a `subscribe` or an answer tells. Where the prose of §3.2.3 and §3.3.3
 * would ignore what tables 9 and 7 of the appendix obey (`unsubscribed` while the user's request is pending, `unsubscribe`
 * while the contact's is), the appendix holds; a server that follows the prose delivers nothing, and its roster decides.
 * Does nothing itself: `forward` says that what was sent reaches the contact, `deliver` that what came is news to the user.
 */
export const subscriptionMachine = setup({
  types: {} as { events: SubscriptionEvent },
  actions: {
    forward: () => {},
    deliver: () => {},
  },
  guards: {
    hasTo: ({ event }) => event.type === 'roster.item' && grants(event.subscription, 'to'),
    isAsked: ({ event }) => event.type === 'roster.item' && event.ask,
    hasFrom: ({ event }) => event.type === 'roster.item' && grants(event.subscription, 'from'),
    isApproved: ({ event }) => event.type === 'roster.item' && event.approved,
    isWithoutFrom: ({ event }) =>
      event.type === 'roster.item' && !grants(event.subscription, 'from') && !event.approved,
  },
}).createMachine({
  id: 'subscription',
  description:
    'The nine states of a presence subscription as the user’s client knows them, plus pre-approval; the roster overrides.',
  tags: ['person'],
  meta: { spec: 'RFC 6121 §A.1', why: 'a subscription stays as it is until a person changes it' },
  type: 'parallel',
  states: {
    to: {
      description: 'The user’s subscription to the presence of the contact.',
      meta: { spec: 'RFC 6121 §2.1.2, §3.1.2, §3.1.6, §3.2.3, §3.3.2' },
      initial: 'none',
      on: {
        'roster.item': [
          { guard: 'hasTo', target: '.subscribed' },
          { guard: 'isAsked', target: '.pending' },
          { target: '.none' },
        ],
        'contact.removed': '.none',
      },
      states: {
        none: {
          description: 'The user neither sees the contact’s presence nor has asked to.',
          meta: { spec: 'RFC 6121 §A.2.1, §A.2.2' },
          on: {
            'subscribe.sent': { target: 'pending', actions: 'forward' },
            'unsubscribe.sent': { actions: 'forward' },
          },
        },
        pending: {
          description: 'The user has asked; the contact has not answered (Pending Out).',
          tags: ['person'],
          meta: {
            spec: 'RFC 6121 §A.2.1, §A.2.2, §A.3.3, §A.3.4',
            why: 'a person may take days to answer',
          },
          on: {
            'subscribe.sent': { actions: 'forward' },
            'unsubscribe.sent': { target: 'none', actions: 'forward' },
            'subscribed.received': { target: 'subscribed', actions: 'deliver' },
            'unsubscribed.received': { target: 'none', actions: 'deliver' },
          },
        },
        subscribed: {
          description: 'The user sees the contact’s presence (To, Both).',
          meta: { spec: 'RFC 6121 §A.2.1, §A.2.2, §A.3.3, §A.3.4' },
          on: {
            'subscribe.sent': { actions: 'forward' },
            'unsubscribe.sent': { target: 'none', actions: 'forward' },
            'unsubscribed.received': { target: 'none', actions: 'deliver' },
          },
        },
      },
    },
    from: {
      description: 'The contact’s subscription to the presence of the user.',
      meta: { spec: 'RFC 6121 §2.1.2, §3.1.3, §3.1.5, §3.2.2, §3.3.3' },
      initial: 'unknown',
      on: {
        'roster.item': [
          { guard: 'hasFrom', target: '.subscribed' },
          { guard: 'isApproved', target: '.approved' },
        ],
      },
      states: {
        unknown: {
          description:
            'The contact does not see the user’s presence; whether it has asked to is not known, for the roster does not say.',
          meta: { spec: 'RFC 6121 §3.1.3, §A.1' },
          on: {
            'subscribe.received': { target: 'pending', actions: 'deliver' },
            'unsubscribe.received': { target: 'none', actions: 'deliver' },
            'unsubscribed.sent': { target: 'none' },
          },
        },
        none: {
          description:
            'The contact neither sees the user’s presence nor has asked to, as far as this session saw.',
          meta: { spec: 'RFC 6121 §A.2.3, §A.3.1' },
          on: {
            'subscribe.received': { target: 'pending', actions: 'deliver' },
            'subscribed.sent': { target: 'approved' },
            'requests.missed': { target: 'unknown' },
          },
        },
        approved: {
          description: 'The user has approved a request that is yet to come.',
          meta: { spec: 'RFC 6121 §3.4' },
          on: {
            // The server answers for the user: a request that gets here all the same was not answered.
            'subscribe.received': { target: 'pending', actions: 'deliver' },
            'unsubscribed.sent': { target: 'none' },
            'contact.removed': { target: 'none' },
            'roster.item': { guard: 'isWithoutFrom', target: 'unknown' },
          },
        },
        pending: {
          description: 'The contact has asked; the user has not answered (Pending In).',
          tags: ['person'],
          meta: {
            spec: 'RFC 6121 §3.1.3, §A.2.3, §A.2.4, §A.3.2',
            why: 'a person may take days to answer',
          },
          on: {
            'unsubscribe.received': { target: 'none', actions: 'deliver' },
            'subscribed.sent': { target: 'subscribed', actions: 'forward' },
            'unsubscribed.sent': { target: 'none', actions: 'forward' },
            'contact.removed': { target: 'unknown' },
            'requests.missed': { target: 'unknown' },
          },
        },
        subscribed: {
          description: 'The contact sees the user’s presence (From, Both).',
          meta: { spec: 'RFC 6121 §A.2.4, §A.3.1, §A.3.2' },
          on: {
            'unsubscribe.received': { target: 'none', actions: 'deliver' },
            'unsubscribed.sent': { target: 'none', actions: 'forward' },
            'contact.removed': { target: 'none' },
            'roster.item': { guard: 'isWithoutFrom', target: 'unknown' },
          },
        },
      },
    },
  },
})

function grants(subscription: RosterAttributes['subscription'], way: 'to' | 'from'): boolean {
  return subscription === way || subscription === 'both'
}
