import type { XmppError } from '../errors.js'
import type { FailedEndpoint } from '../../machines/connection.js'
import type { MechanismRefusal } from '../../machines/mechanism-choice.js'
import type { sessionMachine } from '../../machines/session.js'
import type { StreamHeaderFacts } from '../../machines/stream-facts.js'
import type { SnapshotFrom } from 'xstate'

/**
 * Where the session stands and why, mapped from the charts' snapshots. `phase` names the state of the inner chart, e.g.
 * `securing`.
 */
export type ClientState =
  /** There is no session, and none is wished for. */
  | { readonly status: 'offline' }
  /** What an earlier process has left in the store is read. */
  | { readonly status: 'restoring' }
  | {
      readonly status: 'connecting'
      readonly phase: string
      /** URL text of the endpoint being tried. */
      readonly endpoint: string | undefined
      /** The server's stream header, once it has come. */
      readonly header: StreamHeaderFacts | undefined
      /** Endpoints tried before, and why each was left. */
      readonly tried: readonly FailedEndpoint[]
    }
  /** The account is made (XEP-0077); a person may be answering what the server asks. */
  | { readonly status: 'registering'; readonly endpoint: string; readonly encrypted: boolean }
  | {
      readonly status: 'authenticating'
      readonly phase: string
      readonly endpoint: string
      readonly encrypted: boolean
      /** `undefined` until one is chosen. */
      readonly mechanism: string | undefined
      /** The type of channel binding that the mechanism uses; `undefined` where it uses none. */
      readonly channelBinding: string | undefined
      /** Mechanisms that were not chosen or failed, and why. */
      readonly refusals: readonly MechanismRefusal[]
    }
  | { readonly status: 'binding'; readonly phase: string; readonly mechanism: string }
  | {
      readonly status: 'online'
      /** The full JID, as the server says. */
      readonly jid: string
      readonly endpoint: string
      readonly encrypted: boolean
      readonly mechanism: string
      readonly header: StreamHeaderFacts | undefined
      /** Names of the server's stream features, as `{namespace}name`. */
      readonly features: readonly string[]
      /** The session from before goes on: presence and contacts are what they were (XEP-0198). */
      readonly resumed: boolean
      /** `enabling`, `live`: what is sent is acknowledged; `unmanaged`: the server does not do that. */
      readonly streamManagement: string
      /** `probing`: the connection was silent for long and is being tested; `doubting`: the machine slept, or the network changed. */
      readonly liveness: string
    }
  | { readonly status: 'closing' }
  /** The account is gone (XEP-0077); `register()` makes another one. */
  | { readonly status: 'removed' }
  /** Over for good; nothing follows. */
  | { readonly status: 'closed' }
  /** The session is over, and the next attempt is to begin another one. */
  | ({ readonly status: 'backingOff' } & NextAttempt)
  /** The server keeps the session, and the next attempt is to go on with it (XEP-0198). */
  | ({ readonly status: 'suspended' } & NextAttempt)
  /** No attempt follows by itself. */
  | {
      readonly status: 'halted'
      readonly error: XmppError
      /** Why trying again makes no sense as things are. */
      readonly because: string
      /** What is needed before a new `connect()` makes sense: other credentials, some change, or only time. */
      readonly needs: 'credentials' | 'change' | 'time'
      /** Endpoints that were tried, and why each was left. */
      readonly tried: readonly FailedEndpoint[]
    }

/** When the client tries again, and why. */
export interface NextAttempt {
  readonly error: XmppError
  /** Why trying again makes sense. */
  readonly because: string
  /** How long the wait was when it began. */
  readonly retryInMs: number
  /** When the next attempt begins, in milliseconds since 1970; sooner when the network comes or the machine wakes. */
  readonly retryAt: number
  /** Failed attempts in a row. */
  readonly failures: number
  /** Endpoints that were tried, and why each was left. */
  readonly tried: readonly FailedEndpoint[]
}

type SessionSnapshot = SnapshotFrom<typeof sessionMachine>
type Value = SessionSnapshot['value']

/** The public view of a snapshot of the session chart. */
export function toClientState(snapshot: SessionSnapshot): ClientState {
  const { context, children, value } = snapshot
  const endpoint = context.endpoint ?? ''
  const mechanism = context.mechanism ?? ''
  const encrypted = context.transport?.secure ?? false
  const { error, tried, verdict } = context
  const place = toPlace(value)
  switch (place) {
    case 'connecting': {
      const connection = children.connection?.getSnapshot()
      const inner = connection?.context
      return {
        status: place,
        phase: toPhase(connection?.value),
        endpoint: inner?.endpoint,
        header: inner?.header,
        tried: inner?.failures ?? [],
      }
    }
    case 'authenticating': {
      const authentication = children.authentication?.getSnapshot()
      const inner = authentication?.context
      return {
        status: place,
        phase: toPhase(authentication?.value),
        endpoint,
        encrypted,
        mechanism: inner?.mechanism?.name,
        channelBinding: inner?.mechanism?.binding,
        refusals: inner?.refusals ?? [],
      }
    }
    case 'registering':
      return { status: place, endpoint, encrypted }
    case 'binding':
      return { status: place, phase: toPhase(children.binding?.getSnapshot().value), mechanism }
    case 'online':
      return {
        status: place,
        jid: context.jid ?? '',
        endpoint,
        encrypted,
        mechanism,
        header: context.header,
        features: context.features.names,
        resumed: context.resumed,
        streamManagement: toPhase(children.streamManagement?.getSnapshot().value),
        liveness: toLiveness(value),
      }
    case 'suspended':
    case 'backingOff': {
      if (error === undefined || verdict === undefined) return { status: 'offline' }
      const { retryAt, retryInMs, failures } = context
      return { status: place, error, because: verdict.because, retryInMs, retryAt, failures, tried }
    }
    case 'halted': {
      if (error === undefined || verdict === undefined) return { status: 'offline' }
      const isLater = verdict.decision === 'stop' && verdict.later
      const needs = verdict.decision === 'credentials' ? 'credentials' : isLater ? 'time' : 'change'
      return { status: place, error, because: verdict.because, needs, tried }
    }
    default:
      return { status: place }
  }
}

/** Where a session is as far as an app is told; what lasts for no time at all is nowhere. */
export function toPlace(value: Value) {
  if (typeof value === 'string') return value === 'judging' ? 'offline' : value
  if ('halted' in value) return 'halted'
  if ('backingOff' in value) return value.backingOff === 'suspended' ? 'suspended' : 'backingOff'
  const { active } = value
  if (typeof active !== 'string') return 'online' in active ? 'online' : 'closing'
  return active === 'beginning' ? 'offline' : active
}

/** Where the region stands that watches over an online session. */
const toLiveness = (value: Value): string =>
  typeof value === 'object' &&
  'active' in value &&
  typeof value.active === 'object' &&
  'online' in value.active
    ? value.active.online.liveness
    : ''

/** The outermost name. */
function toPhase(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Object.keys(value)[0] ?? ''
  return typeof value === 'string' ? value : ''
}
