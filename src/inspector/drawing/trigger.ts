/** What makes a transition happen. */
export type ChartTrigger =
  | { readonly kind: 'event'; readonly type: string }
  /** `delay` is a name, or a number of milliseconds where the author gave no name. */
  | { readonly kind: 'after'; readonly delay: string }
  /** `actor` is the id of what the state invokes, here and below. */
  | { readonly kind: 'done'; readonly actor: string }
  | { readonly kind: 'error'; readonly actor: string }
  | { readonly kind: 'snapshot'; readonly actor: string }
  /** Every region, or the final child, of the source has ended. */
  | { readonly kind: 'completed' }
  | { readonly kind: 'always' }

/** Reads the event type under which XState keeps a transition. */
export function readTrigger(eventType: string): ChartTrigger {
  if (eventType === '') return { kind: 'always' }
  for (const [prefix, kind] of actorPrefixes) {
    if (eventType.startsWith(prefix)) return { kind, actor: eventType.slice(prefix.length) }
  }
  if (eventType.startsWith('xstate.done.state.')) return { kind: 'completed' }
  const delay = /^xstate\.after\.([^.]+)\./.exec(eventType)?.[1]
  if (delay !== undefined) return { kind: 'after', delay }
  return { kind: 'event', type: eventType }
}

const actorPrefixes = [
  ['xstate.done.actor.', 'done'],
  ['xstate.error.actor.', 'error'],
  ['xstate.snapshot.', 'snapshot'],
] as const

/** The trigger in words, e.g. `after backoff`. */
export function triggerWords(trigger: ChartTrigger): string {
  switch (trigger.kind) {
    case 'event':
      return trigger.type === '*' ? 'any event' : trigger.type
    case 'after':
      return /^\d+$/.test(trigger.delay) ? `after ${trigger.delay} ms` : `after ${trigger.delay}`
    case 'done':
      return `${trigger.actor} done`
    case 'error':
      return `${trigger.actor} failed`
    case 'snapshot':
      return `${trigger.actor} changed`
    case 'completed':
      return 'completed'
    case 'always':
      return 'always'
  }
}

/** What must hold, without its brackets; `undefined` where nothing must. */
export function conditionWords({
  guard,
  otherwise,
}: {
  readonly guard: string | undefined
  readonly otherwise: boolean
}): string | undefined {
  return guard ?? (otherwise ? 'else' : undefined)
}
