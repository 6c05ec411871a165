/** RFC 7395 §3.1: the subprotocol that both sides must agree on. */
export const xmppSubprotocol = 'xmpp'

/** The longest text frame that is taken, in bytes: 1 MiB. */
export const defaultFrameLimitBytes = 1_048_576

export interface WebSocketDialOptions {
  /** `ws:` or `wss:`. */
  readonly url: string
  /** Gives up at any moment; what was opened is closed. */
  readonly signal: AbortSignal
  /** The longest text frame that is taken, in bytes; a longer one ends the connection (`overflow`). Default 1 MiB. */
  readonly frameLimitBytes?: number
  /** Node only: browsers trust whom their user trusts. */
  readonly tls?: {
    /** PEM authorities to trust instead of the system's. */
    readonly ca?: string | readonly string[]
    /** PEM client certificate and key. */
    readonly cert?: string
    readonly key?: string
    /** An XMPP domain that the certificate may name instead of the URL's host (XEP-0156 §3.2). */
    readonly domain?: string
  }
}
