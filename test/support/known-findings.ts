import { expect } from 'vitest'
import type { Finding } from '../../src/testing/index.js'

/** What is wrong has to be exactly what is known, in the same order: what is new fails, and so does what is gone. */
export function expectKnown(
  findings: readonly Finding[],
  known: Readonly<Record<string, string>> = {},
): void {
  const looked = findings.filter(({ id, verdict }) => verdict === 'wrong' || id in known)
  const told = looked.map(({ detail, id, verdict }) =>
    verdict === 'wrong' && id in known ? id : `${id}: ${verdict}: ${detail}`,
  )
  expect(told).toEqual(Object.keys(known))
}
