/** A map of one entry that never changes, at the price of an object: a `Map` has room for four. */
export class SingleEntryMap<Value> implements ReadonlyMap<string, Value> {
  readonly size = 1
  private readonly key: string
  private readonly value: Value

  constructor(key: string, value: Value) {
    this.key = key
    this.value = value
  }

  get(key: string): Value | undefined {
    return key === this.key ? this.value : undefined
  }

  has(key: string): boolean {
    return key === this.key
  }

  keys(): MapIterator<string> {
    return [this.key].values()
  }

  values(): MapIterator<Value> {
    return [this.value].values()
  }

  entries(): MapIterator<[string, Value]> {
    const entry: [string, Value] = [this.key, this.value]
    return [entry].values()
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries()
  }

  forEach(tell: (value: Value, key: string, map: ReadonlyMap<string, Value>) => void): void {
    tell(this.value, this.key, this)
  }
}
