/** How a person in a process of its own is told what to do. */
export interface StoredPersonOptions {
  readonly account: {
    readonly jid: string
    readonly password: string
    readonly endpoint: string
    readonly tls: { readonly ca: string }
  }
  /** Where its store is, unless that is in Redis, and what it writes down itself. */
  readonly folder: string
  /** URL of a Redis. */
  readonly redis?: string | undefined
  readonly to: string
  /** What every message begins with. */
  readonly word: string
  /** How many are sent. */
  readonly count: number
  /** So many are said as soon as there is a store; once that has them, the process kills itself. */
  readonly last?: number | undefined
}
