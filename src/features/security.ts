import type { SnapshotFrom } from 'xstate'
import { strippedReason, type MechanismRefusal } from '../../machines/mechanism-choice.js'
import type { sessionMachine } from '../../machines/session.js'
import type { CertificateDetails, TlsDetails, TlsFacts } from '../transport/transport.js'

/** What protects the stream, so that an app can show it (RFC 7590 §3.6). What a browser does not tell is `unknown`. */
export interface SessionSecurity {
  /** TLS is established, and verified. */
  readonly encrypted: boolean
  /** `undefined` where it is not encrypted. */
  readonly tls:
    | {
        /** E.g. `TLSv1.3`. */
        readonly version: string
        /** As IANA names it. */
        readonly cipher: string
        /** The protocol that ALPN has agreed on. */
        readonly alpn: string | undefined
        readonly certificate: CertificateDetails | 'unknown'
        /** Whose authorities vouch for the certificate: those the app gave, or those of the system. */
        readonly verifiedBy: CertificateVerifier
      }
    | undefined
  /** What ties the login to this very channel. @see RFC 5056 */
  readonly channelBinding: {
    /** Types that this channel has data for. */
    readonly available: readonly string[]
    /** The type that the authentication is tied to. */
    readonly used: string | undefined
  }
  /** Absent until the client is authenticated. */
  readonly mechanism: string | undefined
  /** Why each of the other mechanisms that the server offers was not used. */
  readonly refusals: readonly MechanismRefusal[]
  /** What stands against somebody on the way who would make the login weaker, and whether somebody did. */
  readonly downgrade: {
    /** The server has proven that its offer of mechanisms came unchanged (XEP-0474). */
    readonly offerVerified: boolean
    /** SCRAM has worked for this account: the bare password is not sent any more. */
    readonly scramPinned: boolean
    /** Channel binding was removed from the offer on the way: the mechanisms with it, or the types of it (XEP-0440 §3). */
    readonly bindingsStripped: boolean
  }
}

/** Whose authorities a certificate is held against; `unknown` where the app has opened the connection by itself. */
export type CertificateVerifier = 'app' | 'system' | 'unknown'

/** What is known of the stream beside its charts. */
export interface StreamProtection {
  readonly tls: TlsFacts | null
  readonly verifiedBy: CertificateVerifier
  readonly offerVerified: boolean
}

/** The facts as they are now. The socket is asked each time. */
export function toSecurity(
  { children, context }: SnapshotFrom<typeof sessionMachine>,
  { offerVerified, tls, verifiedBy }: StreamProtection,
): SessionSecurity {
  const { binding, mechanism, scramPinned, transport } = context
  const refusals = children.authentication?.getSnapshot().context.refusals ?? context.refusals
  return {
    encrypted: tls !== null,
    tls: tls === null ? undefined : { ...toTls(tls), verifiedBy },
    channelBinding: { available: transport?.channelBindings ?? [], used: binding },
    mechanism,
    refusals,
    downgrade: {
      offerVerified,
      scramPinned,
      bindingsStripped: refusals.some(({ reason }) => reason === strippedReason),
    },
  }
}

function toTls({ alpn, look, version }: TlsFacts) {
  const { certificate, cipher }: Partial<TlsDetails> = look?.() ?? {}
  return { version, cipher: cipher ?? 'unknown', alpn, certificate: certificate ?? ('unknown' as const) }
}
