import * as machines from '../../machines/index.js'
import { checkChart, walk, type Coverage, type Violation } from '../../src/testing/index.js'
import { isChart } from '../../src/testing/laws.js'
import { charts } from './charts/index.js'
import type { WalkedChart } from './charts/walked-chart.js'
import type { Counter } from './counter.js'
import { counters } from './counters.js'

/** What the walk of one chart came to. */
export interface ChartReport {
  readonly coverage: Coverage
  readonly places: number
  /** How many ways take every transition, and of how many events. */
  readonly ways: number
  readonly steps: number
  readonly ms: number
  readonly violations: readonly Violation[]
}

/** What all walks came to. */
export interface WalkReport {
  readonly charts: readonly ChartReport[]
  readonly counters: readonly Counter[]
  /** In words, everything that falls short. */
  readonly shortcomings: readonly string[]
}

/** What can be asked for alone: each chart, all of them as `charts`, and each count beside them. */
export const names: readonly string[] = [
  'charts',
  ...charts.map(({ machine }) => machine.id),
  ...Object.keys(counters),
]

/** Walks what is named of the charts of the house (`charts`: all of them), and counts what is named of what is counted beside them. */
export async function report(only: readonly string[]): Promise<WalkReport> {
  const walked = chosen(only).map(toReport)
  const counted = await countedOf(only)
  return {
    charts: walked,
    counters: counted,
    shortcomings: [
      ...walked.flatMap(({ violations }) => violations.map(toText)),
      ...counted.flatMap(toMissed),
      ...(only.includes('charts') ? withoutCatalogue() : []),
    ],
  }
}

/** The first thing that falls short of what is named, and no walk goes on behind it: all that is asked of a planted fault. */
export async function firstShortcoming(only: readonly string[]): Promise<string | undefined> {
  for (const { machine, catalogue } of chosen(only)) {
    const [unlawful] = checkChart(machine)
    if (unlawful !== undefined) return toText(unlawful)
    const [violation] = checkChart(machine, walk(machine, { ...catalogue, untilIncident: true }))
    if (violation !== undefined) return toText(violation)
  }
  return (await countedOf(only)).flatMap(toMissed)[0]
}

const chosen = (only: readonly string[]): readonly WalkedChart[] =>
  charts.filter(({ machine }) => only.includes('charts') || only.includes(machine.id))

async function countedOf(only: readonly string[]): Promise<readonly Counter[]> {
  const counted: Counter[] = []
  for (const [name, count] of Object.entries(counters))
    if (only.includes(name)) counted.push(...(await count()))
  return counted
}

const toMissed = ({ name, missed }: Counter): readonly string[] => missed.map((each) => `${name}: ${each}`)

function toReport({ machine, walk }: WalkedChart): ChartReport {
  const begun = performance.now()
  const walked = walk()
  const ways = walked.cover()
  return {
    coverage: walked.coverage,
    places: walked.places.length,
    ways: ways.length,
    steps: ways.reduce((sum, { edges }) => sum + edges.length, 0),
    ms: Math.round(performance.now() - begun),
    violations: checkChart(machine, walked),
  }
}

function toText({ law, state, what, events }: Violation): string {
  const way = events.length === 0 ? '' : ` (after ${events.join(', ')})`
  return `${law} — ${state}: ${what}${way}`
}

function withoutCatalogue(): readonly string[] {
  const known = new Set(charts.map(({ machine }) => machine.id))
  return Object.values(machines)
    .filter(isChart)
    .filter(({ id }) => !known.has(id))
    .map(({ id }) => `${id}: has no catalogue in test/walk/charts, so nobody walks it`)
}
