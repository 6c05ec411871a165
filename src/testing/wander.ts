import type { AsyncCommand } from 'fast-check'
import type { AnyEventObject, AnyStateMachine, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate'
import type { PlainCatalogue } from './catalogue.js'
import { advance, blames, happeningsAt, type Position } from './position.js'
import { Stepper } from './stepper.js'
import { thenEnd } from './then-end.js'
import type { Walk } from './walk.js'
import { eventText, plainText } from './words.js'

/** What is led along beside the chart: something that should do what the chart says. */
export interface Companion<M extends AnyStateMachine> {
  /** Lets the same event happen there, then throws where it is not as the chart says. */
  readonly follow: (event: EventFromLogic<M>, expected: SnapshotFrom<M>) => void | Promise<void>
  /** Called at the end of the walk, however it ended; throws where something is left that should not be. */
  readonly end?: () => void | Promise<void>
}

/** How far and how often a chart is wandered through. */
export interface WanderOptions<M extends AnyStateMachine> {
  /** How many random walks; default 100. */
  readonly walks?: number
  /** Events of a walk at most; default 50. */
  readonly steps?: number
  /** Start of the lots, so that walks can be repeated. Default: another one each time, told by `Wandering`. */
  readonly seed?: number
  /** Begins a companion anew for each walk. */
  readonly companion?: (input: InputFrom<M>) => Companion<M> | Promise<Companion<M>>
}

/** How the random walks ended. */
export interface Wandering<M extends AnyStateMachine> {
  /** With it the same walks are walked again. */
  readonly seed: number
  /** The shortest walk that was found to go wrong, and why. */
  readonly failure:
    | {
        readonly because: string
        readonly input: InputFrom<M>
        readonly events: readonly EventFromLogic<M>[]
        /** One event a line. */
        readonly text: string
      }
    | undefined
}

/** A walk as far as it is needed here, whatever the machine. */
interface PlainWalk {
  readonly machine: AnyStateMachine
  readonly catalogue: PlainCatalogue
  readonly places: readonly { readonly edges: readonly { readonly event: AnyEventObject }[] }[]
}

/** One walk under way; `events` is what has happened. */
interface Progress {
  readonly stepper: Stepper
  readonly companion: Companion<AnyStateMachine> | undefined
  readonly events: AnyEventObject[]
  position: Position
}

/**
 * Walks a chart at random with all of its context, which the places of a walk may have merged, and shrinks what goes wrong to
 * few events: a step that throws, an invariant that does not hold, a companion that does something else, cannot begin, or throws
 * at its end. Needs the optional package `fast-check`; rejects with an `Error` that says so where it is missing.
 * @example
 * const { failure } = await wander(walk(trafficLight), { walks: 200, seed: 1 })
 * console.log(failure?.text ?? 'nothing went wrong')
 */
export function wander<M extends AnyStateMachine>(
  walk: Walk<M>,
  options?: WanderOptions<M>,
): Promise<Wandering<M>>
export async function wander(
  { machine, catalogue, places }: PlainWalk,
  options: WanderOptions<AnyStateMachine> = {},
): Promise<Wandering<AnyStateMachine>> {
  const fc = await import('fast-check').catch((cause: unknown) => {
    throw new Error('random walks need the package fast-check: npm install --save-dev fast-check', { cause })
  })
  const { walks = 100, steps = 50, companion } = options
  const events = new Map(places.flatMap(({ edges }) => edges.map(({ event }) => [plainText(event), event])))
  const happenings = [...events.values()].map((event) => fc.constant(toCommand(event, catalogue)))
  const inputs: readonly unknown[] = catalogue.inputs ?? [undefined]
  let failure: Wandering<AnyStateMachine>['failure']
  const property = fc.asyncProperty(
    fc.constantFrom(...inputs),
    fc.commands(happenings, { maxCommands: steps }),
    async (input, commands) => {
      const events: AnyEventObject[] = []
      try {
        const stepper = new Stepper(machine)
        const step = stepper.begin(input)
        throwFor(blames(step, catalogue))
        const beside = await companion?.(input)
        const position = { snapshot: step.snapshot, ended: [] }
        const progress: Progress = { stepper, companion: beside, events, position }
        const go = () => fc.asyncModelRun(() => ({ model: progress, real: progress }), commands)
        await thenEnd(go, () => beside?.end?.())
      } catch (error) {
        const because = error instanceof Error ? error.message : String(error)
        failure = { because, input, events, text: events.map(eventText).join('\n') }
        throw error
      }
    },
  )
  const { seed } = await fc.check(property, {
    numRuns: walks,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  })
  return { seed, failure }
}

function toCommand(event: AnyEventObject, catalogue: PlainCatalogue): AsyncCommand<Progress, Progress> {
  const key = plainText(event)
  return {
    check: ({ position }) =>
      happeningsAt(position, catalogue).some((each) => plainText(each) === key) &&
      position.snapshot.can(event),
    run: async (progress) => {
      const { stepper, position, companion, events } = progress
      events.push(event)
      const { step, to } = advance(stepper, position, event)
      throwFor(blames(step, catalogue, { from: position.snapshot, event }))
      progress.position = to
      await companion?.follow(event, to.snapshot)
    },
    toString: () => eventText(event),
  }
}

function throwFor(blamed: Iterable<readonly [what: string, because: string]>): void {
  for (const [what, because] of blamed) throw new Error(`${what}: ${because}`)
}
