/** Something that is counted beside the charts, and in words what does not count yet. */
export interface Counter {
  readonly name: string
  readonly of: number
  readonly reached: number
  readonly missed: readonly string[]
}

/** What is reached, and what is not. */
export function toCounter(
  name: string,
  all: readonly (readonly [isReached: boolean, what: string])[],
): Counter {
  const missed = all.filter(([isReached]) => !isReached).map(([, what]) => what)
  return { name, of: all.length, reached: all.length - missed.length, missed }
}
