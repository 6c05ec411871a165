import type { ClientOptions } from '../../src/client-options.js'

/**
 * `keeps a withdrawn request`: an `unsubscribe` while the request waits is not delivered, as the prose of RFC 6121 §3.3.3 has
 * it against table 7 of its appendix. `confirms the removal of nobody`: no item-not-found (RFC 6121 §2.5.3).
 */
export type Deviation = 'confirms the removal of nobody' | 'keeps a withdrawn request'

/** A server that the conversations are held on, ours or a real one. */
export interface ServerUnderTest {
  readonly name: string
  readonly domain: string
  /** Ways in, by name, e.g. `STARTTLS`. */
  readonly endpoints: Readonly<Record<string, NonNullable<ClientOptions['endpoint']>>>
  /** PEM authority of its certificate. */
  readonly ca: string
  /** Everybody's: alice, bob (who are each other's contacts), carol, dave. */
  readonly password: string
  /** Mechanisms it offers over STARTTLS or direct TLS. */
  readonly mechanisms: readonly string[]
  /** Where it goes its own way; each is held to that too. */
  readonly deviations?: readonly Deviation[]
}
