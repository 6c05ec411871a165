import type { Finding } from '../../src/testing/finding.js'

/**
 * Ids of what is wrong; of those that are not known, and those that are known and no longer wrong, with what they are instead:
 * so that both what is new and what is gone differs from the list of what is known.
 */
export function toDeviations(
  findings: readonly Finding[],
  known: Readonly<Record<string, string>> = {},
): readonly string[] {
  return findings
    .filter(({ id, verdict }) => verdict === 'wrong' || id in known)
    .map(({ detail, id, verdict }) =>
      verdict === 'wrong' && id in known ? id : `${id}: ${verdict}: ${detail}`,
    )
}
