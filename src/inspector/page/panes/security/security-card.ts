import { chooseMechanisms, type MechanismFacts } from '../../../../../machines/mechanism-choice.js'
import type { Fact, Facts } from '../../../recording/record.js'
import { factAt, factsIn, factWords, isFacts, isSet, wordAt, wordsAt } from '../facts.js'
import { toLegibleLine } from '../legible.js'

/** How much a finding is worth. */
export type Verdict = 'good' | 'weak' | 'bad' | 'unknown'

/** One row of the card. */
export interface Finding {
  readonly topic: string
  readonly value: string
  readonly verdict: Verdict
  /** What that means, in a sentence. */
  readonly words: string
}

/** What there is to know of a session. */
export interface SessionSecurity {
  /** Of the last `security` record. */
  readonly security: Facts | undefined
  /** Of the authentication chart: its context, or its input where that is not told. */
  readonly authentication: Facts | undefined
  /** The authentication chart has ended well. */
  readonly isAuthenticated: boolean
  /** In milliseconds since 1970. */
  readonly now: number
}

/** A mechanism that was not used, and why. */
export interface PassedOver {
  readonly name: string
  readonly reason: string
}

/**
 * What protects a session, each finding with what it is worth.
 * @see RFC 7590 §3.6
 */
export function toFindings(session: SessionSecurity): readonly Finding[] {
  const { security, authentication } = session
  if (security === undefined && authentication === undefined) return []
  return [
    encryption(session),
    cipher(session),
    certificate(session),
    verification(session),
    mechanism(session),
    channelBinding(session),
    downgrade(session),
  ].flatMap((finding) => finding ?? [])
}

/** What the server offered beside the mechanism in use, and why each was left. */
export function toPassedOver({ authentication }: SessionSecurity): readonly PassedOver[] {
  const told = factsIn(factAt(authentication, 'refusals')).flatMap((refusal) => {
    const name = wordAt(refusal, 'name')
    return name === undefined ? [] : [{ name, reason: wordAt(refusal, 'reason') ?? 'refused' }]
  })
  const facts = toMechanismFacts(factAt(authentication, 'facts'))
  const { candidates, refusals } = chooseMechanisms(facts)
  const used = mechanismName(authentication)
  const known = told.length > 0 ? told : refusals
  const spare = candidates.filter(({ name }) => name !== used && !known.some((each) => each.name === name))
  return [...known, ...spare.map(({ name }) => ({ name, reason: 'weaker than what is used, or not needed' }))].map(
    ({ name, reason }) => ({ name: toLegibleLine(name, 60), reason: toLegibleLine(reason, 300) }),
  )
}

function encryption({ security, authentication }: SessionSecurity): Finding {
  const version = wordAt(security, 'tlsVersion') ?? wordAt(security, 'version')
  const secure = factAt(security, 'secure') ?? factAt(authentication, 'facts', 'secure')
  const topic = 'Encryption'
  if (version === undefined && secure !== true) {
    return secure === false
      ? { topic, value: 'none', verdict: 'bad', words: 'Everybody on the way can read and change everything.' }
      : { topic, value: 'not known', verdict: 'unknown', words: 'Nothing has been secured yet, or it was not told.' }
  }
  const value = toLegibleLine(version ?? 'TLS', 40)
  if (version === 'TLSv1.3') return { topic, value, verdict: 'good', words: 'The newest version there is.' }
  if (version === 'TLSv1.2') {
    return { topic, value, verdict: 'good', words: 'Sound with a modern cipher; the server could offer TLS 1.3.' }
  }
  if (version === undefined || version === 'unknown') {
    return { topic, value: 'TLS', verdict: 'unknown', words: 'A browser does not tell which version it speaks.' }
  }
  return { topic, value, verdict: 'bad', words: 'Broken by known attacks: RFC 7590 forbids it.' }
}

function cipher({ security }: SessionSecurity): Finding | undefined {
  const name = wordAt(security, 'cipher') ?? wordAt(security, 'cipher', 'name')
  if (name === undefined) return undefined
  const topic = 'Cipher'
  const value = toLegibleLine(name, 80)
  if (/NULL|EXPORT|RC4|3?DES|MD5/i.test(name)) {
    return { topic, value, verdict: 'bad', words: 'Broken: it protects nothing.' }
  }
  const isForwardSecret = /^TLS_(?:AES|CHACHA20)|DHE/i.test(name)
  const isAuthenticated = /GCM|CCM|POLY1305/i.test(name)
  if (isForwardSecret && isAuthenticated) {
    return { topic, value, verdict: 'good', words: 'Forward secret: a key that leaks later opens nothing of today.' }
  }
  return isForwardSecret
    ? { topic, value, verdict: 'weak', words: 'An older construction (no authenticated encryption).' }
    : { topic, value, verdict: 'weak', words: 'Not forward secret: whoever gets the server’s key can read this session.' }
}

const dayMs = 24 * 60 * 60 * 1000

function certificate({ security, now }: SessionSecurity): Finding | undefined {
  const found = factAt(security, 'certificate')
  if (!isFacts(found)) return undefined
  const issuer = wordAt(found, 'issuer')
  const until = factAt(found, 'validTo')
  const end = typeof until === 'string' ? Date.parse(until) : typeof until === 'number' ? until : NaN
  const names = wordsAt(found, 'names') ?? []
  const subject = wordAt(found, 'subject') ?? names.join(', ')
  const topic = 'Certificate'
  const value = toLegibleLine(`${subject}${issuer === undefined ? '' : ` · issued by ${issuer}`}`, 200)
  if (Number.isNaN(end)) return { topic, value, verdict: 'unknown', words: 'When it ends is not told.' }
  const days = Math.floor((end - now) / dayMs)
  if (days < 0) return { topic, value, verdict: 'bad', words: `It ended ${-days} days ago.` }
  return { topic, value, verdict: days < 14 ? 'weak' : 'good', words: `It is good for ${days} more days.` }
}

function verification({ security, authentication }: SessionSecurity): Finding | undefined {
  const how = factAt(security, 'verified') ?? factAt(security, 'verifiedBy')
  if (how === undefined) return undefined
  const topic = 'Verified'
  const isPlain = isSet(authentication, 'facts', 'allowPlaintext')
  if (how === false) {
    return { topic, value: 'no', verdict: 'bad', words: 'Whoever answered may be anybody.' }
  }
  const value = how === true ? 'yes' : toLegibleLine(factWords(how), 120)
  const words = isPlain
    ? 'But the app allows connections without encryption: dangerouslyAllowPlaintext is set.'
    : 'The certificate names the domain of the account, and leads to an authority that is trusted here.'
  return { topic, value, verdict: isPlain ? 'weak' : 'good', words }
}

function mechanism({ authentication, isAuthenticated, security }: SessionSecurity): Finding | undefined {
  const name = mechanismName(authentication)
  if (name === undefined) return undefined
  const topic = isAuthenticated ? 'Logged in by' : 'Logging in by'
  const value = toLegibleLine(name, 60)
  const secure = isSet(authentication, 'facts', 'secure') || isSet(security, 'secure')
  if (name === 'PLAIN') {
    return secure
      ? { topic, value, verdict: 'weak', words: 'The server gets to see the password itself, though nobody on the way.' }
      : { topic, value, verdict: 'bad', words: 'The password crosses the network for everybody to read.' }
  }
  if (name.startsWith('SCRAM-')) {
    const proven = isAuthenticated ? 'The server has proven that it knows it too.' : 'The server has yet to prove itself.'
    return { topic, value, verdict: isAuthenticated ? 'good' : 'unknown', words: `The password is proven, never sent. ${proven}` }
  }
  if (name === 'EXTERNAL') {
    return { topic, value, verdict: 'good', words: 'By the client’s certificate; no password is involved.' }
  }
  if (name === 'ANONYMOUS') {
    return { topic, value, verdict: 'unknown', words: 'Nobody has proven anything; the app asked for that.' }
  }
  return { topic, value, verdict: 'unknown', words: 'A mechanism that this page knows nothing about.' }
}

function channelBinding({ authentication }: SessionSecurity): Finding | undefined {
  const name = mechanismName(authentication)
  if (name === undefined || !name.startsWith('SCRAM-')) return undefined
  const topic = 'Channel binding'
  const facts = toMechanismFacts(factAt(authentication, 'facts'))
  const used = chooseMechanisms(facts).candidates.find((candidate) => candidate.name === name)
  const binding = wordAt(authentication, 'mechanism', 'binding') ?? used?.binding
  if (name.endsWith('-PLUS')) {
    const words = 'The login is tied to this very TLS channel: nobody can sit in between.'
    return { topic, value: toLegibleLine(binding ?? 'yes', 40), verdict: 'good', words }
  }
  if (facts.channelBindings.length === 0) {
    return { topic, value: 'none', verdict: 'weak', words: 'This transport has no data to bind to (browsers never do).' }
  }
  return {
    topic,
    value: 'none',
    verdict: 'weak',
    words: 'The server offers none: somebody with a certificate that is trusted here could sit in between.',
  }
}

function downgrade({ authentication }: SessionSecurity): Finding | undefined {
  const facts = factAt(authentication, 'facts')
  if (!isFacts(facts)) return undefined
  const topic = 'Downgrade'
  const { offered, offeredBindings, scramPinned } = toMechanismFacts(facts)
  const isStripped = offeredBindings !== null && offeredBindings.length > 0 && !offered.some((each) => each.endsWith('-PLUS'))
  if (isStripped) {
    const words = 'The server lists channel bindings, but no mechanism that uses one: those were removed on the way.'
    return { topic, value: 'offer was cut', verdict: 'bad', words }
  }
  return scramPinned
    ? { topic, value: 'pinned', verdict: 'good', words: 'SCRAM has worked for this account: its password is never sent any more.' }
    : { topic, value: 'checked', verdict: 'good', words: 'The strongest of what is offered is used, and nothing in the offer contradicts itself.' }
}

/** As a word, or as the chart keeps it. */
function mechanismName(authentication: Facts | undefined): string | undefined {
  return wordAt(authentication, 'mechanism') ?? wordAt(authentication, 'mechanism', 'name')
}

function toMechanismFacts(fact: Fact | undefined): MechanismFacts {
  return {
    offered: wordsAt(fact, 'offered') ?? [],
    offeredBindings: wordsAt(fact, 'offeredBindings') ?? null,
    channelBindings: wordsAt(fact, 'channelBindings') ?? [],
    credentials: {
      password: isSet(fact, 'credentials', 'password'),
      certificate: isSet(fact, 'credentials', 'certificate'),
      anonymous: isSet(fact, 'credentials', 'anonymous'),
    },
    secure: isSet(fact, 'secure'),
    allowPlaintext: isSet(fact, 'allowPlaintext'),
    scramPinned: isSet(fact, 'scramPinned'),
    allowed: wordsAt(fact, 'allowed') ?? null,
  }
}
