import { describe, expect, it } from 'vitest'
import { SingleEntryMap } from '../../src/features/single-entry-map.js'

/** All that a map can be asked, as plain data. */
function answersOf(map: ReadonlyMap<string, number>) {
  const told: unknown[] = []
  map.forEach((value, key, whole) => told.push([value, key, whole === map]))
  return {
    size: map.size,
    got: [map.get('a'), map.get('b'), map.get('toString'), map.has('a'), map.has('b')],
    keys: [...map.keys()],
    values: [...map.values()],
    entries: [...map.entries()],
    iterated: [...map],
    copied: new Map(map),
    told,
  }
}

describe('SingleEntryMap', () => {
  it.each(['a', 'b', ''])('answers as a Map with the one entry %j does', (key) => {
    expect(answersOf(new SingleEntryMap(key, 1))).toEqual(answersOf(new Map([[key, 1]])))
  })
})
