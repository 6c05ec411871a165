import { compareOctets } from './octet-order.js'

/** What of an identity is hashed; what is left out is empty. */
export type IdentityParts = readonly [category: string, type: string, lang: string, name: string]

/**
 * The text that is hashed for capabilities without forms, or with the parts of their forms, which are in order already.
 * @see XEP-0115 §5.1
 */
export function toVerificationText(
  identities: readonly IdentityParts[],
  features: readonly string[],
  formParts: readonly string[] = [],
): string {
  const names = identities.toSorted(compareIdentities).map((parts) => parts.join('/'))
  const parts = [...names, ...features.toSorted(compareOctets), ...formParts]
  return parts.map((part) => `${part}<`).join('')
}

/** Part by part: a slash would come after some characters of a longer part. */
function compareIdentities(one: IdentityParts, other: IdentityParts): number {
  for (const [index, part] of one.entries()) {
    const order = compareOctets(part, other[index] ?? '')
    if (order !== 0) return order
  }
  return 0
}
