import type { Figures } from './worker.js'

/** The runs of one subject: figures of each, or why there are none. */
export interface SubjectRuns {
  readonly runs: readonly Figures[]
  readonly problem: string | undefined
}

/**
 * Measures every subject `runs` times in turns (ours, peer, ours, peer …), so that a machine that grows slow does so for
 * all. A subject that fails is left out from then on; if ours does, that is an error.
 * @param turns `together`: all subjects of a run at once, for what does not depend on CPU
 */
export async function inTurns<Name extends string>(
  names: readonly Name[],
  runs: number,
  measure: (name: Name) => Promise<Figures>,
  turns: 'apart' | 'together' = 'apart',
): Promise<ReadonlyMap<Name, SubjectRuns>> {
  const collected = new Map<Name, Figures[]>(names.map((name) => [name, []]))
  const problems = new Map<Name, string>()
  const once = async (name: Name) => {
    if (problems.has(name)) return
    try {
      const figures = await measure(name)
      collected.get(name)?.push(figures)
    } catch (error) {
      if (name === 'ours') throw error
      problems.set(name, error instanceof Error ? error.message : String(error))
    }
  }
  for (let run = 0; run < runs; run++) {
    if (turns === 'together') await Promise.all(names.map(once))
    else for (const name of names) await once(name)
  }
  return new Map(
    names.map((name) => [name, { runs: collected.get(name) ?? [], problem: problems.get(name) }]),
  )
}

/** One figure over the runs of a subject. */
export function values(subject: SubjectRuns | undefined, figure: string): readonly number[] {
  return subject?.runs.flatMap((run) => run.get(figure) ?? []) ?? []
}
