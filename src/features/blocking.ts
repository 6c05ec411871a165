import type { Observable } from 'rxjs'
import { fromPromise, type SnapshotFrom } from 'xstate'
import { blockingMachine } from '../../machines/blocking.js'
import { StanzaError, type XmppError } from '../errors.js'
import { StateChannel } from '../router/channel.js'
import type { RequestOptions } from '../router/requests.js'
import { isOwnSide, speaksForAccount } from '../router/trust.js'
import { parseBlocking, toBlockedNames, toBlockingElement, type Blocking } from '../stanza/blocking.js'
import { toJid, type Jid, type JidInput } from '../stanza/jid.js'
import * as ns from '../xml/namespaces.js'
import type { FeatureHost } from './feature-host.js'
import { shownBy } from './shown-by.js'
import { isSynced } from './synced.js'
import { tellOfSession } from './tell-of-session.js'
import { until } from './until.js'

/** Whether the list is the server’s: `cold` is outside a session, `failed` a server that blocks nobody for one, or does not answer. */
export type BlockingState =
  | { readonly status: 'cold' | 'requesting' | 'synced' }
  | { readonly status: 'failed'; readonly error: XmppError | undefined }

/**
 * Whom the server keeps from one, and one from them: nothing of theirs arrives, to them one looks offline, and what one sends
 * them comes back with `not-acceptable`, whose `applicationCondition` is `blocked`. It holds until it is taken back, for every
 * device. What asks the server for something rejects with `StanzaError` (`service-unavailable`: it knows no blocking),
 * `TimeoutError`, or `TransportError` (`not-connected` outside a session).
 */
export interface BlockingFeature {
  /** Prepared addresses as the server has them; replays, and is kept while disconnected. */
  readonly blocked$: Observable<ReadonlySet<string>>
  /** The same as it was told last. */
  readonly blocked: ReadonlySet<string>
  /** Replays. */
  readonly state$: Observable<BlockingState>
  /** Whether an address is blocked, by itself, its bare JID or its domain, as far as the list is known. @see XEP-0191 §5 */
  readonly isBlocked: (jid: JidInput) => boolean
  /** Asks for the list again where there was none, or joins a request that is under way. */
  readonly fetch: () => Promise<ReadonlySet<string>>
  /**
   * Blocks one address or several: a person by the bare JID, one device or occupant by the full JID, a whole server by its
   * domain. Rejects with `RangeError` for an address that cannot be prepared, and for one’s own or that of one’s own server.
   * What is known of their presence by then is told no further.
   * @see XEP-0191 §3.3
   */
  readonly block: (jids: JidInput | readonly JidInput[], options?: RequestOptions) => Promise<void>
  /** Takes that back, by the addresses that were blocked; of none, nothing. @see XEP-0191 §3.4 */
  readonly unblock: (jids: JidInput | readonly JidInput[], options?: RequestOptions) => Promise<void>
  /** Blocks nobody any longer. @see XEP-0191 §3.5 */
  readonly unblockAll: (options?: RequestOptions) => Promise<void>
}

const answerMs = 30_000

/**
 * Blocking for a client: `client.use(blocking)`, before it connects; the list is asked for in each new session.
 * @example
 * const blocks = client.use(blocking)
 * blocks.blocked$.subscribe((blocked) => console.log([...blocked]))
 * await blocks.block('mallory@example.test')
 * @see XEP-0191
 */
export function blocking({ bus, start }: FeatureHost): BlockingFeature {
  const list = new StateChannel<ReadonlySet<string>>(new Set())
  const take = (change: Blocking) => list.next(changed(list.value, change))

  for (const name of ['block', 'unblock'] as const) {
    bus.handle(name, ns.blocking, ({ from, payload, type }, account) => {
      const change = parseBlocking(payload)
      // A stranger gets the answer that nobody at all would give.
      if (type !== 'set' || change === undefined || !speaksForAccount(from?.toString(), account))
        throw new StanzaError('service-unavailable', 'cancel')
      take(change)
      return undefined
    })
  }

  const machine = blockingMachine.provide({
    actors: {
      fetchBlocklist: fromPromise(async ({ signal }) => {
        await bus.request(
          { type: 'get', payload: toBlockingElement('blocklist') },
          // In its place among the stanzas, so that pushes behind it come after it.
          {
            signal,
            timeoutMs: Infinity,
            answered: ({ payload }) => take(toList(payload && parseBlocking(payload))),
          },
        )
      }),
    },
  })
  const actor = start(machine, { id: 'blocking', input: { answerMs } })
  tellOfSession(bus.session$, actor)
  actor.subscribe({ complete: () => list.complete() })

  /** The server is asked first whom it blocks already (§3.2). */
  const change = async (
    name: 'block' | 'unblock',
    jids: readonly Jid[],
    options: RequestOptions | undefined,
  ) => {
    await until(actor, (snapshot) => !snapshot.matches('requesting'), options?.signal)
    const done = { name, jids, isEmpty: jids.length === 0 }
    await bus.request(
      { type: 'set', payload: toBlockingElement(name, jids) },
      { ...options, answered: () => take(done) },
    )
  }

  return {
    blocked$: list.stream$,
    get blocked() {
      return list.value
    },
    state$: shownBy(actor, toBlockingState, (before, next) => before.status === next.status),
    isBlocked: (jid) => toBlockedNames(toJid(jid)).some((name) => list.value.has(name)),
    fetch: async () => {
      if (actor.getSnapshot().status === 'active') actor.send({ type: 'blocking.fetch' })
      await until(actor, isSynced)
      return list.value
    },
    block: async (input, options) => {
      const jids = toJids(input)
      const { account } = bus
      // Servers would keep one’s own devices from each other.
      const oneself = jids.find(({ bare }) => account !== undefined && isOwnSide(bare.toString(), account))
      if (oneself !== undefined) throw new RangeError(`${oneself.toString()} is oneself, or one’s own server`)
      if (jids.length > 0) await change('block', jids, options)
    },
    unblock: async (input, options) => {
      const jids = toJids(input)
      // Without an address it would be everybody.
      if (jids.length > 0) await change('unblock', jids, options)
    },
    unblockAll: (options) => change('unblock', [], options),
  }
}

const toJids = (input: JidInput | readonly JidInput[]): readonly Jid[] =>
  (Array.isArray(input) ? input : [input]).map((jid: JidInput) => toJid(jid))

/** What is no list says that nobody is blocked. */
const toList = (answer: Blocking | undefined): Blocking =>
  answer ?? { name: 'blocklist', jids: [], isEmpty: true }

function changed(before: ReadonlySet<string>, { isEmpty, jids, name }: Blocking): ReadonlySet<string> {
  const names = jids.map((jid) => jid.toString())
  if (name === 'blocklist') return new Set(names)
  if (name === 'block') return new Set([...before, ...names])
  const gone = new Set(names)
  return new Set(isEmpty ? [] : [...before].filter((one) => !gone.has(one)))
}

type BlockingSnapshot = SnapshotFrom<typeof blockingMachine>

const toBlockingState = ({ value, context: { error } }: BlockingSnapshot): BlockingState =>
  value === 'failed' ? { status: value, error } : { status: value }
