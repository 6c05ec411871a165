import type { Deviation } from '../conversations/server-under-test.js'
import { examples } from '../document/examples.js'
import { lacks, type Proof, type SeedRow } from './rows.js'

/** What the document is played on, and what the conversations are held on. */
export const stages = ['document', 'embedded', 'prosody', 'ejabberd'] as const
export type Stage = (typeof stages)[number]

/** A test that was run. */
export interface TestResult {
  /** From the root of the project. */
  readonly file: string
  readonly title: string
  /** What it stands under, outermost first. */
  readonly ancestors: readonly string[]
  readonly status: string
}

/** What came of a row on one stage. */
export interface Verdict {
  readonly verdict: 'fail' | 'no example' | 'not offered' | 'pass'
  /** How many tests have passed. */
  readonly passed: number
  /** What failed or was not run, and what the server does not offer. */
  readonly reasons: readonly string[]
}

/**
 * Judges a row by what was run. A proof that was not run has failed; one that shows how a server does without something is
 * told as that, once it has passed.
 */
export function judge(
  row: SeedRow,
  stage: Stage,
  results: readonly TestResult[],
  deviations: readonly Deviation[],
): Verdict {
  const onStage = results.filter((result) => stageOf(result) === stage && result.status !== 'skipped')
  if (stage === 'document') return judgeExamples(row, onStage)
  const failures: string[] = []
  const notOffered: string[] = []
  let passed = 0
  for (const proof of row.proofs) {
    const runs = onStage.filter(({ title }) => isRunOf(proof, title))
    if (runs.length === 0) failures.push(`not run: ${proof.test}`)
    for (const { title, status } of runs) if (status !== 'passed') failures.push(`${status}: ${title}`)
    const isOffered = proof.unless === undefined || !deviations.includes(proof.unless)
    if (isOffered) passed += runs.filter(({ status }) => status === 'passed').length
    else notOffered.push(`not offered by this server: ${lacks[proof.unless] ?? proof.unless}`)
  }
  const verdict = failures.length > 0 ? 'fail' : passed > 0 ? 'pass' : 'not offered'
  return { verdict, passed, reasons: [...failures, ...new Set(notOffered)] }
}

function judgeExamples(row: SeedRow, runs: readonly TestResult[]): Verdict {
  const wanted = examples.map(({ id }) => id).filter((id) => id.startsWith(`${row.id}.`))
  const reasons = wanted.flatMap((id) => {
    const run = runs.find(({ title }) => title.startsWith(`${id} is `))
    if (run === undefined) return [`not run: ${id}`]
    return run.status === 'passed' ? [] : [`${run.status}: ${run.title}`]
  })
  const verdict = reasons.length > 0 ? 'fail' : wanted.length > 0 ? 'pass' : 'no example'
  return { verdict, passed: wanted.length - reasons.length, reasons }
}

/** Whether a test is what a proof names. */
export function isRunOf({ test }: Proof, title: string): boolean {
  const [start = '', ...free] = test.split('%s')
  return free.length === 0 ? title === test : title.startsWith(start)
}

function stageOf({ ancestors, file }: TestResult): Stage {
  if (file.startsWith('test/document/')) return 'document'
  return stages.find((stage) => ancestors.includes(`on ${stage}`)) ?? 'embedded'
}
