/** What a record says in whose place others were: `1 earlier record was given up`. */
export const toGivenUp = (count: number, shown = String(count)): string =>
  `${shown} earlier ${count === 1 ? 'record was' : 'records were'} given up`
