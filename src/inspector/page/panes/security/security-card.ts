import type { Facts } from '../../../recording/record.js'
import { factAt, factsIn, isFacts, isSet, wordAt, wordsAt } from '../facts.js'
import { toCount, toLegibleLine } from '../legible.js'

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

/** A mechanism that was not used, and why. */
export interface PassedOver {
  readonly name: string
  readonly reason: string
}

/**
 * What protects a session, each finding with what it is worth.
 * @param security what a `security` record tells
 * @param now in milliseconds since 1970
 * @see RFC 7590 §3.6
 */
export function toFindings(security: Facts | undefined, now: number): readonly Finding[] {
  if (security === undefined) return []
  return [
    encryption(security),
    cipher(security),
    certificate(security, now),
    verification(security),
    mechanism(security),
    channelBinding(security),
    ...downgrade(security),
  ].flatMap((finding) => finding ?? [])
}

/** What the server offered beside the mechanism in use, and why each was left. */
export function toPassedOver(security: Facts | undefined): readonly PassedOver[] {
  return factsIn(factAt(security, 'refusals')).flatMap((refusal) => {
    const name = wordAt(refusal, 'name')
    const reason = wordAt(refusal, 'reason') ?? 'no reason is told'
    return name === undefined ? [] : [{ name: toLegibleLine(name, 60), reason: toLegibleLine(reason, 300) }]
  })
}

/** What counts of all that was found: that something is not known matters only where everything hangs on it. */
export function overallOf(findings: readonly Finding[]): Verdict {
  const has = (verdict: Verdict): boolean => findings.some((each) => each.verdict === verdict)
  if (has('bad')) return 'bad'
  if (has('weak')) return 'weak'
  const isOpen = findings.some(({ topic, verdict }) => verdict === 'unknown' && vital.includes(topic))
  return isOpen ? 'unknown' : 'good'
}

const vital: readonly string[] = ['Encryption', 'Verified by', 'Logged in by']

function encryption(security: Facts): Finding {
  const topic = 'Encryption'
  if (!isSet(security, 'encrypted')) {
    return finding(topic, 'none', 'bad', 'Everybody on the way can read and change everything.')
  }
  const version = wordAt(security, 'tls', 'version') ?? 'unknown'
  switch (version) {
    case 'TLSv1.3':
      return finding(topic, 'TLS 1.3', 'good', 'The newest version there is.')
    case 'TLSv1.2':
      return finding(topic, 'TLS 1.2', 'good', 'Sound with a modern cipher; TLS 1.3 is better.')
    case 'unknown':
      return finding(topic, 'TLS', 'unknown', 'A browser does not tell which version it speaks.')
    default:
      return finding(topic, version, 'bad', 'Broken by known attacks: nobody should speak it any more.')
  }
}

function cipher(security: Facts): Finding | undefined {
  const name = wordAt(security, 'tls', 'cipher')
  if (name === undefined || name === 'unknown') return undefined
  const topic = 'Cipher'
  if (/NULL|EXPORT|RC4|3DES|DES_|MD5|anon/i.test(name)) {
    return finding(topic, name, 'bad', 'Broken: it protects nothing.')
  }
  const isForwardSecret = /^TLS_(?:AES|CHACHA20)|DHE/.test(name)
  if (!isForwardSecret) {
    return finding(
      topic,
      name,
      'weak',
      'Not forward secret: a key that leaks later opens what is said today.',
    )
  }
  return /GCM|CCM|POLY1305/.test(name)
    ? finding(topic, name, 'good', 'Forward secret: a key that leaks later opens nothing of today.')
    : finding(topic, name, 'weak', 'Forward secret, but of an older kind that was attacked before.')
}

const dayMs = 24 * 60 * 60 * 1000

function certificate(security: Facts, now: number): Finding | undefined {
  const found = factAt(security, 'tls', 'certificate')
  const topic = 'Certificate'
  if (found === 'unknown')
    return finding(topic, 'not told', 'unknown', 'A browser checks it, and shows it to nobody.')
  if (!isFacts(found)) return undefined
  const names = wordsAt(found, 'names') ?? []
  const value = names.length > 0 ? names.slice(0, 4).join(', ') : (wordAt(found, 'subject') ?? 'nobody')
  const issuer = `Issued by ${toLegibleLine(wordAt(found, 'issuer') ?? 'nobody', 120)}`
  const end = factAt(found, 'validTo')
  if (typeof end !== 'number') return finding(topic, value, 'unknown', `${issuer}; when it ends is not told.`)
  const days = Math.floor((end - now) / dayMs)
  if (days < 0) return finding(topic, value, 'bad', `${issuer}; it ended ${-days} days ago.`)
  const words = `${issuer}; good for ${toCount(days)} more days.`
  return finding(topic, value, days < 14 ? 'weak' : 'good', words)
}

function verification(security: Facts): Finding | undefined {
  const topic = 'Verified by'
  switch (wordAt(security, 'tls', 'verifiedBy')) {
    case 'system':
      return finding(
        topic,
        'authorities of the system',
        'good',
        'It names the domain, and an authority vouches for it.',
      )
    case 'app':
      return finding(
        topic,
        'authorities of the app',
        'good',
        'It names the domain, and who vouches was chosen by the app.',
      )
    case 'unknown':
      return finding(
        topic,
        'whoever opened it',
        'unknown',
        'The connection was opened outside of the engine.',
      )
    default:
      return undefined
  }
}

function mechanism(security: Facts): Finding | undefined {
  const name = wordAt(security, 'mechanism')
  const topic = 'Logged in by'
  if (name === undefined) return finding(topic, 'not yet', 'unknown', 'Nobody has proven anything so far.')
  if (name.startsWith('SCRAM-')) {
    return finding(
      topic,
      name,
      'good',
      'Both sides have proven that they know the password; it was not sent.',
    )
  }
  switch (name) {
    case 'PLAIN':
      return isSet(security, 'encrypted')
        ? finding(
            topic,
            name,
            'weak',
            'The server got to see the password itself, though nobody on the way did.',
          )
        : finding(topic, name, 'bad', 'The password crossed the network for everybody to read.')
    case 'EXTERNAL':
      return finding(topic, name, 'good', 'By the certificate of the client: no password was needed.')
    case 'ANONYMOUS':
      return finding(topic, name, 'unknown', 'Nobody has proven anything; the app asked for that.')
    default:
      return finding(topic, name, 'unknown', 'This page knows nothing about that mechanism.')
  }
}

function channelBinding(security: Facts): Finding | undefined {
  const name = wordAt(security, 'mechanism')
  const used = wordAt(security, 'channelBinding', 'used')
  const topic = 'Channel binding'
  if (used !== undefined) {
    return finding(topic, used, 'good', 'The login is tied to this very channel: nobody can sit in between.')
  }
  if (name === undefined || name === 'EXTERNAL' || name === 'ANONYMOUS') return undefined
  const available = wordsAt(security, 'channelBinding', 'available') ?? []
  return available.length === 0
    ? finding(topic, 'none', 'weak', 'This transport has nothing to bind to; in browsers none has.')
    : finding(
        topic,
        'none',
        'weak',
        'The server accepts none: who holds a trusted certificate could sit in between.',
      )
}

function downgrade(security: Facts): readonly Finding[] {
  const topic = 'Downgrade'
  if (isSet(security, 'downgrade', 'bindingsStripped')) {
    return [
      finding(topic, 'the offer was cut', 'bad', 'Somebody on the way removed channel binding from it.'),
    ]
  }
  if (wordAt(security, 'mechanism') === undefined) return []
  const isPinned = isSet(security, 'downgrade', 'scramPinned')
  return [
    isSet(security, 'downgrade', 'offerVerified')
      ? finding(
          topic,
          'the offer is proven',
          'good',
          'The server has signed what it offered: nothing was cut on the way.',
        )
      : finding(
          topic,
          'the offer is not proven',
          'unknown',
          'The server does not sign its offer (XEP-0474); nothing in it looks cut.',
        ),
    isPinned
      ? finding(
          'Password',
          'never sent again',
          'good',
          'SCRAM has worked for this account, so PLAIN is not used any more.',
        )
      : finding(
          'Password',
          'not pinned',
          'unknown',
          'SCRAM has not worked for this account yet, so PLAIN is still allowed.',
        ),
  ]
}

function finding(topic: string, value: string, verdict: Verdict, words: string): Finding {
  return { topic, value: toLegibleLine(value, 300), verdict, words }
}
