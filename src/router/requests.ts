import { TimeoutError, TransportError, type XmppError } from '../errors.js'
import type { IqError, IqResult } from '../stanza/iq.js'
import { mayAnswer, type Account } from './trust.js'

/** Requests that may be open at once; one more fails at once. */
export const openRequestLimit = 10_000

/** How long a request waits for its answer. */
export interface RequestOptions {
  /** How long to wait for the answer, in milliseconds; default 30 000. */
  readonly timeoutMs?: number | undefined
  /** Gives the request up, with `transport.aborted`; the other side may have heard it all the same. */
  readonly signal?: AbortSignal | undefined
}

/** What the house itself may ask for besides: a chart has time-outs of its own, and a result has its place in the order. */
export interface OrderedRequestOptions extends RequestOptions {
  /** `Infinity`: whoever gives the signal ends the wait. */
  readonly timeoutMs?: number | undefined
  /** Told the result in its place among the stanzas, before the promise settles. */
  readonly answered?: ((iq: IqResult) => void) | undefined
  /** Told once it is handed over: if it fails from then on, it may have been heard. */
  readonly sent?: (() => void) | undefined
}

/** What timers can count. */
const longestTimeoutMs = 2 ** 31 - 1

interface OpenRequest {
  readonly to: string | undefined
  readonly answer: (iq: IqResult | IqError) => void
  readonly fail: (error: XmppError) => void
}

/**
 * Pairs answers with requests, by id and by sender: an answer counts only from whom the request was sent to.
 * @see RFC 6120 §8.2.3
 */
export class Requests {
  /** Where there are any. */
  #open: Map<string, OpenRequest> | undefined

  get size(): number {
    return this.#open?.size ?? 0
  }

  /**
   * Waits for the answer to a request.
   * @param send called once the answer can be received; a throw rejects
   * @returns the result; rejects with `StanzaError`, `TimeoutError` or `TransportError`
   */
  await(
    id: string,
    to: string | undefined,
    send: () => void,
    { timeoutMs = 30_000, signal, answered, sent }: OrderedRequestOptions = {},
  ): Promise<IqResult> {
    return new Promise((resolve, reject) => {
      const isEndedBySignal = timeoutMs === Infinity && signal !== undefined
      if (!isEndedBySignal && !(timeoutMs > 0 && timeoutMs <= longestTimeoutMs)) {
        return reject(new RangeError(`timeoutMs must lie between 1 ms and 24 days, not ${timeoutMs}`))
      }
      if (signal?.aborted === true) return reject(abortedRequest(signal))
      const open = (this.#open ??= new Map<string, OpenRequest>())
      if (open.size >= openRequestLimit) {
        return reject(new TransportError('overflow', `more than ${openRequestLimit} requests are unanswered`))
      }
      const settle = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', aborted)
        open.delete(id)
        if (open.size === 0 && this.#open === open) this.#open = undefined
      }
      const fail = (error: unknown) => {
        settle()
        reject(error)
      }
      const aborted = () => fail(abortedRequest(signal))
      const expired = () =>
        fail(new TimeoutError('request', `the answer of ${to ?? 'the server'} to request ${id}`, timeoutMs))
      const timer = isEndedBySignal ? undefined : setTimeout(expired, timeoutMs)
      signal?.addEventListener('abort', aborted, { once: true })
      open.set(id, {
        to,
        answer: (iq) => {
          settle()
          if (iq.type === 'error') return reject(iq.error)
          answered?.(iq)
          resolve(iq)
        },
        fail,
      })
      try {
        send()
        sent?.()
      } catch (error) {
        fail(error)
      }
    })
  }

  /** Takes an answer; `false` if no open request may be answered by it. */
  answer(iq: IqResult | IqError, account: Account): boolean {
    const request = this.#open?.get(iq.id)
    if (request === undefined || !mayAnswer(request.to, iq.from?.toString(), account)) return false
    request.answer(iq)
    return true
  }

  /** Settles everything that is open: the session is over. */
  failAll(error: XmppError): void {
    for (const request of this.#open?.values() ?? []) request.fail(error)
  }
}

const abortedRequest = (signal: AbortSignal | undefined) =>
  new TransportError('aborted', 'the caller gave the request up', { cause: signal?.reason })
