/** Every wait of the charts, in milliseconds; each has its default in `defaultTimeouts`. No wait is without one. */
export interface Timeouts {
  /** What an earlier process has left in the store. */
  readonly restoreMs: number
  /** DNS and host-meta look-ups. */
  readonly discoveryMs: number
  /** TCP connect, direct TLS or WebSocket handshake of one endpoint. */
  readonly dialMs: number
  /** The peer's stream header (RFC 6120 §4.7). */
  readonly headerMs: number
  /** `<stream:features/>` after the header (RFC 6120 §4.3.2). */
  readonly featuresMs: number
  /** `<proceed/>` after `<starttls/>` (RFC 6120 §5.4.2). */
  readonly proceedMs: number
  /** The TLS handshake itself. */
  readonly tlsMs: number
  /** One answer of a SASL exchange; servers may slow down guessers. */
  readonly saslMs: number
  /** One answer of a server that an account is made on, or the invitation to it is shown to (XEP-0077, XEP-0445). */
  readonly registrationMs: number
  /** The answer to the request to remove the account (XEP-0077). */
  readonly removalMs: number
  /** The answer to resource binding or to the legacy session request. */
  readonly bindMs: number
  /** The answer to the request for stream management (XEP-0198). */
  readonly enableMs: number
  /** The acknowledgement that was asked for (XEP-0198), once the question has left; while something else arrives, twice as long again. */
  readonly ackMs: number
  /** The least time between two requests for an acknowledgement; where stanzas are sent without a pause, twice as long. */
  readonly ackPaceMs: number
  /** How long a session can be resumed where the server does not say. */
  readonly resumptionMs: number
  /** The contact list, from the request to the answer. */
  readonly rosterMs: number
  /** The answer to a change of one's visibility (XEP-0186). */
  readonly visibilityMs: number
  /** Until one’s presence is said again that found no room among what waits to leave. */
  readonly roomMs: number
  /** The answer to a probe of a quiet connection. */
  readonly probeMs: number
  /**
   * The answer to a ping over a connection that is in doubt: the machine slept, or the network has changed. Where something else
   * comes in that time, it is asked again.
   */
  readonly doubtMs: number
  /** Silence after which the connection is probed; not less than five minutes is recommended (RFC 6120 §4.6.4). */
  readonly quietMs: number
  /** The peer's closing tag after ours (RFC 6120 §4.4). */
  readonly closeMs: number
  /** Being online this long forgives earlier failures. */
  readonly stableMs: number
  /** How long after that a server may still come to what an earlier attempt has asked of it before its connection was cut. */
  readonly ghostMs: number
}

/** What a client waits that was told nothing else. */
export const defaultTimeouts: Timeouts = {
  restoreMs: 60_000,
  discoveryMs: 10_000,
  dialMs: 15_000,
  headerMs: 15_000,
  featuresMs: 15_000,
  proceedMs: 15_000,
  tlsMs: 15_000,
  saslMs: 30_000,
  registrationMs: 30_000,
  removalMs: 30_000,
  bindMs: 20_000,
  enableMs: 20_000,
  ackMs: 20_000,
  ackPaceMs: 1_000,
  resumptionMs: 300_000,
  rosterMs: 60_000,
  visibilityMs: 20_000,
  roomMs: 1_000,
  probeMs: 20_000,
  doubtMs: 5_000,
  quietMs: 300_000,
  closeMs: 2_000,
  stableMs: 60_000,
  ghostMs: 30_000,
}

/** Some of the waits; what is `undefined` is left out. */
export type Given<Waits> = { readonly [Name in keyof Waits]?: Waits[Name] | undefined }

/** The waits that were given, and the defaults of the others. Throws RangeError for one that no timer can count. */
export function toTimeouts<Waits extends object>(defaults: Waits, given: Given<Waits> | undefined): Waits {
  const all: readonly [string, number | undefined][] = Object.entries(given ?? {})
  const named = all.filter(([, value]) => value !== undefined)
  if (named.length === 0) return defaults
  for (const [name, value = 0] of named) {
    if (!(value > 0 && value <= 2 ** 31 - 1)) {
      throw new RangeError(`the time-out ${name} must lie between 1 ms and 24 days, not ${value}`)
    }
  }
  return { ...defaults, ...Object.fromEntries(named) }
}
