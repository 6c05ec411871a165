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

/** Tells values apart, as JSON that says in short what JSON would lose or say at length. */
export function plainText(value: unknown): string {
  return JSON.stringify(value, toPlain)
}

/** An event in one line, e.g. `session.connect {"wish":1}`. */
export function eventText({ type, actorId: _actor, ...rest }: AnyEventObject): string {
  const details = plainText(rest)
  return details === '{}' ? type : `${type} ${details}`
}

function toPlain(this: unknown, key: string, value: unknown): unknown {
  // An error may have made something else of itself by `toJSON` already.
  const told: unknown = Reflect.get(Object(this), key)
  if (told instanceof Error) return `${told.name}: ${told.message}`
  if (told instanceof Map || told instanceof Set) return [...told]
  return typeof told === 'bigint' || typeof told === 'function' ? String(told) : value
}
