/** What a link learns of its socket; `closed` comes last and once, also where it never opened. */
export interface SocketEvents {
  readonly opened: () => void
  readonly text: (text: string) => void
  readonly closed: () => void
}

/** A WebSocket of whatever platform. */
export interface Socket {
  /** Written and not yet taken by the operating system. */
  readonly bufferedBytes: number
  send(text: string): void
  /** Closes once what was sent has been taken. */
  close(): void
  /** Waits for nobody. */
  end(): void
}

/** Opens one; throws SyntaxError for what is no address of a WebSocket. */
export type OpenSocket = (url: string, events: SocketEvents) => Socket
