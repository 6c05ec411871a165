import type { Observable } from 'rxjs'
import { StanzaError, TransportError, type XmppError } from '../errors.js'
import { parseIq, toIqElement, type IqRequest, type IqResult } from '../stanza/iq.js'
import { Jid, parseJid, tryParseJid } from '../stanza/jid.js'
import { parseMessage, type Message } from '../stanza/message.js'
import { parsePresence, type Presence } from '../stanza/presence.js'
import { toErrorReply } from '../stanza/stanza-error.js'
import type { StanzaProblem } from '../stanza/stanza-problem.js'
import type { XmlElement } from '../xml/element.js'
import { toExpandedName } from '../xml/expanded-name.js'
import * as ns from '../xml/namespaces.js'
import { Channel, StateChannel } from './channel.js'
import type { StanzaFate } from './kept-stanza.js'
import { toElement, type Sendable } from './outbound.js'
import { Repeats } from './repeats.js'
import { Requests, type OrderedRequestOptions } from './requests.js'
import { mayKnowOfMe, type Account, type Audience } from './trust.js'

/**
 * Answers a request of another entity with a payload or with nothing, at once or later; a `StanzaError` that it throws
 * becomes the error answer, anything else becomes internal-server-error.
 */
export type RequestHandler = (
  request: IqRequest,
  account: Account,
) => XmlElement | undefined | Promise<XmlElement | undefined>

/** Where sent stanzas go; a `StanzaLedger` is one. */
export interface StanzaSink {
  send(stanza: Sendable, fate?: StanzaFate): void
  /** Where it may refuse for want of room: tells, once, when there may be some. */
  whenRoom?(tell: () => void): void
}

/** A request to make: the payload, and to whom; nobody is the account itself. */
export interface OutboundRequest {
  readonly type: 'get' | 'set'
  readonly to?: Jid | undefined
  readonly payload: XmlElement
}

/** Whether there is a session: `suspended` is one that is without a stream for the time being (XEP-0198). */
export type SessionStanding = 'live' | 'none' | 'suspended'

/** Keeps what waits for a session. */
export interface SessionFollower {
  stand(standing: SessionStanding): void
}

interface Session {
  readonly sink: StanzaSink
  readonly account: Account
  /** The account's addresses, for stanzas that name none (RFC 6120 §8.1.1.1, §8.1.2.1). */
  readonly bare: Jid
  readonly full: Jid
  /** The language of the stream, for stanzas that name none. */
  readonly lang: string | undefined
}

/** Tells of what is handed over, where somebody listens. */
class WatchedSink implements StanzaSink {
  readonly #sink: StanzaSink
  readonly #sent: Channel<XmlElement>

  constructor(sink: StanzaSink, sent: Channel<XmlElement>) {
    this.#sink = sink
    this.#sent = sent
  }

  send(stanza: Sendable, fate?: StanzaFate): void {
    this.#sink.send(stanza, fate)
    if (this.#sent.observed) this.#sent.next(toElement(stanza))
  }

  whenRoom(tell: () => void): void {
    this.#sink.whenRoom?.(tell)
  }
}

/** Where elements go once our closing tag has been sent. */
const nowhere: StanzaSink = { send: (_stanza, fate) => fate?.written(notConnected(undefined)) }

/**
 * The stanza bus: everything that arrives passes here once, synchronously and in order, and goes to whom its key names: an
 * open request, a handler, a stream. Between sessions nothing passes.
 */
export class StanzaBus {
  readonly #stanzas = new Channel<XmlElement>()
  readonly #messages = new Channel<Message>()
  readonly #messageErrors = new Channel<Message>()
  readonly #presences = new Channel<Presence>()
  readonly #sent = new Channel<XmlElement>()
  /** By expanded name of the payload. */
  readonly #handlers = new Map<string, RequestHandler>()
  readonly #requests = new Requests()
  readonly #repeats: Repeats
  readonly #standing = new StateChannel<SessionStanding>('none')
  #follower: SessionFollower | undefined
  #audience: Audience | undefined
  #isHeardIn: ((room: Jid) => boolean) | undefined
  readonly #createId: () => string
  readonly #queue: XmlElement[] = []
  #dispatching = false
  #session: Session | undefined

  constructor(createId: () => string, repeats = new Repeats()) {
    this.#createId = createId
    this.#repeats = repeats
  }

  /** Every stanza as it came. */
  get stanza$(): Observable<XmlElement> {
    return this.#stanzas.stream$
  }

  get message$(): Observable<Message> {
    return this.#messages.stream$
  }

  /** Messages of type `error` alone: whoever needs only those costs nothing else. */
  get messageError$(): Observable<Message> {
    return this.#messageErrors.stream$
  }

  get presence$(): Observable<Presence> {
    return this.#presences.stream$
  }

  /** Every stanza that this side sends, answers included, as it is handed over for writing. */
  get sent$(): Observable<XmlElement> {
    return this.#sent.stream$
  }

  /** Replays; a session that follows another has `none` between them. */
  get session$(): Observable<SessionStanding> {
    return this.#standing.stream$
  }

  get account(): Account | undefined {
    return this.#session?.account
  }

  /** Requests that wait for their answer. */
  get openRequests(): number {
    return this.#requests.size
  }

  open(sink: StanzaSink, account: Account, lang?: string): void {
    this.#begin(sink, account, lang)
    this.#stand('live')
  }

  /** A session that an earlier process has left: it is without a stream so far. */
  restore(sink: StanzaSink, account: Account): void {
    this.#begin(sink, account, undefined)
    this.#stand('suspended')
  }

  #begin(sink: StanzaSink, account: Account, lang: string | undefined): void {
    const full = parseJid(account.full)
    this.#session = { sink: new WatchedSink(sink, this.#sent), account, bare: full.bare, full, lang }
  }

  /** Is told of the standing, now and before everybody else. */
  follow(follower: SessionFollower): void {
    this.#follower = follower
    follower.stand(this.#standing.value)
  }

  /** Only those who may know that one is there are told what is wrong with a stanza of theirs; without this everybody is. */
  confide(audience: Audience): void {
    this.#audience = audience
  }

  /**
   * What is said in any other room nobody hears, though it comes: some servers send a new session what the room had said to the
   * last one (XEP-0198 §4). The room says it again to whoever enters, and then it is news.
   */
  attend(isIn: (room: Jid) => boolean): void {
    const before = this.#isHeardIn
    this.#isHeardIn = before === undefined ? isIn : (room) => before(room) || isIn(room)
  }

  #stand(standing: SessionStanding): void {
    if (standing === this.#standing.value) return
    this.#follower?.stand(standing)
    this.#standing.next(standing)
  }

  /** The stream is gone, the session is not: what is sent waits where it is sent to, and requests wait for their answers. */
  suspend(): void {
    if (this.#session !== undefined) this.#stand('suspended')
  }

  /**
   * Nothing is sent any more, and what waits is settled with the reason; what still arrives is delivered.
   * @see RFC 6120 §4.4
   */
  stopSending(reason: XmppError | undefined): void {
    if (this.#session !== undefined) this.#session = { ...this.#session, sink: nowhere }
    if (this.#requests.size > 0) this.#requests.failAll(notConnected(reason))
  }

  /** The session is over. */
  close(reason: XmppError | undefined): void {
    this.#session = undefined
    this.#queue.length = 0
    if (this.#requests.size > 0) this.#requests.failAll(notConnected(reason))
    this.#stand('none')
  }

  /** No stanza passes any more, ever. */
  complete(): void {
    this.close(undefined)
    this.#stanzas.complete()
    this.#messages.complete()
    this.#messageErrors.complete()
    this.#presences.complete()
    this.#sent.complete()
    this.#standing.complete()
  }

  /** Queues a stanza; throws `TransportError` (`not-connected`) outside a session. */
  send(stanza: Sendable, fate?: StanzaFate): void {
    if (this.#session === undefined || this.#session.sink === nowhere) throw notConnected(undefined)
    this.#session.sink.send(stanza, fate)
  }

  /** Tells, once, when what was refused for want of room (`overflow`) may find some; never where the stream ends before. */
  whenRoom(tell: () => void): void {
    this.#session?.sink.whenRoom?.(tell)
  }

  /** Sends an IQ and resolves with the result; rejects with `StanzaError`, `TimeoutError` or `TransportError`. */
  request({ type, to, payload }: OutboundRequest, options?: OrderedRequestOptions): Promise<IqResult> {
    const id = this.#createId()
    const iq = toIqElement({ type, to, id, payload })
    return this.#requests.await(id, to?.toString(), () => this.send(iq), options)
  }

  /** Answers requests whose payload has this name; a second handler for the same is a caller’s mistake. */
  handle(name: string, namespace: string, handler: RequestHandler): () => void {
    const key = toExpandedName({ name, namespace })
    if (this.#handlers.has(key))
      throw new RangeError(`${key} is already handled: a client uses what answers it once`)
    this.#handlers.set(key, handler)
    return () => this.#handlers.delete(key)
  }

  /** Takes one element of the stream. Re-entrant calls wait their turn, so that order holds for every subscriber. */
  dispatch(element: XmlElement): void {
    if (this.#dispatching) {
      this.#queue.push(element)
      return
    }
    this.#dispatching = true
    try {
      let next: XmlElement | undefined = element
      for (; next !== undefined; next = this.#queue.shift()) this.#route(next)
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
        this.#routeMessage(element, session)
        break
      case 'presence':
        if (this.#presences.observed) {
          const presence = this.#read(parsePresence(element, session.lang), session)
          if (presence !== undefined) this.#presences.next(presence)
        }
        break
      case 'iq':
        this.#routeIq(element, session)
        break
      default:
    }
  }

  #routeMessage(element: XmlElement, session: Session): void {
    const isError = element.attribute('type') === 'error' && this.#messageErrors.observed
    if (!isError && !this.#messages.observed) return
    const message = this.#read(parseMessage(element, session.lang), session)
    if (message === undefined) return
    const { from, type } = message
    const isHeard = type !== 'groupchat' || from === undefined || this.#isHeardIn?.(from) !== false
    if (this.#repeats.has(message, session.account, isHeard)) return
    if (isError) this.#messageErrors.next(message)
    this.#messages.next(message)
  }

  /** With the addresses that a stanza leaves out; `undefined`, and an answer, for what cannot be read. */
  #read<T extends Message | Presence>(stanza: T | StanzaProblem, session: Session): T | undefined {
    if (stanza.kind === 'problem') {
      this.#refuse(stanza, session)
      return undefined
    }
    const { bare, full } = session
    if (stanza.from !== undefined && stanza.to !== undefined) return stanza
    return { ...stanza, from: stanza.from ?? bare, to: stanza.to ?? full }
  }

  #routeIq(element: XmlElement, session: Session): void {
    const { account, sink, lang } = session
    const iq = parseIq(element, lang)
    if (iq.kind === 'problem') this.#refuse(iq, session)
    else if (iq.type === 'result' || iq.type === 'error') this.#requests.answer(iq, account)
    else void this.#serve(iq, account, sink)
  }

  /** What cannot be read is answered, where it may be (RFC 6120 §8.3.1); a stranger gets what nobody at all would answer. */
  #refuse({ element, condition, text }: StanzaProblem, { account, sink }: Session): void {
    const from = tryParseJid(element.attribute('from') ?? account.bare)
    const isStranger =
      this.#audience !== undefined && from instanceof Jid && !mayKnowOfMe(from, account, this.#audience)
    if (isStranger && element.name !== 'iq') return
    const told = isStranger
      ? ({ condition: 'service-unavailable' } as const)
      : { condition, text, lang: 'en' }
    const answer = toErrorReply(element, told)
    if (answer !== undefined) reply(answer, sink)
  }

  /** What is at once answered at once keeps the order of the answers. */
  async #serve(request: IqRequest, account: Account, sink: StanzaSink): Promise<void> {
    const { from: to, id, payload } = request
    const handler = this.#handlers.get(toExpandedName(payload))
    const fail = (error: unknown) => {
      const answer = error instanceof StanzaError ? error : new StanzaError('internal-server-error', 'cancel')
      try {
        reply(toIqElement({ type: 'error', to, id, error: answer }), sink)
      } catch {
        // The handler's own words cannot be said in XML.
        reply(toIqElement({ type: 'error', to, id, error: { condition: answer.condition } }), sink)
      }
    }
    try {
      if (handler === undefined) throw new StanzaError('service-unavailable', 'cancel')
      const result = handler(request, account)
      const payload = result instanceof Promise ? await result : result
      reply(toIqElement({ type: 'result', to, id, payload }), sink)
    } catch (error) {
      fail(error)
    }
  }
}

/** Whoever asks on and on and reads nothing gets no answer once there is no room for one. */
function reply(answer: XmlElement, sink: StanzaSink): void {
  try {
    sink.send(answer)
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
  }
}

function notConnected(cause: XmppError | undefined): TransportError {
  return new TransportError(
    'not-connected',
    'the session is not online',
    cause === undefined ? {} : { cause },
  )
}
