/**
 * A map whose every state stays readable as an immutable view, at the price of two small objects a change: the latest view
 * reads the entries themselves, an older one knows what its key stood for and leads to its successor. A view that nobody
 * keeps is gone, and with it the way from it to the present; one that is kept holds at most as many changes as there are
 * entries.
 */
export class VersionedMap<Value extends object> {
  /** Made once there is one: an empty map takes as much as a small full one. */
  #entries: Map<string, Value> | undefined
  #view = new View<Value>(nothing)
  /** Changes since the entries were last a map of their own. */
  #changes = 0

  /** The present state. */
  get view(): ReadonlyMap<string, Value> {
    return this.#view
  }

  get(key: string): Value | undefined {
    return this.#entries?.get(key)
  }

  /** Puts a value in place and gives the new view. */
  set(key: string, value: Value): ReadonlyMap<string, Value> {
    this.#step(key, (this.#entries ??= new Map<string, Value>())).set(key, value)
    return this.#view
  }

  /** Takes a value out and gives the new view; the same one where there was none. */
  delete(key: string): ReadonlyMap<string, Value> {
    const entries = this.#entries
    if (entries?.has(key) !== true) return this.#view
    this.#step(key, entries).delete(key)
    return this.#view
  }

  /** Goes on with other entries, which are the map's from now on. */
  replace(entries: Map<string, Value>): ReadonlyMap<string, Value> {
    this.#entries = entries.size === 0 ? undefined : entries
    this.#view = new View(this.#entries ?? nothing)
    this.#changes = 0
    return this.#view
  }

  /** Gives the entries to change. */
  #step(key: string, entries: Map<string, Value>): Map<string, Value> {
    const before = entries.get(key)
    this.#changes += 1
    if (this.#changes > entries.size + changesKept) {
      const own = new Map(entries)
      this.#entries = own
      this.#view = new View(own)
      this.#changes = 0
      return own
    }
    const next = new View(entries)
    this.#view.retire({ key, before, next })
    this.#view = next
    return entries
  }
}

/** What every empty map has. */
const nothing = new Map<string, never>()

/** Of a small map: changes after which it is copied, so that what keeps an old view does not keep every later one. */
const changesKept = 1_000

/** One change seen from the view before it. */
interface Change<Value extends object> {
  readonly key: string
  readonly before: Value | undefined
  readonly next: View<Value>
}

class View<Value extends object> implements ReadonlyMap<string, Value> {
  /** Those of the map as long as this view is on the way to the present, its own once it was read as a whole. */
  #entries: ReadonlyMap<string, Value>
  #change: Change<Value> | undefined

  constructor(entries: ReadonlyMap<string, Value>) {
    this.#entries = entries
  }

  /** The map goes on without this view. */
  retire(change: Change<Value>): void {
    this.#change = change
  }

  get size(): number {
    return this.#whole().size
  }

  get(key: string): Value | undefined {
    let entries = this.#entries
    for (let change = this.#change; change !== undefined; change = change.next.#change) {
      if (change.key === key) return change.before
      entries = change.next.#entries
    }
    return entries.get(key)
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  keys(): MapIterator<string> {
    return [...this.#whole().keys()].values()
  }

  values(): MapIterator<Value> {
    return [...this.#whole().values()].values()
  }

  entries(): MapIterator<[string, Value]> {
    return [...this.#whole()].values()
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries()
  }

  forEach(tell: (value: Value, key: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [key, value] of this.entries()) tell(value, key, this)
  }

  /** An older view gets entries of its own, once. */
  #whole(): ReadonlyMap<string, Value> {
    const changes: Change<Value>[] = []
    let present = this.#entries
    for (let change = this.#change; change !== undefined; change = change.next.#change) {
      changes.push(change)
      present = change.next.#entries
    }
    if (changes.length === 0) return present
    const own = new Map(present)
    for (const { key, before } of changes.toReversed()) {
      if (before === undefined) own.delete(key)
      else own.set(key, before)
    }
    this.#entries = own
    this.#change = undefined
    return own
  }
}
