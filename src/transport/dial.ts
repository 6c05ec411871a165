import type { TlsClientOptions, Transport } from './transport.js'

/** Endpoints that are taken from what is published, the first in order: each may cost a whole time-out, and anybody may forge more. */
export const discoveredEndpointLimit = 32

/** Reaches servers with the means of one platform. */
export interface Dialer {
  /** URL texts of the endpoints to try, in that order; never empty. */
  discover(domain: string, signal: AbortSignal): Promise<readonly string[]>
  /**
   * Connects to one endpoint for `domain`, certificates checked against it.
   * @throws TransportError; RangeError for an unusable endpoint
   */
  dial(endpoint: string, domain: string, signal: AbortSignal): Promise<Transport>
  /** What STARTTLS towards `domain` needs. */
  tlsOptions(domain: string): TlsClientOptions
  /** Whether the client certificate names several accounts, so that a login has to say which it is for (XEP-0178 §2). */
  namesSeveral?(): boolean
}

/** What holds for every connection of one client. */
export interface DialerOptions {
  /** PEM authorities to trust instead of the system's; browsers ignore it. */
  readonly ca?: string | readonly string[] | undefined
  /** PEM client certificate and key, for SASL EXTERNAL; browsers ignore them. */
  readonly cert?: string | undefined
  readonly key?: string | undefined
  /** The longest text frame that is taken from a WebSocket, in bytes. Default 1 MiB. */
  readonly frameLimitBytes?: number
}
