/** What identification from before SASL is called, among the mechanisms (XEP-0078). */
export const legacyMechanism = 'jabber:iq:auth'

/** What decides which mechanism is used. */
export interface MechanismFacts {
  /** SASL mechanisms the server offers. */
  readonly offered: readonly string[]
  /** The server takes `jabber:iq:auth`: it says so, or is from before XMPP 1.0. */
  readonly legacy: boolean
  /** Channel-binding types the server accepts (XEP-0440); `null` where it does not say. */
  readonly offeredBindings: readonly string[] | null
  /** Channel-binding types this channel has data for. */
  readonly channelBindings: readonly string[]
  /** What there is to log in with. */
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
  /** Mechanisms the app restricts itself to; `null`: every mechanism below. Who names `jabber:iq:auth` asks for it. */
  readonly allowed: readonly string[] | null
}

export interface MechanismCandidate {
  readonly name: string
  /**
   * What SCRAM says about channel binding: `p` it is bound by `binding`; `y` this channel could be bound, but the server does
   * not offer it; `n` neither (RFC 5802 §6).
   */
  readonly gs2: 'p' | 'y' | 'n'
  /** The channel-binding type, with `p` only. */
  readonly binding: string | undefined
}

/** A mechanism that is not used, and why. */
export interface MechanismRefusal {
  readonly name: string
  /** For people: a clause about the mechanism. */
  readonly reason: string
}

/** Which of the mechanisms on offer may be used, and why not the others. */
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

/** Strongest first (RFC 9266, RFC 5929 §10.1). */
const bindingPreference = ['tls-exporter', 'tls-unique', 'tls-server-end-point'] as const

/**
 * Orders what the server offers by strength and says of everything left out why.
 * @see RFC 6120 §6.3.3 and §13.8, XEP-0440 §3, XEP-0078
 */
export function chooseMechanisms(facts: MechanismFacts): MechanismChoice {
  const candidates: MechanismCandidate[] = []
  const refusals: MechanismRefusal[] = []
  const binding = chooseBinding(facts)
  const offersBinding = facts.offered.some(isBound)
  for (const name of preference) {
    if (!facts.offered.includes(name)) continue
    const reason = refuse(name, facts, binding)
    if (reason !== undefined) refusals.push({ name, reason })
    else if (isBound(name)) candidates.push({ name, gs2: 'p', binding })
    else
      candidates.push({
        name,
        gs2: facts.channelBindings.length > 0 && !offersBinding ? 'y' : 'n',
        binding: undefined,
      })
  }
  for (const name of facts.offered) {
    if (!preference.some((known) => known === name))
      refusals.push({ name, reason: 'this client does not speak it' })
  }
  const isAskedFor = facts.allowed?.includes(legacyMechanism) === true
  if (!facts.legacy && !isAskedFor) return { candidates, refusals }
  const reason = refuseLegacy(facts, candidates, isAskedFor)
  if (reason === undefined) candidates.push({ name: legacyMechanism, gs2: 'n', binding: undefined })
  else refusals.push({ name: legacyMechanism, reason })
  return { candidates, refusals }
}

/** Only where there is nothing better: what it proves, it proves of one side alone. @see XEP-0078 §1 */
function refuseLegacy(
  facts: MechanismFacts,
  { length }: readonly MechanismCandidate[],
  isAskedFor: boolean,
): string | undefined {
  if (facts.allowed !== null && !isAskedFor) return 'the app does not allow it'
  if (facts.credentials.anonymous) return 'the app asked for an anonymous session'
  if (!facts.credentials.password) return 'no password was given'
  if (facts.scramPinned) return 'SCRAM was used for this account before, and the server proved itself'
  if (length > 0) return 'a SASL mechanism is chosen'
  return facts.offered.length > 0 && !isAskedFor ? 'the server offers SASL' : undefined
}

const isBound = (name: string) => name.endsWith('-PLUS')

/**
 * A type both sides have. A server that does not say what it accepts (no XEP-0440) is only known to understand `tls-unique`:
 * such servers offer -PLUS on TLS 1.3 as well, and refuse `tls-exporter`, the default there (RFC 9266), as wrong credentials.
 */
function chooseBinding(facts: MechanismFacts): string | undefined {
  const accepted = facts.offeredBindings ?? ['tls-unique']
  return bindingPreference.find((type) => facts.channelBindings.includes(type) && accepted.includes(type))
}

/** Said of every mechanism that needs a password, where the offer was tampered with. */
export const strippedReason = 'somebody on the way removed channel binding from the offer'

/**
 * A server that lists bindings has mechanisms that use one, and accepts tls-server-end-point among them. Where the one is
 * missing, or the other and any that this channel has, that was removed on the way.
 * @see XEP-0440 §3, rules 1, 5 and 6
 */
function isStripped({ offered, offeredBindings }: MechanismFacts, binding: string | undefined): boolean {
  if (offeredBindings === null) return false
  return offered.some(isBound)
    ? binding === undefined && !offeredBindings.includes('tls-server-end-point')
    : offeredBindings.length > 0
}

function refuse(name: string, facts: MechanismFacts, binding: string | undefined): string | undefined {
  if (facts.allowed !== null && !facts.allowed.includes(name)) return 'the app does not allow it'
  if (name === 'ANONYMOUS')
    return facts.credentials.anonymous ? undefined : 'the app did not ask for an anonymous session'
  if (facts.credentials.anonymous) return 'the app asked for an anonymous session'
  if (name === 'EXTERNAL')
    return facts.credentials.certificate ? undefined : 'no client certificate was given'
  if (!facts.credentials.password) return 'no password was given'
  if (facts.channelBindings.length > 0 && isStripped(facts, binding)) return strippedReason
  if (name === 'PLAIN') {
    if (facts.scramPinned)
      return 'SCRAM was used for this account before, so the password is not sent any more'
    if (!facts.secure && !facts.allowPlaintext) return 'the connection is not encrypted'
    return undefined
  }
  if (isBound(name) && binding === undefined) {
    if (facts.channelBindings.length === 0) return 'the transport offers no channel binding'
    return facts.offeredBindings === null
      ? 'the server does not say which channel bindings it accepts, and this channel has no tls-unique'
      : `the server accepts only ${facts.offeredBindings.join(', ')} channel binding, this channel has ${facts.channelBindings.join(', ')}`
  }
  return undefined
}
