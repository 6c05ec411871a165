import { Subject, type Observable } from 'rxjs'
import { StanzaError, TransportError, type XmppError } from '../errors.js'
import { tryParseJid, Jid } from '../stanza/jid.js'
import { parseMessage, type Message } from '../stanza/message.js'
import { parsePresence, type Presence } from '../stanza/presence.js'
import { toStanzaErrorElement } from '../stanza/stanza-error.js'
import { xml, type XmlElement } from '../xml/element.js'
import { ns } from '../xml/namespaces.js'
import { Requests, type RequestOptions } from './requests.js'
import type { Account } from './trust.js'

/** A request of another entity, addressed to us. */
export interface InboundRequest {
  readonly type: 'get' | 'set'
  readonly id: string
  /** Prepared; `undefined` where the account's own server speaks. */
  readonly from: Jid | undefined
  readonly payload: XmlElement
  readonly account: Account
}

/** Answers with a payload or with nothing; a thrown `StanzaError` becomes the error answer. */
export type RequestHandler = (request: InboundRequest) => XmlElement | undefined

/** Where sent elements go; an `XmlStream` is one. */
export interface ElementSink {
  send(element: XmlElement, flushed?: (error: TransportError | null) => void): void
}

/** A request to make: the payload, and to whom; nobody is the account itself. */
export interface OutboundRequest {
  readonly type: 'get' | 'set'
  readonly to?: Jid | undefined
  readonly payload: XmlElement
}

interface Session {
  readonly sink: ElementSink
  readonly account: Account
}

/**
 * The stanza bus: everything that arrives passes here once, synchronously and in order, and goes to whom its key names: an
 * open request, a handler, a stream. Between sessions nothing passes.
 */
export class StanzaBus {
  readonly #stanzas = new Subject<XmlElement>()
  readonly #messages = new Subject<Message>()
  readonly #presences = new Subject<Presence>()
  readonly #handlers = new Map<string, Map<string, RequestHandler>>()
  readonly #requests = new Requests()
  readonly #createId: () => string
  readonly #queue: XmlElement[] = []
  #dispatching = false
  #session: Session | undefined

  constructor(createId: () => string) {
    this.#createId = createId
  }

  /** Every stanza as it came. */
  readonly stanza$: Observable<XmlElement> = this.#stanzas.asObservable()
  readonly message$: Observable<Message> = this.#messages.asObservable()
  readonly presence$: Observable<Presence> = this.#presences.asObservable()

  get account(): Account | undefined {
    return this.#session?.account
  }

  /** Requests that wait for their answer. */
  get openRequests(): number {
    return this.#requests.size
  }

  open(sink: ElementSink, account: Account): void {
    this.#session = { sink, account }
  }

  /** The session is over: what waits is settled with the reason. */
  close(reason: XmppError | undefined): void {
    this.#session = undefined
    this.#queue.length = 0
    this.#requests.failAll(notConnected(reason))
  }

  /** No stanza passes any more, ever. */
  complete(): void {
    this.close(undefined)
    this.#stanzas.complete()
    this.#messages.complete()
    this.#presences.complete()
  }

  /** Queues an element; throws `TransportError` (`not-connected`) outside a session. */
  send(element: XmlElement, flushed?: (error: TransportError | null) => void): void {
    if (this.#session === undefined) throw notConnected(undefined)
    this.#session.sink.send(element, flushed)
  }

  /** Sends an IQ and resolves with the result stanza; rejects with `StanzaError`, `TimeoutError` or `TransportError`. */
  request({ type, to, payload }: OutboundRequest, options?: RequestOptions): Promise<XmlElement> {
    const id = this.#createId()
    const address = to?.toString()
    const iq = xml('iq', ns.client, { type, id, to: address }, payload)
    return this.#requests.await(id, address, () => this.send(iq), options)
  }

  /** Answers requests whose payload has this name; a second handler for the same is a caller’s mistake. */
  handle(name: string, namespace: string, handler: RequestHandler): () => void {
    const named = this.#handlers.get(namespace) ?? new Map<string, RequestHandler>()
    if (named.has(name)) throw new RangeError(`{${namespace}}${name} is already handled`)
    this.#handlers.set(namespace, named.set(name, handler))
    return () => named.delete(name)
  }

  /** Takes one element of the stream. Re-entrant calls wait their turn, so that order holds for every subscriber. */
  dispatch(element: XmlElement): void {
    this.#queue.push(element)
    if (this.#dispatching) return
    this.#dispatching = true
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#route(next)
    } finally {
      this.#dispatching = false
    }
  }

  #route(element: XmlElement): void {
    const session = this.#session
    if (session === undefined || element.namespace !== ns.client) return
    if (this.#stanzas.observed) this.#stanzas.next(element)
    switch (element.name) {
      case 'message':
        if (this.#messages.observed) this.#messages.next(parseMessage(element))
        break
      case 'presence':
        if (this.#presences.observed) this.#presences.next(parsePresence(element))
        break
      case 'iq':
        this.#routeIq(element, session)
        break
      default:
    }
  }

  #routeIq(iq: XmlElement, { account, sink }: Session): void {
    const type = iq.attribute('type')
    const address = iq.attribute('from')
    const from = address === undefined ? undefined : tryParseJid(address)
    if (from !== undefined && !(from instanceof Jid)) return
    if (type === 'result' || type === 'error') {
      this.#requests.answer(iq, from?.toString(), account)
      return
    }
    const id = iq.attribute('id')
    if (id === undefined) return
    const answer = this.#answer(iq, type, id, from, account)
    const to = from?.toString()
    if (answer instanceof StanzaError) {
      sink.send(xml('iq', ns.client, { type: 'error', id, to }, toStanzaErrorElement(answer)))
    } else sink.send(xml('iq', ns.client, { type: 'result', id, to }, answer))
  }

  #answer(
    iq: XmlElement,
    type: string | undefined,
    id: string,
    from: Jid | undefined,
    account: Account,
  ): XmlElement | undefined | StanzaError {
    const payloads = iq.elements()
    const payload = payloads[0]
    if ((type !== 'get' && type !== 'set') || payload === undefined || payloads.length > 1) {
      return new StanzaError('bad-request', 'modify')
    }
    const handler = this.#handlers.get(payload.namespace)?.get(payload.name)
    if (handler === undefined) return new StanzaError('service-unavailable', 'cancel')
    try {
      return handler({ type, id, from, payload, account })
    } catch (error) {
      if (error instanceof StanzaError) return error
      return new StanzaError('internal-server-error', 'cancel')
    }
  }
}

function notConnected(cause: XmppError | undefined): TransportError {
  return new TransportError('not-connected', 'the session is not online', cause === undefined ? {} : { cause })
}
