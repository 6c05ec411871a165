/**
 * Who may speak for whom, in prepared addresses; the one place where that is decided.
 * @see RFC 6120 §8.1.2.1, §10.3.3; RFC 6121 §2.1.6
 */

import type { Jid } from '../stanza/jid.js'

/** The account's own addresses. */
export interface Account {
  readonly bare: string
  readonly full: string
}

/**
 * Whether `from` may answer a request that was sent to `to`. The account itself answers what had no address, and then
 * may leave `from` out or give either of one's own addresses.
 */
export function mayAnswer(to: string | undefined, from: string | undefined, account: Account): boolean {
  if (to === undefined || to === account.bare) {
    return from === undefined || from === account.bare || from === account.full
  }
  return from === to
}

/** Whether a push, a carbon or any other word of the account's own server side can be believed. */
export function speaksForAccount(from: string | undefined, account: Account): boolean {
  return from === undefined || from === account.bare
}

/** Whether a bare address is one's own, or that of one's own server: the domain alone. */
export const isOwnSide = (bare: string, { bare: own }: Pick<Account, 'bare'>): boolean =>
  bare === own || own.endsWith(`@${bare}`)

/** Who could see anyway that one is there. */
export interface Audience {
  /** One’s presence is announced. */
  isShown(): boolean
  /** Sees it whenever it is announced: a contact with a subscription to it. */
  isSubscriber(bare: string): boolean
  /** Was told so directly. */
  wasTold(bare: string): boolean
}

/**
 * Whether an answer may be given that shows that one is there: to one's own account and server, and to whom can see it
 * anyway. Everybody else gets what nobody at all would answer.
 * @see RFC 6120 §13.10.2, RFC 6121 §11
 */
export function mayKnowOfMe(from: Jid | undefined, account: Account, audience: Audience): boolean {
  if (from === undefined) return true
  const bare = from.bare.toString()
  if (isOwnSide(bare, account)) return true
  return (audience.isShown() && audience.isSubscriber(bare)) || audience.wasTold(bare)
}

/**
 * Whose nodes an event tells of: those of the account that it comes from, and of nobody else, whatever it says inside.
 * `undefined` for what a device of somebody has made up: an account speaks by its bare JID.
 * @see XEP-0163 §4.3
 */
export const publisherOf = (from: Jid | undefined): Jid | undefined =>
  from !== undefined && from.resource === undefined ? from : undefined
