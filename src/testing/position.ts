import type { AnyEventObject, AnyMachineSnapshot } from 'xstate'
import { eventsAt, type LastStep, type PlainCatalogue } from './catalogue.js'
import { childrenOf } from './chart-edges.js'
import type { Step, Stepper } from './stepper.js'
import { restText } from './words.js'

/** Where a chart that is stepped rests. */
export interface Position {
  readonly snapshot: AnyMachineSnapshot
  /** Ids of actors that are over, though the state which invoked them goes on: they cannot end again. */
  readonly ended: readonly string[]
}

/** Everything that may happen next. */
export function happeningsAt(
  { snapshot, ended }: Position,
  catalogue: PlainCatalogue,
): readonly AnyEventObject[] {
  return eventsAt(snapshot, catalogue, ended)
}

/** Lets one event happen. Throws what the chart throws. */
export function advance(
  stepper: Stepper,
  from: Position,
  event: AnyEventObject,
): { readonly step: Step; readonly to: Position } {
  const step = stepper.step(from.snapshot, event)
  return { step, to: { snapshot: step.snapshot, ended: endedAfter(step.snapshot, from, event) } }
}

/** What is wrong with a step: an error that nobody handled, or invariants that do not hold, each with a reason. */
export function* blames(
  { snapshot, transitions, actions }: Step,
  { invariants = {} }: PlainCatalogue,
  by?: { readonly from: AnyMachineSnapshot; readonly event: AnyEventObject },
): Generator<readonly [what: string, because: string]> {
  if (snapshot.status === 'error') yield ['no error of an actor is left unhandled', String(snapshot.error)]
  const last: LastStep<AnyMachineSnapshot> | undefined =
    by === undefined ? by : { ...by, transitions, actions }
  for (const [name, holds] of Object.entries(invariants)) {
    if (!holds(snapshot, last)) yield [name, `does not hold in ${restText(snapshot)}`]
  }
}

function endedAfter(snapshot: AnyMachineSnapshot, from: Position, event: AnyEventObject): readonly string[] {
  const id: unknown = event.type.startsWith('xstate.snapshot.') ? undefined : event['actorId']
  const ended = typeof id === 'string' ? [...from.ended, id] : from.ended
  // At most places every actor is at work.
  if (ended.length === 0) return ended
  const [now, before] = [childrenOf(snapshot), childrenOf(from.snapshot)]
  return ended.filter((each) => now.has(each) && now.get(each) === before.get(each)).sort()
}
