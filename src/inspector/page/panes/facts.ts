import type { Fact, Facts } from '../../recording/record.js'
import { toLegibleLine } from './legible.js'

/** What stands under a path of names; what an object only inherits is not there. */
export function factAt(fact: Fact | undefined, ...path: readonly string[]): Fact | undefined {
  return path.reduce<Fact | undefined>(
    (inner, name) => (isFacts(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    fact,
  )
}

export function wordAt(fact: Fact | undefined, ...path: readonly string[]): string | undefined {
  const found = factAt(fact, ...path)
  return typeof found === 'string' && found !== '' ? found : undefined
}

export function isSet(fact: Fact | undefined, ...path: readonly string[]): boolean {
  return factAt(fact, ...path) === true
}

/** A list of words; `undefined` where there is none. */
export function wordsAt(fact: Fact | undefined, ...path: readonly string[]): readonly string[] | undefined {
  const found = factAt(fact, ...path)
  return isList(found) ? found.filter((each) => typeof each === 'string') : undefined
}

export function factsIn(fact: Fact | undefined): readonly Facts[] {
  return isList(fact) ? fact.filter(isFacts) : []
}

export function isFacts(fact: Fact | undefined): fact is Facts {
  return typeof fact === 'object' && fact !== null && !Array.isArray(fact)
}

/** The first facts of an error that an event, an output or a context tells of. */
export function findError(fact: Fact | undefined, depth = 0): Facts | undefined {
  if (!isFacts(fact) || depth > 4) return undefined
  if (wordAt(fact, 'code') !== undefined && wordAt(fact, 'name') !== undefined) return fact
  for (const inner of Object.values(fact)) {
    const found = findError(inner, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

/** One name and what stands under it, as a line. */
export interface FactLine {
  /** E.g. `facts.item.ask`. */
  readonly path: string
  readonly value: string
  /** What it was; `undefined`: it has not changed. */
  readonly before: string | undefined
}

const lineLimit = 500

/** Facts as lines, each with what it was before where that differs; what is gone is told as well. */
export function toFactLines(
  facts: Facts | undefined,
  before: Facts | undefined = facts,
): readonly FactLine[] {
  const now = new Map(flatten(facts))
  const then = new Map(flatten(before))
  const kept = [...now].map(([path, value]): FactLine => {
    const old = then.get(path) ?? absent
    return { path, value, before: old === value || before === undefined ? undefined : old }
  })
  const gone = [...then].flatMap(([path, old]): readonly FactLine[] =>
    now.has(path) ? [] : [{ path, value: absent, before: old }],
  )
  return [...kept, ...gone].slice(0, lineLimit)
}

const absent = '—'

/** A fact in one line. */
export function factWords(fact: Fact): string {
  if (fact === null) return 'none'
  if (typeof fact === 'string') return toLegibleLine(fact, 300)
  if (typeof fact === 'boolean') return fact ? 'yes' : 'no'
  if (typeof fact === 'number') return String(fact)
  if (isList(fact)) return fact.length === 0 ? 'none' : fact.slice(0, 50).map(factWords).join(', ')
  const entries = Object.entries(fact).slice(0, 50)
  return entries.map(([name, inner]) => `${toLegibleLine(name, 60)} ${factWords(inner)}`).join(' · ')
}

function flatten(facts: Facts | undefined, around = '', depth = 0): readonly (readonly [string, string])[] {
  if (facts === undefined) return []
  return Object.entries(facts)
    .slice(0, lineLimit)
    .flatMap(([name, fact]) => {
      const path = `${around}${toLegibleLine(name, 60)}`
      return isFacts(fact) && depth < 4 && Object.keys(fact).length > 0
        ? flatten(fact, `${path}.`, depth + 1)
        : [[path, factWords(fact)] as const]
    })
}

function isList(fact: Fact | undefined): fact is readonly Fact[] {
  return Array.isArray(fact)
}
