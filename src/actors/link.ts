import { TransportError, type XmppError } from '../errors.js'
import type { Account } from '../router/trust.js'
import type { StreamHeader } from '../router/inbound.js'
import type { XmlStream } from '../router/xml-stream.js'

/**
 * What the deeds of one attempt share: the stream they all work on and the address it was given. Holds things, never a mode:
 * which deed may run when is the charts' business.
 */
export class Link {
  #stream: XmlStream | undefined
  #lastEnd: XmppError | undefined
  /** Known from binding on. */
  account: Account | undefined
  /** The server has proven that its offer of mechanisms came unchanged (XEP-0474). */
  offerVerified = false
  /** Of the peer's stream, for stanzas that name none. */
  lang: string | undefined
  /** What the peer calls its stream. */
  streamId: string | undefined

  /** The stream of this attempt; rejects the deed that needs one where there is none. */
  get stream(): XmlStream {
    if (this.#stream === undefined) throw new TransportError('not-connected', 'there is no connection')
    return this.#stream
  }

  get hasStream(): boolean {
    return this.#stream !== undefined
  }

  hold(stream: XmlStream): void {
    this.release()
    this.#stream = stream
  }

  /** How the stream of this attempt, or of the last one, has ended by itself. */
  get end(): XmppError | undefined {
    return this.#stream === undefined ? this.#lastEnd : this.#stream.end
  }

  /** Whatever is still open is ended; in silence where the server is to keep the session. */
  release(keepsSession = false): void {
    this.#lastEnd = this.end
    if (keepsSession) this.#stream?.abandon()
    else this.#stream?.leave()
    this.#stream = undefined
    this.account = undefined
    this.offerVerified = false
    this.lang = undefined
    this.streamId = undefined
  }
}

/** What our own stream header says, apart from what the transport decides. */
export interface Identity {
  readonly domain: string
  /** The account's bare JID, if it has one before authentication. */
  readonly bare: string | undefined
  readonly lang: string | undefined
}

/**
 * Our header. The account is named only where nobody can listen.
 * @see RFC 6120 §4.7.1
 */
export function toHeader(identity: Identity, secure: boolean): StreamHeader {
  return {
    to: identity.domain,
    from: secure ? identity.bare : undefined,
    version: '1.0',
    lang: identity.lang,
  }
}
