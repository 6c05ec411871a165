import { ProtocolError, StreamError, type XmppError } from '../src/errors.js'
import type { AuthenticationOutput } from './authentication.js'
import type { BindingOutput } from './binding.js'
import type { ConnectionOutput, FailedEndpoint, TransportFacts } from './connection.js'
import type { MechanismFacts, MechanismRefusal } from './mechanism-choice.js'
import { backoffMs, draw, judge, judgeUnproven, maySurvive, type Verdict } from './policy.js'
import { redirectedEndpoint, redirectLimit } from './redirect.js'
import type { RegistrationFacts } from './registration.js'
import { noFeatures, type StreamFeatureFacts, type StreamHeaderFacts } from './stream-facts.js'
import type { Timeouts } from './timeouts.js'

/** What the chart of the session is started with; never the secrets themselves. */
export interface SessionInput {
  /** The XMPP domain: what is looked up, asked for, and what the certificate must name. */
  readonly domain: string
  /** Endpoints as URL text; none: they are discovered. */
  readonly endpoints: readonly string[]
  /** The resource to ask for; `undefined` lets the server make one. */
  readonly resource: string | undefined
  /** What there is to log in with; never the secrets themselves. */
  readonly credentials: MechanismFacts['credentials']
  /** SASL mechanisms the app restricts itself to; `null` for all. */
  readonly mechanisms: readonly string[] | null
  /** Go on without encryption, passwords included. */
  readonly allowPlaintext: boolean
  /** Fetch the roster on coming online. */
  readonly wantsRoster: boolean
  /** Announce presence on coming online. */
  readonly wantsPresence: boolean
  /** Have the server acknowledge stanzas and keep the session when the connection is lost, where it can (XEP-0198). */
  readonly wantsManagement: boolean
  /** A store may have a session of an earlier process, to go on with. */
  readonly hasStore: boolean
  /** Whether to come back by itself: after having been online once, from the first attempt on, or not at all. */
  readonly reconnect: 'afterOnline' | 'always' | 'never'
  /** How long each wait of the charts may take. */
  readonly timeouts: Timeouts
  /** Start of the lots that spread reconnections, any integer. */
  readonly seed: number
}

/** What it takes to go on with a session whose connection is gone. */
export interface Resumption {
  readonly previd: string
  /** Where the server would like that, as `host` or `host:port`; tried once. */
  readonly location: string | undefined
  /** How long the server keeps it once its connection is lost, as far as it says. */
  readonly maxMs: number | undefined
  /** An earlier process has begun it: the roster and one's presence are yet to be told. */
  readonly isLeft: boolean
}

/** What an earlier process has left. */
export interface LeftBehind {
  readonly session:
    | {
        readonly previd: string
        /** Where the server would like to go on with it. */
        readonly endpoint: string | undefined
        /** How long it can be resumed from now on at most, as far as the server has said. */
        readonly maxMs: number | undefined
      }
    | undefined
  /** SCRAM has worked. */
  readonly scramPinned: boolean
}

/** What the chart of the session knows while it runs; never the secrets themselves. */
export interface SessionContext extends SessionInput {
  /** The latest wish that was heard, and the latest that ended a session; see `SessionEvent`. */
  readonly wish: number
  readonly ended: number
  readonly endpoint: string | undefined
  readonly transport: TransportFacts | undefined
  readonly header: StreamHeaderFacts | undefined
  readonly features: StreamFeatureFacts
  readonly mechanism: string | undefined
  /** The type of channel binding that the mechanism has used. */
  readonly binding: string | undefined
  /** Why the other mechanisms on offer were not used. */
  readonly refusals: readonly MechanismRefusal[]
  /** The full JID, once the server has bound it. */
  readonly jid: string | undefined
  /** The session at hand is one from before. */
  readonly resumed: boolean
  /** Of the session that the server keeps. */
  readonly resumption: Resumption | undefined
  /** SCRAM has worked for this account: the bare password is not sent any more. */
  readonly scramPinned: boolean
  /** What an earlier process has left is yet to be read. */
  readonly isUnread: boolean
  /** It has been online since the app asked for a session, or an earlier process has left one. */
  readonly wasOnline: boolean
  /** An attempt has asked for an address and was cut off: the server may deal with it later, and take the address from this one. */
  readonly isHaunted: boolean
  /** How long nothing had arrived when it was last measured, in milliseconds. */
  readonly silentMs: number
  /** The account is to be made first, in this attempt and until that has worked. */
  readonly registers: boolean
  /** Failed attempts in a row. */
  readonly failures: number
  /** How often the last reason was the reason without another one between, redirections aside. */
  readonly alike: { readonly because: string; readonly times: number }
  /** Redirections followed in a row, without a wait between. */
  readonly hops: number
  /** Where the next attempt goes instead, as URL text: the server has named it. */
  readonly redirect: string | undefined
  /** Endpoints that this attempt left, and why. */
  readonly tried: readonly FailedEndpoint[]
  /** Why the last attempt, or session, has ended. */
  readonly error: XmppError | undefined
  /** What follows from the error. */
  readonly verdict: Verdict | undefined
  /** How long the wait for the next attempt is, in milliseconds. */
  readonly retryInMs: number
  /** When that will be, in milliseconds since 1970; 0 where no clock is at hand. */
  readonly retryAt: number
}

const noReason = { because: '', times: 0 }

/** A session that nobody has wished for yet. */
export function toInitialContext(input: SessionInput): SessionContext {
  return {
    ...input,
    wish: 0,
    ended: 0,
    endpoint: undefined,
    transport: undefined,
    header: undefined,
    features: noFeatures,
    mechanism: undefined,
    binding: undefined,
    refusals: [],
    jid: undefined,
    resumed: false,
    resumption: undefined,
    scramPinned: false,
    isUnread: input.hasStore,
    wasOnline: false,
    isHaunted: false,
    silentMs: 0,
    registers: false,
    failures: 0,
    alike: noReason,
    hops: 0,
    redirect: undefined,
    tried: [],
    error: undefined,
    verdict: undefined,
    retryInMs: 0,
    retryAt: 0,
  }
}

/** What is kept of a connection, or of why there is none. */
export function fromConnection(output: ConnectionOutput): Partial<SessionContext> {
  const { endpoint, transport } = output
  return output.outcome === 'ready'
    ? { endpoint, transport, header: output.header, features: output.features }
    : { endpoint, transport, tried: output.failures, error: output.error }
}

/**
 * What is kept of an authentication: that SCRAM has worked once, for good; and the address where that is agreed already. A
 * server from before SASL announces nothing to who is identified.
 */
export function fromAuthentication(
  { scramPinned }: SessionContext,
  output: AuthenticationOutput,
): Partial<SessionContext> {
  if (output.outcome === 'failed') return { error: output.error }
  const { mechanism, refusals } = output
  if (output.outcome === 'identified') {
    const { jid } = output
    return { mechanism, refusals, jid, binding: undefined, features: noFeatures, resumed: false }
  }
  const { binding } = output
  return { mechanism, binding, refusals, scramPinned: scramPinned || mechanism.startsWith('SCRAM-') }
}

/** What is kept of a binding. */
export function fromBinding(output: BindingOutput): Partial<SessionContext> {
  return output.outcome === 'failed'
    ? { error: output.error }
    : {
        jid: output.jid,
        header: output.header,
        features: output.features,
        resumed: output.outcome === 'resumed',
      }
}

/** What the choice of a mechanism is made by. */
export function toMechanismFacts(context: SessionContext): MechanismFacts {
  return {
    offered: context.features.mechanisms,
    legacy: context.header?.version === undefined || context.features.names.includes(legacyAuth),
    offeredBindings: context.features.channelBindings,
    channelBindings: context.transport?.channelBindings ?? [],
    credentials: context.credentials,
    secure: context.transport?.secure ?? false,
    allowPlaintext: context.allowPlaintext,
    scramPinned: context.scramPinned,
    allowed: context.mechanisms,
  }
}

/** What the making of an account is decided by. */
export function toRegistrationFacts({
  allowPlaintext,
  features: { names },
  header,
  transport,
}: SessionContext): RegistrationFacts {
  return {
    offered: header?.version === undefined || names.includes(registration),
    takesInvitations: names.includes(invitations),
    secure: transport?.secure ?? false,
    allowPlaintext,
  }
}

const registration = '{http://jabber.org/features/iq-register}register'
const invitations = '{urn:xmpp:ibr-token:0}register'
const legacyAuth = '{http://jabber.org/features/iq-auth}auth'

/**
 * ejabberd may deal with the requests of two connections in the order in which it gets round to them: what the client goes on
 * with is then taken by a connection that is cut already, and can be taken from there once more.
 */
const ownConflict: Verdict = {
  decision: 'retry',
  pace: 'soon',
  limit: 1,
  because: 'an earlier attempt of this client has taken the resource',
}

/** What follows from the failure, and what of the session is kept for it. */
export function judgeFailure(context: SessionContext): Partial<SessionContext> {
  const error =
    context.error ?? new ProtocolError('undefined-condition', 'the attempt ended without a reason')
  const judged = toVerdict(context, error)
  const { because } = judged
  const alike = context.failures > 0 ? context.alike : noReason
  const times = alike.because === because ? alike.times + 1 : 1
  const verdict = narrow(context, judged, times)
  return {
    error,
    failures: context.failures + 1,
    // To be sent elsewhere on the way to what fails makes no other failure of it.
    alike: verdict.decision === 'elsewhere' ? alike : { because, times },
    // What is waited out is no circle: a server may well send everybody elsewhere, each time they come.
    hops: verdict.decision === 'retry' ? 0 : context.hops,
    isHaunted: context.jid === undefined && (context.isHaunted || context.mechanism !== undefined),
    verdict,
    ...keepSession(context, error, verdict, times),
  }
}

/** The table's verdict, narrowed by what this session has been through. */
function narrow(context: SessionContext, verdict: Verdict, times: number): Verdict {
  const stop = (because: string, later = false): Verdict => ({ decision: 'stop', because, later })
  if (verdict.decision === 'elsewhere') {
    if (context.transport?.secure !== true) return stop('a redirection counts only on an encrypted stream')
    if (context.hops >= redirectLimit) return stop(`redirected ${redirectLimit} times in a row`)
    if (redirection(context) === undefined) return stop('the redirection names no usable host')
  }
  if (verdict.decision === 'retry') {
    const { because } = verdict
    if (context.reconnect === 'never') return stop('reconnecting is switched off', true)
    if (context.reconnect === 'afterOnline' && !context.wasOnline) {
      return stop(`${because}; the first attempt is not repeated`, true)
    }
    if (times > verdict.limit) return stop(`${because}; failed ${times} times in a row`)
  }
  return verdict
}

function toVerdict(context: SessionContext, error: XmppError): Verdict {
  if (isUnproven(context)) return judgeUnproven(error)
  const isConflict = error instanceof StreamError && error.condition === 'conflict'
  return isConflict && context.isHaunted ? ownConflict : judge(error)
}

/** Whoever it was that has failed, now that the server was reached before, has not shown to be the server. */
function isUnproven({ allowPlaintext, transport, wasOnline }: SessionContext): boolean {
  return wasOnline && !allowPlaintext && transport?.secure !== true
}

/** What the next attempt is to resume, and where: the server's wish is tried once, and only where nobody could forge it. */
function keepSession(
  context: SessionContext,
  error: XmppError,
  verdict: Verdict,
  times: number,
): Pick<SessionContext, 'redirect' | 'resumption'> {
  const { endpoint, resumption, transport } = context
  const mayGoOn = isUnproven(context) || maySurvive(error, times) || verdict === ownConflict
  if (verdict.decision !== 'retry' || resumption === undefined || !mayGoOn)
    return { redirect: undefined, resumption: undefined }
  return {
    redirect: resumptionEndpoint({ endpoint, resumption, transport }),
    resumption: { ...resumption, location: undefined },
  }
}

/** Where the server would like to go on with the session, where nobody could forge that. */
export function resumptionEndpoint({
  endpoint,
  resumption,
  transport,
}: Pick<SessionContext, 'endpoint' | 'resumption' | 'transport'>): string | undefined {
  const location = resumption?.location
  const isTrusted = location !== undefined && endpoint !== undefined && transport?.secure === true
  return isTrusted ? redirectedEndpoint(endpoint, location) : undefined
}

/**
 * Whether the server has ended the stream as it does once an account is removed. An end without that word may have any other
 * reason, whether or not it is in order. @see XEP-0077 §3.2
 */
export const isFarewell = (error: unknown): boolean =>
  error instanceof StreamError && error.condition === 'not-authorized'

/** What is made of what an earlier process has left. */
export function fromLeftBehind(
  context: SessionContext,
  { session, scramPinned }: LeftBehind,
): Partial<SessionContext> {
  return {
    isUnread: false,
    // An earlier process was: what it has left is worth more than one attempt.
    wasOnline: session !== undefined,
    scramPinned: context.scramPinned || scramPinned,
    redirect: session?.endpoint,
    resumption: session && {
      previd: session.previd,
      location: undefined,
      maxMs: session.maxMs,
      isLeft: true,
    },
  }
}

/** Draws the delay before the next attempt. */
export function drawBackoff(context: SessionContext): Partial<SessionContext> {
  const { chance, seed } = draw(context.seed)
  const pace = context.verdict?.decision === 'retry' ? context.verdict.pace : 'backoff'
  return { seed, retryInMs: backoffMs(pace, context.failures, chance) }
}

/** Where the failure says the session should go, if that makes sense. */
export function redirection(context: SessionContext): string | undefined {
  if (!(context.error instanceof StreamError) || context.error.otherHost === undefined) return undefined
  return context.endpoint === undefined
    ? undefined
    : redirectedEndpoint(context.endpoint, context.error.otherHost)
}
