import type { SaslFailureCondition, StreamErrorCondition } from '../src/errors.js'

/** Every wait of a served session, in milliseconds. */
export interface ServedTimeouts {
  /** From the accepted connection to a bound resource, all steps together. */
  readonly negotiationMs: number
  /** The TLS handshake after `<proceed/>`. */
  readonly tlsMs: number
  /** One answer of the client in a SASL exchange. */
  readonly saslMs: number
  /** A session whose transport is gone, for its client to come back (XEP-0198 §5): the longest that one may ask for. */
  readonly resumptionMs: number
  /** The client's closing tag after ours (RFC 6120 §4.4), and then the end of the transport. */
  readonly closeMs: number
}

/** What the client's stream header said (RFC 6120 §4.7). */
export interface ServedHeaderFacts {
  readonly to: string | undefined
  readonly version: string | undefined
}

/** What the channel is like and therefore allows. */
export interface ServedChannelFacts {
  readonly secure: boolean
  /** STARTTLS may be asked for. */
  readonly startTls: boolean
  /** SASL mechanisms offered on this channel, as registered; empty while encryption is missing. */
  readonly mechanisms: readonly string[]
  /** What else may be asked for before a mechanism has let anybody in. */
  readonly accountRequests: readonly AccountRequest[]
}

/** To identify without SASL (XEP-0078), to make an account (XEP-0077), to show an invitation to that (XEP-0445). */
export type AccountRequest = 'identification' | 'invitation' | 'registration'

/** What came of such a request; the answer itself stays outside the chart. */
export type AccountVerdict =
  | { readonly kind: 'answered' }
  | { readonly kind: 'identified'; readonly username: string; readonly resource: string }
  /** Counts as a failed attempt. */
  | { readonly kind: 'refused' }

/** Why the server ends a stream, in the words of RFC 6120 §4.9.3. */
export interface ServedFault {
  readonly condition: StreamErrorCondition
  /** A sentence for the log of the client's author. */
  readonly text: string
  /** The client acknowledges more than it was sent (XEP-0198 §6). */
  readonly overcount?: { readonly handled: number; readonly sent: number } | undefined
}

/** What came of a SASL response; the data to send stays outside the chart. */
export type SaslVerdict =
  | { readonly kind: 'challenged' }
  | { readonly kind: 'accepted'; readonly username: string }
  | { readonly kind: 'refused'; readonly condition: SaslFailureCondition }

/** What came of a bind request. */
export type BindVerdict =
  | { readonly kind: 'bound'; readonly resource: string }
  | { readonly kind: 'refused'; readonly condition: 'bad-request' | 'conflict' | 'resource-constraint' }

/** What may come of a request to go on with an earlier session (XEP-0198 §5). */
export type ResumptionVerdict =
  | { readonly kind: 'resumable'; readonly resource: string; readonly patienceMs: number }
  /** `handled`: what was taken of a session that has expired, where that is still known. */
  | { readonly kind: 'unknown'; readonly handled: number | undefined }
  | { readonly kind: 'overcounted'; readonly fault: ServedFault }

/** What a client wants of stream management (XEP-0198 §3). */
export interface ManagementWish {
  readonly resume: boolean
  /** How long it would like to be waited for. */
  readonly patienceMs: number | undefined
}

export interface ServedSessionInput {
  /** The domain that is served. */
  readonly domain: string
  readonly channel: ServedChannelFacts
  /** The server speaks as before XMPP 1.0: no version, no features. */
  readonly isBeforeVersionOne: boolean
  /** Failed authentications after which the stream ends (RFC 6120 §6.4.5). */
  readonly attempts: number
  readonly timeouts: ServedTimeouts
}

export interface ServedSessionContext extends ServedSessionInput {
  readonly mechanism: string
  readonly request: AccountRequest
  readonly username: string | undefined
  readonly resource: string | undefined
  /** How long the session outlives its transport. */
  readonly patienceMs: number
  readonly fault: ServedFault | undefined
}

/** How a session ended. */
export interface ServedSessionOutput {
  readonly username: string | undefined
  readonly resource: string | undefined
  readonly fault: ServedFault | undefined
}

export type ServedSessionEvent =
  | { readonly type: 'header.received'; readonly header: ServedHeaderFacts }
  | { readonly type: 'tls.requested' }
  | { readonly type: 'sasl.begun'; readonly mechanism: string }
  | { readonly type: 'sasl.responded' }
  | { readonly type: 'sasl.aborted' }
  | { readonly type: 'account.requested'; readonly request: AccountRequest }
  | { readonly type: 'resource.requested' }
  | { readonly type: 'management.requested'; readonly wish: ManagementWish }
  | { readonly type: 'resumption.requested'; readonly verdict: ResumptionVerdict }
  /** Another connection goes on with this session. */
  | { readonly type: 'session.superseded' }
  | { readonly type: 'stanza.received' }
  | { readonly type: 'element.received' }
  | { readonly type: 'stream.ended' }
  | { readonly type: 'stream.broken'; readonly fault: ServedFault }
  | { readonly type: 'session.close'; readonly fault: ServedFault }
  | { readonly type: 'transport.closed' }
