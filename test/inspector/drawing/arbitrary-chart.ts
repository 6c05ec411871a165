import * as fc from 'fast-check'
import { createMachine, type AnyStateMachine } from 'xstate'

interface Plan {
  readonly kind: 'leaf' | 'final' | 'history' | 'compound' | 'parallel'
  readonly words: string
  readonly ways: readonly Way[]
  readonly inside: readonly Plan[]
}

interface Way {
  readonly event: string
  readonly target: number
  readonly guard: boolean
  readonly actions: readonly string[]
}

const word = fc.constantFrom('opened', 'peer.approved', 'a rather long name of an event', 'error')
const way: fc.Arbitrary<Way> = fc.record({
  event: word,
  target: fc.nat(30),
  guard: fc.boolean(),
  actions: fc.array(word, { maxLength: 2 }),
})

const { plan } = fc.letrec<{ readonly plan: Plan }>((tie) => ({
  plan: fc.oneof(
    { depthSize: 'small', maxDepth: 2 },
    fc.record({
      kind: fc.constantFrom('leaf' as const, 'leaf' as const, 'final' as const, 'history' as const),
      words: fc.constantFrom('', 'A few words about this state.'),
      ways: fc.array(way, { maxLength: 3 }),
      inside: fc.constant<readonly Plan[]>([]),
    }),
    fc.record({
      kind: fc.constantFrom('compound' as const, 'parallel' as const),
      words: fc.constantFrom('', 'A few words about this state.'),
      ways: fc.array(way, { maxLength: 2 }),
      inside: fc.array(tie('plan'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}))

/** Charts of every shape that XState takes, with arrows between any two states. */
export const arbitraryChart: fc.Arbitrary<AnyStateMachine> = fc
  .array(plan, { minLength: 1, maxLength: 4 })
  .map((inside) => build({ kind: 'compound', words: 'Any chart.', ways: [], inside }))

function build(root: Plan): AnyStateMachine {
  let count = 0
  const number = (each: Plan): number => each.inside.reduce((sum, child) => sum + number(child), 1)
  const total = number(root)
  const toConfig = ({ kind, words, ways, inside }: Plan): object => {
    const id = `s${count}`
    count += 1
    const common = { id, ...(words === '' ? {} : { description: words }) }
    if (kind === 'final') return { ...common, type: 'final' }
    if (kind === 'history') return { id, type: 'history' }
    const on = Object.fromEntries(
      ways.map((each, index) => [`${each.event}.${index}`, toTransition(each, total)]),
    )
    if (kind === 'leaf') return { ...common, on }
    // What a state begins with must not be a history state: one more leaf makes sure of it.
    const states = [toConfig({ kind: 'leaf', words, ways: [], inside: [] }), ...inside.map(toConfig)]
    const named = Object.fromEntries(states.map((state, index) => [`state${index}`, state]))
    return {
      ...common,
      on,
      states: named,
      ...(kind === 'parallel' ? { type: 'parallel' } : { initial: 'state0' }),
    }
  }
  // States are numbered while they are built, extra leaves included, so every number up to the total exists.
  return createMachine(toConfig(root))
}

function toTransition({ target, guard, actions }: Way, total: number): object {
  return { target: `#s${target % total}`, actions: [...actions], ...(guard ? { guard: 'isAllowed' } : {}) }
}
