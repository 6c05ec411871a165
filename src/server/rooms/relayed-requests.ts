import type { Jid } from '../../stanza/jid.js'

/** A request that one occupant asked of another. */
export interface RelayedRequest {
  /** Who asked, by full JID. */
  readonly asker: Jid
  /** Who was asked, as an address in the room. */
  readonly asked: Jid
  /** Who may answer: the one behind it, or the account of that. */
  readonly answerer: Jid
  /** What the asker calls it. */
  readonly id: string
}

/** Requests that may be open at once in one room; the oldest is given up. */
const openRequestLimit = 1000

/** Requests on their way through a room, by what the room calls them. */
export class RelayedRequests {
  readonly #open = new Map<string, RelayedRequest>()

  open(id: string, request: RelayedRequest): void {
    this.#open.set(id, request)
    const [oldest] = this.#open.keys()
    if (this.#open.size > openRequestLimit && oldest !== undefined) this.#open.delete(oldest)
  }

  /** The request that this answers: each once, and by whom it was asked of. */
  close(id: string, answerer: Jid): RelayedRequest | undefined {
    const request = this.#open.get(id)
    if (request?.answerer.equals(answerer) !== true) return undefined
    this.#open.delete(id)
    return request
  }
}
