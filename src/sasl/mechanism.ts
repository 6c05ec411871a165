import type { SaslFailureCondition } from '../errors.js'
import type { ChannelBindingType } from '../transport/transport.js'
import type { ScramErrorValue } from './scram-error.js'

/** One turn of a client exchange. Steps are values: each answer makes the next one, nothing is changed in place. */
export interface SaslStep {
  /** What to send: `null` is no data at all, an empty array is data of length zero (RFC 6120 §6.4.2). */
  readonly response: Uint8Array | null
  /** The server's digest of its offer fits what has arrived (XEP-0474). Default false. */
  readonly offerVerified?: boolean
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
      /** Prepared by SASLprep; with ANONYMOUS the empty string. */
      readonly username: string
      /** Whom the client wants to act as; empty: itself. Whether it may is for the server to decide. */
      readonly authzid: string
      readonly additional: Uint8Array | null
    }
  | {
      readonly kind: 'failure'
      readonly condition: SaslFailureCondition
      /** SCRAM's own word for it, where SCRAM it was: safe to send as the text of the failure. */
      readonly scramError?: ScramErrorValue
    }

/** The server's side of one mechanism, for one login. */
export interface SaslServerMechanism {
  /** As registered, e.g. `SCRAM-SHA-256-PLUS`. */
  readonly name: string
  /** `initial` is what came with `<auth/>`; `null`: no data at all (RFC 6120 §6.4.2). Resolves, whatever the client sent. */
  start(initial: Uint8Array | null): Promise<SaslServerStep>
}
