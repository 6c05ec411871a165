import { type AnyStateNode, type AnyTransitionDefinition, type InspectedMicrostepEvent } from 'xstate'
import { activeIn, isChartSnapshot, type ChartSnapshot } from './chart-snapshot.js'
import { guardName } from '../drawing/naming.js'
import { rivalsOf, transitionId } from '../drawing/transition-id.js'
import { guardReasons } from './guard-reasons.js'
import type { Refusal } from './record.js'

/** The transitions that were asked first in these steps, and whose guards refused. */
export function refusalsIn(
  steps: readonly InspectedMicrostepEvent[],
  before: ChartSnapshot | undefined,
): readonly Refusal[] {
  const refusals: Refusal[] = []
  let from = before
  for (const { _transitions: taken, event, snapshot } of steps) {
    for (const transition of taken) {
      const rivals = rivalsOf(transition)
      for (const rival of rivals.slice(0, rivals.indexOf(transition))) add(refusals, rival, from)
    }
    const isAlways = taken.some(({ eventType }) => eventType === '')
    if (from !== undefined && !isAlways) {
      for (const node of activeIn(from)) {
        if (taken.some(({ source }) => isWithin(source, node))) continue
        for (const rival of node.transitions.get(event.type) ?? []) add(refusals, rival, from)
      }
    }
    from = isChartSnapshot(snapshot) ? snapshot : undefined
  }
  return refusals
}

function add(refusals: Refusal[], rival: AnyTransitionDefinition, from: ChartSnapshot | undefined): void {
  if (rival.guard === undefined) return
  const guard = guardName(rival.guard)
  const reason = whyNot(rival, guard, from)
  refusals.push({ edge: transitionId(rival), guard, ...(reason !== undefined && { reason }) })
}

/** In the words of the policy, where it has decided; else in those of the table. */
function whyNot(
  { source }: AnyTransitionDefinition,
  guard: string,
  from: ChartSnapshot | undefined,
): string | undefined {
  const chart = source.machine.id
  if (chart === 'session' && verdictGuards.has(guard)) {
    const { verdict }: { readonly verdict?: unknown } = { ...from?.context }
    if (typeof verdict === 'object' && verdict !== null && 'because' in verdict && 'decision' in verdict)
      return `${String(verdict.decision)}: ${String(verdict.because)}`
  }
  return guardReasons.get(`${chart} ${guard}`)
}

const verdictGuards = new Set(['mayGoElsewhere', 'mayRetry', 'needsCredentials'])

function isWithin(node: AnyStateNode, outer: AnyStateNode): boolean {
  for (let at: AnyStateNode | undefined = node; at !== undefined; at = at.parent)
    if (at === outer) return true
  return false
}
