import type { WebSocket } from 'ws'
import type { Sources } from './sources.js'

/** What is behind one path of the server for those who open a WebSocket there, token in hand. */
export interface Endpoint {
  /**
   * Who may come. `own`: the page that this server serves. `loopback`: pages of this machine, and what is no page and so sends
   * no origin.
   */
  readonly origins: 'loopback' | 'own'
  /** A longer frame ends the connection. */
  readonly frameLimitBytes: number
  /** Takes a connection; from here on it is this endpoint’s. */
  readonly accept: (socket: WebSocket, sources: Sources) => void
}
