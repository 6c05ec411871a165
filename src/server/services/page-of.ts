import type { Page, PageRequest } from '../../stanza/result-set.js'

/** A part of a list, and which it is. */
export interface PageOf<Item> {
  readonly items: readonly Item[]
  readonly page: Page
}

/**
 * The part that was asked for. Items are ordered by what they are known by, so that one that has gone meanwhile still marks
 * its place.
 * @see XEP-0059 §2
 */
export function pageOf<Item>(
  all: readonly Item[],
  { after, before, max = all.length }: PageRequest,
  idOf: (item: Item) => string,
): PageOf<Item> {
  const ordered = all
    .map((item) => ({ id: idOf(item), item }))
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
  const within = ordered.filter(({ id }) => (after === undefined || id > after) && (!before || id < before))
  const found = before === undefined ? within.slice(0, max) : within.slice(Math.max(0, within.length - max))
  const [first] = found
  const page = {
    first: first?.id,
    index: first && ordered.indexOf(first),
    last: found.at(-1)?.id,
    count: all.length,
  }
  return { items: found.map(({ item }) => item), page }
}
