import type { AnyEventObject, AnyMachineSnapshot } from 'xstate'
import { eventsAt, type LastStep, type PlainCatalogue } from './catalogue.js'
import { childrenOf, delaysIn } from './chart-edges.js'
import type { Step, StepAction, Stepper } from './stepper.js'
import { restText } from './words.js'

/** Where a chart that is stepped rests. */
export interface Position {
  readonly snapshot: AnyMachineSnapshot
  /**
   * Ids of actors that are over, and types of delays that have run out, though the state which began them goes on: they
   * cannot do so again.
   */
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
  return { step, to: { snapshot: step.snapshot, ended: endedAfter(step, from, event) } }
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

function endedAfter({ actions, snapshot }: Step, from: Position, event: AnyEventObject): readonly string[] {
  const over = endOf(event)
  const ended = over === undefined ? from.ended : [...from.ended, over]
  // At most places every actor is at work, and every delay is under way.
  if (ended.length === 0) return ended
  const [now, before] = [childrenOf(snapshot), childrenOf(from.snapshot)]
  const delays = delaysIn(snapshot)
  const begun = new Set(actions.map(delayBegunBy))
  return ended
    .filter(
      (each) =>
        (now.has(each) && now.get(each) === before.get(each)) || (delays.includes(each) && !begun.has(each)),
    )
    .sort()
}

/** What is over by an event: the id of an actor, or the type of a delay. */
export function endOf(event: AnyEventObject): string | undefined {
  if (event.type.startsWith('xstate.after.')) return event.type
  const id: unknown = event.type.startsWith('xstate.snapshot.') ? undefined : event['actorId']
  return typeof id === 'string' ? id : undefined
}

/** XState orders each delay of a state that is entered as the event in which it runs out. */
function delayBegunBy({ params, type }: StepAction): unknown {
  if (type !== 'xstate.raise' || typeof params !== 'object' || params === null) return undefined
  return Reflect.get(params, 'id')
}
