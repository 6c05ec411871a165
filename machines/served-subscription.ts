import { setup } from './setup.js'

/** What the user or the contact did, as the user's server sees it: `sent` by the user, `received` from the contact. */
export type ServedSubscriptionEvent =
  | { readonly type: 'subscribe.sent' }
  | { readonly type: 'subscribe.received' }
  | { readonly type: 'subscribed.sent' }
  | { readonly type: 'subscribed.received' }
  | { readonly type: 'unsubscribe.sent' }
  | { readonly type: 'unsubscribe.received' }
  | { readonly type: 'unsubscribed.sent' }
  | { readonly type: 'unsubscribed.received' }
  | { readonly type: 'contact.removed' }

/**
 * The server's half of one presence subscription: one user, one contact. Two regions that never ask each other: `to` is
 * the user's subscription to the contact, `from` the contact's to the user; their product is the nine states of RFC 6121
 * Appendix A, and pre-approval is a tenth mode of `from`. Every deed is named and none is done here, so that a server can
 * step ten thousand settled contacts through this chart as data. Refuses to know: rosters, addresses, who is online.
 */
export const servedSubscriptionMachine = setup({
  types: {} as { events: ServedSubscriptionEvent },
  actions: {
    forward: () => {},
    deliver: () => {},
    keepRequest: () => {},
    pushRoster: () => {},
    answerSubscribed: () => {},
    sendUnsubscribe: () => {},
    sendUnsubscribed: () => {},
    announcePresence: () => {},
    retractPresence: () => {},
  },
}).createMachine({
  id: 'servedSubscription',
  description:
    'The nine states of a presence subscription as the user’s server keeps them, plus pre-approval.',
  tags: ['person'],
  meta: { spec: 'RFC 6121 §A.1', why: 'a subscription stays as it is until a person changes it' },
  type: 'parallel',
  states: {
    to: {
      description: 'The user’s subscription to the presence of the contact.',
      meta: { spec: 'RFC 6121 §3.1.2, §3.1.6, §3.2.3, §3.3.2' },
      initial: 'none',
      states: {
        none: {
          description: 'The user neither sees the contact’s presence nor has asked to.',
          meta: { spec: 'RFC 6121 §A.2.1, §A.2.2' },
          on: {
            'subscribe.sent': { target: 'pending', actions: ['pushRoster', 'forward'] },
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
            'unsubscribe.sent': { target: 'none', actions: ['pushRoster', 'forward'] },
            'subscribed.received': { target: 'subscribed', actions: ['deliver', 'pushRoster'] },
            'unsubscribed.received': { target: 'none', actions: ['deliver', 'pushRoster'] },
            'contact.removed': { target: 'none', actions: 'sendUnsubscribe' },
          },
        },
        subscribed: {
          description: 'The user sees the contact’s presence (To, Both).',
          meta: { spec: 'RFC 6121 §A.2.1, §A.2.2, §A.3.3, §A.3.4' },
          on: {
            'subscribe.sent': { actions: 'forward' },
            'unsubscribe.sent': { target: 'none', actions: ['pushRoster', 'forward'] },
            'unsubscribed.received': { target: 'none', actions: ['deliver', 'pushRoster'] },
            'contact.removed': { target: 'none', actions: 'sendUnsubscribe' },
          },
        },
      },
    },
    from: {
      description: 'The contact’s subscription to the presence of the user.',
      meta: { spec: 'RFC 6121 §3.1.3, §3.1.5, §3.2.2, §3.3.3' },
      initial: 'none',
      states: {
        none: {
          description: 'The contact neither sees the user’s presence nor has asked to.',
          meta: { spec: 'RFC 6121 §A.2.3, §A.3.1' },
          on: {
            'subscribe.received': { target: 'pending', actions: ['keepRequest', 'deliver'] },
            'subscribed.sent': { target: 'approved', actions: 'pushRoster' },
          },
        },
        approved: {
          description: 'The user has approved a request that is yet to come.',
          meta: { spec: 'RFC 6121 §3.4' },
          on: {
            'subscribe.received': {
              target: 'subscribed',
              actions: ['answerSubscribed', 'pushRoster', 'announcePresence'],
            },
            'unsubscribed.sent': { target: 'none', actions: 'pushRoster' },
            'contact.removed': { target: 'none' },
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
            'subscribed.sent': {
              target: 'subscribed',
              actions: ['pushRoster', 'forward', 'announcePresence'],
            },
            'unsubscribed.sent': { target: 'none', actions: 'forward' },
            'contact.removed': { target: 'none', actions: 'sendUnsubscribed' },
          },
        },
        subscribed: {
          description: 'The contact sees the user’s presence (From, Both).',
          meta: { spec: 'RFC 6121 §A.2.4, §A.3.1, §A.3.2' },
          on: {
            'subscribe.received': { actions: ['answerSubscribed', 'announcePresence'] },
            'unsubscribe.received': { target: 'none', actions: ['deliver', 'pushRoster', 'retractPresence'] },
            'unsubscribed.sent': { target: 'none', actions: ['pushRoster', 'forward', 'retractPresence'] },
            'contact.removed': { target: 'none', actions: ['sendUnsubscribed', 'retractPresence'] },
          },
        },
      },
    },
  },
})
