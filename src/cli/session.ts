import { filter, fromEvent, map, merge, NEVER, of, type Observable } from 'rxjs'
import { createClient, type Client } from '../client.js'
import type { ClientOptions } from '../client-options.js'
import { StanzaError } from '../errors.js'
import type { MessageInput } from '../stanza/message.js'
import { toPingElement } from '../stanza/ping.js'
import type { Delivery } from '../features/delivery.js'
import type { Report } from './events.js'
import { reportPhases } from './phases.js'
import { UsageError } from './usage-error.js'

/** A client all of whose phases and stanzas are reported. @throws UsageError for options that cannot be meant */
export function openSession(options: ClientOptions, report: Report): Client {
  const client = makeClient(options)
  const account = client.jid.bare.toString()
  reportPhases(client, report.event)
  client.use(({ bus }) =>
    bus.sent$.subscribe((element) => report.event({ kind: 'stanza', account, direction: 'out', element })),
  )
  client.stanza$.subscribe((element) => report.event({ kind: 'stanza', account, direction: 'in', element }))
  client.bounced$.subscribe(({ delivery, reason }) =>
    report.event({ kind: 'delivery', account, id: delivery.id, status: 'failed', reason: reason.message }),
  )
  return client
}

/** Sends a message and reports how far it came; rejects with why it never left, and with UsageError for what no message can be. */
export async function send(client: Client, message: MessageInput, report: Report): Promise<void> {
  const delivery = toDelivery(client, message)
  const settled = await delivery.settled
  const reason = settled.status === 'failed' ? settled.reason : undefined
  report.event({
    kind: 'delivery',
    account: client.jid.bare.toString(),
    id: delivery.id,
    status: reason === undefined ? 'written' : 'failed',
    reason: reason?.message,
  })
  if (reason !== undefined) throw reason
}

function toDelivery(client: Client, message: MessageInput): Delivery {
  try {
    return client.send(message)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UsageError(`That is no message: ${error.message}.`, 'Leave out what is no text.')
  }
}

/** Waits until the server has seen all that was sent: stanzas are handled in order, so a ping comes back last. @param signal gives it up */
export async function settle(
  client: Client,
  timeoutMs: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.request(
      { type: 'get', to: client.jid.domain, payload: toPingElement() },
      { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
    )
  } catch (error) {
    // A server without pings has answered too.
    if (!(error instanceof StanzaError)) throw error
  }
}

/** Emits when somebody wants the command to end. */
export function interrupted(signal: AbortSignal): Observable<'interrupted'> {
  return merge(signal.aborted ? of(null) : NEVER, fromEvent(signal, 'abort')).pipe(map(() => 'interrupted'))
}

/** Never emits; fails with what ended the session for good. */
export function halted(client: Client): Observable<never> {
  return client.state$.pipe(
    filter((state) => state.status === 'halted'),
    map((state) => {
      throw state.error
    }),
  )
}

/** A client. @throws UsageError for options that cannot be meant */
export const makeClient = (options: ClientOptions): Client => understand(() => createClient(options))

/** What the library makes of an option. @throws UsageError where that cannot be meant */
export function understand<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof TypeError)) throw error
    throw new UsageError(toSentence(error.message), 'See --help for how to write it.')
  }
}

const toSentence = (message: string) => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`
