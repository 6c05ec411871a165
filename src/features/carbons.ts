import { filter, map, share, type Observable } from 'rxjs'
import { fromPromise, type SnapshotFrom } from 'xstate'
import { carbonsMachine } from '../../machines/carbons.js'
import type { XmppError } from '../errors.js'
import { Repeats } from '../router/repeats.js'
import type { Account } from '../router/trust.js'
import { findCarbon, toCarbonsElement, type CarbonDirection } from '../stanza/carbons.js'
import { parseMessage, type Message } from '../stanza/message.js'
import type { FeatureHost } from './feature-host.js'
import { shownBy } from './shown-by.js'
import { tellOfSession } from './tell-of-session.js'

/** A message that another device of the account has received or sent. */
export interface CopiedMessage {
  readonly direction: CarbonDirection
  readonly message: Message
}

/** Whether copies come: `refused` is also a server that does not answer. */
export type CarbonsState =
  | { readonly status: 'enabling' | 'off' | 'on' }
  | { readonly status: 'refused'; readonly error: XmppError | undefined }

/** What other devices of one's account say and hear. */
export interface CarbonsFeature {
  /** Each once, also where one of them was sent again. */
  readonly message$: Observable<CopiedMessage>
  /** Replays. */
  readonly state$: Observable<CarbonsState>
}

const answerMs = 30_000

/**
 * Carbons for a client: `client.use(carbons)`, before it connects; the server is asked in each new session.
 * @example
 * client.use(carbons).message$.subscribe(({ direction, message }) => console.log(direction, message.body))
 * @see XEP-0280
 */
export function carbons({ bus, start }: FeatureHost): CarbonsFeature {
  const repeats = new Repeats()
  const machine = carbonsMachine.provide({
    actors: {
      enableCarbons: fromPromise(async ({ signal }) => {
        await bus.request(
          { type: 'set', payload: toCarbonsElement('enable') },
          { signal, timeoutMs: Infinity },
        )
      }),
    },
  })
  const actor = start(machine, { id: 'carbons', input: { answerMs } })
  tellOfSession(bus.session$, actor)
  return {
    message$: bus.message$.pipe(
      map((message) => readCopy(message, bus.account)),
      filter((copied) => copied !== undefined),
      filter(({ message }) => bus.account === undefined || !repeats.has(message, bus.account)),
      share(),
    ),
    state$: shownBy(actor, toCarbonsState, (before, next) => before.status === next.status),
  }
}

const toCarbonsState = ({ value, context }: SnapshotFrom<typeof carbonsMachine>): CarbonsState =>
  value === 'refused' ? { status: value, error: context.error } : { status: value }

/**
 * The copy that a message brings; `undefined` for one that may not be believed. Only the account itself makes copies, of what
 * it has sent or received; what is inside of one is never unpacked again.
 * @see XEP-0280 §12
 */
export function readCopy(
  { from, payloads }: Message,
  account: Account | undefined,
): CopiedMessage | undefined {
  if (payloads.length === 0 || account === undefined || from?.toString() !== account.bare) return undefined
  const carbon = findCarbon(payloads)
  const message = carbon === undefined ? undefined : parseMessage(carbon.message)
  if (carbon === undefined || message?.kind !== 'message') return undefined
  const own = carbon.direction === 'sent' ? message.from : message.to
  return own?.bare.toString() === account.bare ? { direction: carbon.direction, message } : undefined
}
