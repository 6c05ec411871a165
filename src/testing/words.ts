import { conditionWords, triggerWords } from '../inspector/drawing/trigger.js'
import type { ChartTransition } from '../inspector/index.js'
import type { AnyMachineSnapshot } from 'xstate'
import { activeIn } from './chart-edges.js'

/** A transition in one line, e.g. `session.judging always [mayRetry] → session.backingOff`. */
export function transitionText(transition: ChartTransition): string {
  const { source, targets, trigger } = transition
  const condition = conditionWords(transition)
  const asked = condition === undefined ? '' : ` [${condition}]`
  return `${source} ${triggerWords(trigger)}${asked} → ${targets.length === 0 ? 'stays' : targets.join(', ')}`
}

/** The states in which a chart rests, by their ids, e.g. `session.active.online.fresh`. */
export function restText(snapshot: AnyMachineSnapshot): string {
  const leaves = activeIn(snapshot).filter(({ type }) => type === 'atomic' || type === 'final')
  return leaves.map(({ id }) => id).join(', ')
}
