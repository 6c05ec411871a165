/**
 * `right` as the specification has it, `wrong` against it, `absent` optional and not offered, `unseen` not observed: it
 * could not be tried.
 */
export type Verdict = 'right' | 'wrong' | 'absent' | 'unseen'

/** What was made of one trial. */
export interface Judgement {
  readonly verdict: Verdict
  /** What was seen, one clause; it never repeats a secret. */
  readonly detail?: string | undefined
}

/** What a trial is about. */
export interface Subject {
  /** Stable, e.g. `starttls.required`. */
  readonly id: string
  /** What the other side should do, e.g. `demands encryption before authentication`. */
  readonly title: string
  /** The sections that say so, e.g. `RFC 6120 §5.3.1`. */
  readonly spec: string
  /** The state of the client's charts that it belongs to, e.g. `connection.requestingTls`. */
  readonly state: string
}

/** One trial and what was made of it. */
export interface Finding extends Subject, Judgement {
  /** How long the trial took, in milliseconds. */
  readonly durationMs: number
}

export const right = (detail?: string): Judgement => ({ verdict: 'right', detail })
export const wrong = (detail: string): Judgement => ({ verdict: 'wrong', detail })
export const absent = (detail?: string): Judgement => ({ verdict: 'absent', detail })
export const unseen = (detail: string): Judgement => ({ verdict: 'unseen', detail })

/** Does a trial, and makes a finding of it; one that throws could not be done. */
export async function toFinding(
  { id, spec, state, title }: Subject,
  trial: () => Promise<Judgement>,
): Promise<Finding> {
  const begin = performance.now()
  const judgement = await trial().catch((error: unknown) =>
    unseen(error instanceof Error ? error.message : String(error)),
  )
  return { id, title, spec, state, ...judgement, durationMs: Math.round(performance.now() - begin) }
}
