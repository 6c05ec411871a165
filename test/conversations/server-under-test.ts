import type { ClientOptions } from '../../src/client-options.js'

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
}
