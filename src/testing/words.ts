import { conditionWords, triggerWords } from '../inspector/drawing/trigger.js'
import type { ChartTransition } from '../inspector/index.js'
import type { AnyEventObject, AnyMachineSnapshot } from 'xstate'
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

/** Tells events apart, as text. */
export function eventKey(event: AnyEventObject): string {
  return JSON.stringify(event, toPlain)
}

/** An event in one line, e.g. `session.connect {"wish":1}`. */
export function eventText({ type, actorId: _actor, ...rest }: AnyEventObject): string {
  const details = JSON.stringify(rest, toPlain)
  return details === '{}' ? type : `${type} ${details}`
}

/** For `JSON.stringify`: what JSON would lose says what it is. */
export function toPlain(_key: string, value: unknown): unknown {
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (value instanceof Map || value instanceof Set) return [...value]
  return typeof value === 'bigint' || typeof value === 'function' ? String(value) : value
}
