/**
 * Who may speak for whom, in prepared addresses; the one place where that is decided.
 * @see RFC 6120 §8.1.2.1, §10.3.3; RFC 6121 §2.1.6
 */

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
