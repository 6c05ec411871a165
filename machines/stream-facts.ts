/** What a peer's stream header said (RFC 6120 §4.7). */
export interface StreamHeaderFacts {
  readonly to: string | undefined
  readonly from: string | undefined
  readonly id: string | undefined
  /** Absent before XMPP 1.0: such a server announces no features. */
  readonly version: string | undefined
  readonly lang: string | undefined
}

/** What the charts decide by, out of `<stream:features/>` (RFC 6120 §4.3.2). */
export interface StreamFeatureFacts {
  readonly starttls: 'absent' | 'optional' | 'required'
  /** SASL mechanism names, in the server's order. */
  readonly mechanisms: readonly string[]
  /** Channel-binding types the server says it accepts (XEP-0440); `null` where it does not say. */
  readonly channelBindings: readonly string[] | null
  readonly bind: boolean
  readonly session: 'absent' | 'optional' | 'required'
  /** Names of all features, for people: `{namespace}name`. */
  readonly names: readonly string[]
}

export const noFeatures: StreamFeatureFacts = {
  starttls: 'absent',
  mechanisms: [],
  channelBindings: null,
  bind: false,
  session: 'absent',
  names: [],
}

/** The feature of a server that manages streams. @see XEP-0198 §3 */
export const managementFeature = '{urn:xmpp:sm:3}sm'
