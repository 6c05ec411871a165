import type { AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { guardName } from '../drawing/naming.js'
import { rivalsOf, transitionId } from '../drawing/transition-id.js'
import { guardReasons } from './guard-reasons.js'
import type { Refusal } from './record.js'

/** A transition whose guard refused, whatever the context was. */
export interface Refused extends Refusal {
  /** The policy has decided, and says why; see `toRefusedText`. */
  readonly isVerdict: boolean
}

/** The transitions that were asked first in a step, and whose guards refused. */
export function refusedIn(
  type: string,
  taken: readonly AnyTransitionDefinition[],
  from: readonly AnyStateNode[],
): readonly Refused[] {
  const asked = taken.flatMap((transition) => {
    const rivals = rivalsOf(transition)
    return rivals.slice(0, rivals.indexOf(transition))
  })
  const isAlways = taken.some(({ eventType }) => eventType === '')
  const deaf = isAlways ? [] : from.filter((node) => !taken.some(({ source }) => isWithin(source, node)))
  return [...asked, ...deaf.flatMap((node) => node.transitions.get(type) ?? [])].flatMap(toRefused)
}

function toRefused(rival: AnyTransitionDefinition): readonly Refused[] {
  if (rival.guard === undefined) return []
  const guard = guardName(rival.guard)
  const chart = rival.source.machine.id
  const reason = guardReasons.get(`${chart} ${guard}`)
  const isVerdict = chart === 'session' && verdictGuards.has(guard)
  return [{ edge: transitionId(rival), guard, ...(reason !== undefined && { reason }), isVerdict }]
}

/** `,"refused":` and what that was, where it was anything: in the words of the policy, where it has decided; else in the table's. */
export function toRefusedText(refused: readonly Refused[], verdict: unknown): string {
  const refusals = refused.map(({ isVerdict, ...told }): Refusal => {
    const reason = isVerdict ? reasonOf(verdict) : undefined
    return reason === undefined ? told : { ...told, reason }
  })
  return refusals.length === 0 ? '' : `,"refused":${JSON.stringify(refusals)}`
}

function reasonOf(verdict: unknown): string | undefined {
  const isTold =
    typeof verdict === 'object' && verdict !== null && 'because' in verdict && 'decision' in verdict
  return isTold ? `${String(verdict.decision)}: ${String(verdict.because)}` : undefined
}

const verdictGuards = new Set(['mayGoElsewhere', 'mayRetry', 'needsCredentials'])

function isWithin(node: AnyStateNode, outer: AnyStateNode): boolean {
  for (let at: AnyStateNode | undefined = node; at !== undefined; at = at.parent)
    if (at === outer) return true
  return false
}
