import {
  isMachineSnapshot,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateNode,
  type AnyTransitionDefinition,
  type InspectionEvent,
} from 'xstate'

/** Every state of a chart, the root first. */
export function* statesOf(node: AnyStateNode): Generator<AnyStateNode> {
  yield node
  for (const child of Object.values(node.states)) yield* statesOf(child)
}

/** A state and those around it, outwards. */
export function* outwards(node: AnyStateNode): Generator<AnyStateNode> {
  for (let around: AnyStateNode | undefined = node; around !== undefined; around = around.parent) yield around
}

/** Whether a state is another one, or lies in it. */
export function isWithin(node: AnyStateNode, outer: AnyStateNode): boolean {
  return [...outwards(node)].includes(outer)
}

/** The ways out of a state itself, and what is done inside it, in the order in which XState asks. */
export function transitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...node.transitions.values(), node.always ?? []].flat()
}

/** Ids of the states that an inspected event tells of, those that do not last included. */
export function* statesIn(event: InspectionEvent): Generator<string> {
  if ('snapshot' in event && isMachineSnapshot(event.snapshot)) {
    for (const { id } of activeIn(event.snapshot)) yield id
  }
  if (event.type !== '@xstate.microstep') return
  // What a chart passes through before it first rests is told by what it leaves alone.
  const { _transitions: transitions } = event
  for (const { source } of transitions) for (const { id } of outwards(source)) yield id
}

/** The states that are active, whether they have others inside or not. */
export function activeIn({ _nodes: nodes }: AnyMachineSnapshot): readonly AnyStateNode[] {
  return nodes
}

/** The types of the events in which the delays of the active states run out. */
export function delaysIn(snapshot: AnyMachineSnapshot): readonly string[] {
  const types = activeIn(snapshot).flatMap(({ after }) => after.map(({ eventType }) => String(eventType)))
  return [...new Set(types)]
}

/** The actors of a chart, by their ids. */
export function childrenOf({
  children,
}: {
  readonly children: Readonly<Record<string, AnyActorRef>>
}): ReadonlyMap<string, AnyActorRef> {
  return new Map(Object.entries(children))
}
