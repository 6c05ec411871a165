import { hashing } from '#hashing'
import { encodeUtf8 } from './bytes.js'
import type { ScramHash } from './scram-hashes.js'

/** What the stream features offered, as far as XEP-0474 protects it. */
export interface SaslOffer {
  /** Names of all mechanisms, of SASL or of SASL2: of whichever is used. */
  readonly mechanisms: readonly string[]
  /** Types that XEP-0440 lists; `undefined` when the server does not list any. */
  readonly channelBindings?: readonly string[] | undefined
}

/** XEP-0474 §5.1: the digest of an offer, by which the server shows within SCRAM what it had sent. */
export function hashOffer(offer: SaslOffer, hash: ScramHash): Promise<Uint8Array> {
  const mechanisms = joinSorted(offer.mechanisms)
  const { channelBindings } = offer
  const text = channelBindings === undefined ? mechanisms : `${mechanisms}\x1F${joinSorted(channelBindings)}`
  return hashing.digest(hash, encodeUtf8(text))
}

/** Names are ASCII, for which the default order is that of `i;octet` (RFC 4790 §9.3). */
function joinSorted(names: readonly string[]): string {
  return [...names].sort().join('\x1E')
}
