import type { Facts } from '../../../recording/record.js'
import { wordAt } from '../facts.js'
import { toLegibleLine } from '../legible.js'
import { failures } from './known-failures.js'

/** Why something failed, for people. */
export interface FailureWords {
  /** E.g. `transport.refused`. */
  readonly code: string
  /** What it means for the session. */
  readonly because: string
  /** What to do about it; `undefined` for an error that is not of this engine. */
  readonly advice: string | undefined
}

/** Says in words what the facts of an error mean; in dots, until the words are loaded, and why not, where they cannot be. */
export function toFailureWords(facts: Facts): FailureWords {
  const code = wordAt(facts, 'code') ?? wordAt(facts, 'name') ?? 'unknown'
  const known = failures.ask()
  const { sentences, table } = known ?? { sentences: [], table: {} }
  const key = code.startsWith('stanza.')
    ? `stanza ${wordAt(facts, 'type') ?? 'cancel'}`
    : code.startsWith('timeout.') && !Object.hasOwn(table, code)
      ? 'timeout'
      : code
  const [because = -1, advice = -1] = Object.hasOwn(table, key) ? (table[key] ?? []) : []
  return {
    code: toLegibleLine(code, 120),
    because:
      sentences[because] ?? (known === undefined ? unloadedWords() : 'the recording does not tell more'),
    advice: sentences[advice],
  }
}

const unloadedWords = (): string =>
  failures.isMissing.value ? 'what it means cannot be told: failures.js is missing' : '…'
