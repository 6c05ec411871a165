import type { SaslFailureCondition } from '../errors.js'
import type { ChannelBindingType } from '../transport/transport.js'

/** One turn of a client exchange. Steps are values: each answer makes the next one, nothing is changed in place. */
export interface SaslStep {
  /** What to send: `null` is no data at all, an empty array is data of length zero (RFC 6120 §6.4.2). */
  readonly response: Uint8Array | null
  /** The server challenged. Rejects with `AuthenticationError` when the challenge cannot be trusted. */
  next(challenge: Uint8Array): Promise<SaslStep>
  /**
   * The server reported success, with or without additional data. Rejects with `AuthenticationError`
   * (`server-not-verified`) unless the server has proven itself as far as the mechanism can.
   */
  finish(additional: Uint8Array | null): Promise<void>
}

/** A mechanism ready to run: credentials are inside, and only there. */
export interface SaslMechanism {
  /** As registered, e.g. `SCRAM-SHA-256-PLUS`. */
  readonly name: string
  start(): Promise<SaslStep>
}

/** Data that ties the exchange to its TLS channel (RFC 5802 §6). */
export interface ChannelBinding {
  readonly type: ChannelBindingType
  readonly data: Uint8Array
}

/** One turn of the server's side of the same mechanisms. */
export type SaslServerStep =
  | {
      readonly kind: 'challenge'
      readonly challenge: Uint8Array
      readonly next: (response: Uint8Array) => Promise<SaslServerStep>
    }
  | {
      readonly kind: 'success'
      readonly username: string
      readonly authzid: string
      readonly additional: Uint8Array | null
    }
  | {
      readonly kind: 'failure'
      readonly condition: SaslFailureCondition
      readonly text?: string
    }
