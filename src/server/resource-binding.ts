import type { BindVerdict } from '../../machines/served-facts.js'
import type { Account } from './account.js'

/**
 * What happens to a resource that is taken: `replace` ends the older session, `rename` gives the newer one another
 * resource, `refuse` lets it try again.
 * @see RFC 6120 §7.7.2.2
 */
export type ResourceConflictPolicy = 'refuse' | 'rename' | 'replace'

/**
 * Decides the resource of a new session.
 * @param wanted as prepared; `undefined`: any, `null`: one that cannot be prepared
 * @param generate makes resources that nobody can guess (RFC 6120 §7.6)
 */
export function decideResource(
  account: Account,
  wanted: string | undefined | null,
  policy: ResourceConflictPolicy,
  limit: number,
  generate: () => string,
): BindVerdict {
  if (wanted === null) return { kind: 'refused', condition: 'bad-request' }
  const isTaken = wanted !== undefined && account.resources.has(wanted)
  if (isTaken && policy === 'refuse') return { kind: 'refused', condition: 'conflict' }
  if (isTaken && policy === 'replace') return { kind: 'bound', resource: wanted }
  if (account.resources.size >= limit) return { kind: 'refused', condition: 'resource-constraint' }
  return { kind: 'bound', resource: wanted === undefined || isTaken ? generate() : wanted }
}
