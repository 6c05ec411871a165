/** What decides which SASL mechanism is used. */
export interface MechanismFacts {
  /** Mechanisms the server offers. */
  readonly offered: readonly string[]
  /** Channel-binding types the server accepts (XEP-0440); `null` where it does not say. */
  readonly offeredBindings: readonly string[] | null
  /** Channel-binding types this channel has data for. */
  readonly channelBindings: readonly string[]
  readonly credentials: {
    readonly password: boolean
    readonly certificate: boolean
    /** The app asked for a temporary account without a name. */
    readonly anonymous: boolean
  }
  /** TLS is established and verified. */
  readonly secure: boolean
  /** The app accepts that a password crosses an unencrypted connection. */
  readonly allowPlaintext: boolean
  /** SCRAM has worked for this account before: never fall back to sending the password (RFC 6120 §13.8.3). */
  readonly scramPinned: boolean
  /** Mechanisms the app restricts itself to; `null`: every mechanism below. */
  readonly allowed: readonly string[] | null
}

export interface MechanismCandidate {
  readonly name: string
  /** The channel-binding type to use with a `-PLUS` mechanism. */
  readonly binding: string | undefined
}

export interface MechanismRefusal {
  readonly name: string
  readonly reason: string
}

export interface MechanismChoice {
  /** Best first. */
  readonly candidates: readonly MechanismCandidate[]
  readonly refusals: readonly MechanismRefusal[]
}

/** Best first. EXTERNAL leads where a certificate was given: the app asked for it by giving one. */
const preference = [
  'EXTERNAL',
  'SCRAM-SHA-512-PLUS',
  'SCRAM-SHA-256-PLUS',
  'SCRAM-SHA-1-PLUS',
  'SCRAM-SHA-512',
  'SCRAM-SHA-256',
  'SCRAM-SHA-1',
  'PLAIN',
  'ANONYMOUS',
] as const

/** RFC 9266 first; `tls-unique` only where nothing better is accepted. */
const bindingPreference = ['tls-exporter', 'tls-server-end-point', 'tls-unique'] as const

/**
 * Orders what the server offers by strength and says of everything left out why.
 * @see RFC 6120 §6.3.3 and §13.8, XEP-0440 §3
 */
export function chooseMechanisms(facts: MechanismFacts): MechanismChoice {
  const candidates: MechanismCandidate[] = []
  const refusals: MechanismRefusal[] = []
  const binding = chooseBinding(facts)
  for (const name of preference) {
    if (!facts.offered.includes(name)) continue
    const reason = refuse(name, facts, binding)
    if (reason !== undefined) refusals.push({ name, reason })
    else candidates.push({ name, binding: name.endsWith('-PLUS') ? binding : undefined })
  }
  for (const name of facts.offered) {
    if (!preference.some((known) => known === name))
      refusals.push({ name, reason: 'this client does not speak it' })
  }
  return { candidates, refusals }
}

/**
 * A type both sides have. A server that does not say what it accepts (no XEP-0440) predates `tls-exporter`, so only
 * `tls-unique` is safe to assume.
 */
function chooseBinding(facts: MechanismFacts): string | undefined {
  return bindingPreference.find(
    (type) =>
      facts.channelBindings.includes(type) &&
      (facts.offeredBindings === null ? type === 'tls-unique' : facts.offeredBindings.includes(type)),
  )
}

function refuse(name: string, facts: MechanismFacts, binding: string | undefined): string | undefined {
  if (facts.allowed !== null && !facts.allowed.includes(name)) return 'the app does not allow it'
  if (name === 'ANONYMOUS')
    return facts.credentials.anonymous ? undefined : 'the app did not ask for an anonymous session'
  if (facts.credentials.anonymous) return 'the app asked for an anonymous session'
  if (name === 'EXTERNAL')
    return facts.credentials.certificate ? undefined : 'no client certificate was given'
  if (!facts.credentials.password) return 'no password was given'
  if (name === 'PLAIN') {
    if (facts.scramPinned)
      return 'SCRAM was used for this account before, so the password is not sent any more'
    if (!facts.secure && !facts.allowPlaintext) return 'the connection is not encrypted'
    return undefined
  }
  if (name.endsWith('-PLUS') && binding === undefined) {
    if (facts.channelBindings.length === 0) return 'the transport offers no channel binding'
    return facts.offeredBindings === null
      ? 'the server does not say which channel bindings it accepts, and this channel has no tls-unique'
      : `the server accepts only ${facts.offeredBindings.join(', ') || 'no'} channel binding, this channel has ${facts.channelBindings.join(', ')}`
  }
  return undefined
}
