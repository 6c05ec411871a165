import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** Hash functions that can be checked here, by their names in XMPP. @see XEP-0115 §8.1, XEP-0300 §4 */
export type CapsHash = 'sha-1' | 'sha-256' | 'sha-512'

/** What a presence says of the capabilities of who has sent it: nothing but a hash of them. */
export interface CapsClaim {
  readonly xep: '0115' | '0390'
  /** How the hash is made; `undefined` for a way that cannot be checked here. */
  readonly hash: CapsHash | undefined
  /** The hash itself, in base64. */
  readonly value: string
  /** The node under which its capabilities are found. */
  readonly node: string
}

/** Longer ones are no claims: each is kept as long as its presence lasts. */
const longestNodeUnits = 1_024

const hashNodePrefix = 'urn:xmpp:caps#'

/**
 * Reads the claim among the payloads of a presence; `undefined` where there is none, or one in the form from before hashes,
 * which proves nothing. That of XEP-0390 comes first, where its hash can be checked.
 * @see XEP-0115 §4, §12; XEP-0390 §4.3
 */
export function findCapsClaim(payloads: readonly XmlElement[]): CapsClaim | undefined {
  return findHashSet(payloads) ?? findCaps(payloads)
}

function findCaps(payloads: readonly XmlElement[]): CapsClaim | undefined {
  const element = payloads.find((payload) => payload.is('c', ns.caps))
  const [hash, node, value] = ['hash', 'node', 'ver'].map((name) => element?.attribute(name))
  if (!hash || !node || !value) return undefined
  return bounded({ xep: '0115', hash: toCapsHash(hash), value, node: `${node}#${value}` })
}

/** SHA-1 is too weak for it (XEP-0300 §4). */
function findHashSet(payloads: readonly XmlElement[]): CapsClaim | undefined {
  const element = payloads.find((payload) => payload.is('c', ns.capabilityHashes))
  for (const child of element?.elements('hash', ns.hashes) ?? []) {
    const hash = toCapsHash(child.attribute('algo'))
    const value = child.text().trim()
    if (hash === undefined || hash === 'sha-1' || value === '') continue
    return bounded({ xep: '0390', hash, value, node: toHashNode(hash, value) })
  }
  return undefined
}

const bounded = (claim: CapsClaim) => (claim.node.length > longestNodeUnits ? undefined : claim)

const capsHashes: readonly CapsHash[] = ['sha-1', 'sha-256', 'sha-512']
const toCapsHash = (name: string | undefined) => capsHashes.find((known) => known === name)

/** The node under which the capabilities of a hash are found. @see XEP-0390 §3.3 */
export const toHashNode = (hash: CapsHash, value: string): string => `${hashNodePrefix}${hash}.${value}`

/** Writes a claim, by SHA-1 of the verification string; `node` is a URI that names the software. @see XEP-0115 §4 */
export function toCapsElement(node: string, value: string): XmlElement {
  return xml('c', ns.caps, { hash: 'sha-1', node, ver: value })
}

/** Writes a claim, by SHA-256. @see XEP-0390 §4.3 */
export function toHashSetElement(value: string): XmlElement {
  return xml('c', ns.capabilityHashes, {}, xml('hash', ns.hashes, { algo: 'sha-256' }, value))
}
