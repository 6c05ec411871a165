import type { AnyTransitionDefinition } from 'xstate'

/** The id that a graph gives a transition: the same for the same chart, whatever runs it. */
export function transitionId(transition: AnyTransitionDefinition): string {
  const known = ids.get(transition)
  if (known !== undefined) return known
  const type = String(transition.eventType)
  const id = `${transition.source.id} ${type === '' ? 'always' : type} ${rivalsOf(transition).indexOf(transition)}`
  ids.set(transition, id)
  return id
}

/** All candidates of the same state for the same event, in order; the transition is among them. */
export function rivalsOf({ source, eventType }: AnyTransitionDefinition): readonly AnyTransitionDefinition[] {
  const type = String(eventType)
  return (type === '' ? source.always : source.transitions.get(type)) ?? []
}

const ids = new WeakMap<AnyTransitionDefinition, string>()
