import type { Fact, Facts } from '../recording/record.js'
import { isObject, isTrickName } from '../recording/shape.js'

const depthLimit = 6
const entriesLimit = 100
/** In UTF-16 code units. */
const textLimit = 1_000

/** What somebody else’s app tells of a context or an event, cut to a size that can be kept: `…` stands where something was cut. */
export function toFacts(value: unknown): Facts | undefined {
  if (value === undefined) return undefined
  const fact = toFact(value, 0)
  return isObject(value) && isFacts(fact) ? fact : { value: fact }
}

/** A text of at most so many UTF-16 code units. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}

function toFact(value: unknown, depth: number): Fact {
  if (typeof value === 'string') return cut(value, textLimit)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'object' || value === null) return null
  if (depth >= depthLimit) return '…'
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    const facts = items.slice(0, entriesLimit).map((item) => toFact(item, depth + 1))
    return items.length <= entriesLimit ? facts : [...facts, '…']
  }
  const entries = Object.entries(value).filter(([name]) => !isTrickName(name))
  const facts = entries
    .slice(0, entriesLimit)
    .map(([name, each]: [string, unknown]) => [cut(name, textLimit), toFact(each, depth + 1)] as const)
  return Object.fromEntries(entries.length <= entriesLimit ? facts : [...facts, ['…', '…'] as const])
}

function isFacts(fact: Fact): fact is Facts {
  return isObject(fact)
}
