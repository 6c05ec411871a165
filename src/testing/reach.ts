import type { AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { isWithin, outwards, statesOf, transitionsOf } from './chart-edges.js'

/** Whether a state may last for ever: it says so itself, or one around it does and nothing is under way in between. */
export function isAtRest(leaf: AnyStateNode): boolean {
  for (const node of outwards(leaf)) {
    if (node.tags.includes('person') || node.tags.includes('idle')) return true
    if (node.invoke.length > 0) return false
  }
  return false
}

/** States that no sequence of events leads to. */
export function unreachable(root: AnyStateNode): readonly string[] {
  const seen = new Set<AnyStateNode>()
  const open = [...inside(root)]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    open.push(...transitionsOf(node).flatMap(entered))
  }
  return [...statesOf(root)].filter((node) => !seen.has(node)).map(({ id }) => `${id}: nothing leads here`)
}

/** States from which the chart can neither end nor come to rest. */
export function cannotRest(root: AnyStateNode): readonly string[] {
  return [...statesOf(root)]
    .filter(({ type }) => type === 'atomic')
    .filter((leaf) => ![...leavesAfter(leaf)].some((after) => after.type === 'final' || isAtRest(after)))
    .map(({ id }) => `${id}: leads neither to a final state nor to one that may last`)
}

/** States that are not final, or whose end changes nothing, and that nothing leads out of. */
export function deadEnds(root: AnyStateNode): readonly string[] {
  return [...statesOf(root)]
    .filter(
      (node) => (node.type === 'atomic' || (node.type === 'final' && !completes(node))) && !isLeft(node),
    )
    .map(({ id, type }) =>
      type === 'final'
        ? `${id}: is final, but its parent has no onDone`
        : `${id}: nothing leads out of it, and it is not final`,
    )
}

function* leavesAfter(leaf: AnyStateNode): Generator<AnyStateNode> {
  const seen = new Set<AnyStateNode>([leaf])
  for (const next of seen) {
    yield next
    const ways = [...outwards(next)].flatMap(transitionsOf)
    for (const node of ways.flatMap(entered)) if (Object.keys(node.states).length === 0) seen.add(node)
  }
}

function isLeft(leaf: AnyStateNode): boolean {
  return [...outwards(leaf)]
    .flatMap(transitionsOf)
    .some(({ target }) => target?.some((one) => one !== leaf) === true)
}

/** Whether the end of a final state is noticed: the chart ends, a region ends, or the parent has an `onDone`. */
function completes({ parent }: AnyStateNode): boolean {
  if (parent?.parent === undefined || parent.parent.type === 'parallel') return true
  return parent.transitions.has(`xstate.done.state.${parent.id}`)
}

/** Every state that is active once a transition was taken, as far as the transition decides it. */
function entered({ target = [] }: AnyTransitionDefinition): readonly AnyStateNode[] {
  return target.flatMap((one) => {
    const around = [...outwards(one)].slice(1)
    const regions = around.flatMap((node) => (node.type === 'parallel' ? Object.values(node.states) : []))
    return [...around, ...inside(one), ...regions.filter((region) => !isWithin(one, region)).flatMap(inside)]
  })
}

/** A state and what is entered inside it by itself. */
function inside(node: AnyStateNode): readonly AnyStateNode[] {
  switch (node.type) {
    case 'compound':
      return [node, ...node.initial.target.flatMap(inside)]
    case 'parallel':
      return [node, ...Object.values(node.states).flatMap(inside)]
    case 'history':
      return [node, ...defaultsOf(node).flatMap(inside)]
    case 'atomic':
    case 'final':
      return [node]
  }
}

function defaultsOf(history: AnyStateNode): readonly AnyStateNode[] {
  const target: unknown = 'target' in history.config ? history.config.target : undefined
  const named = typeof target === 'string' ? history.parent?.states[target] : undefined
  if (named !== undefined) return [named]
  return history.parent?.type === 'compound' ? history.parent.initial.target : []
}
