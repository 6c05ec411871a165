import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VersionedMap } from '../../src/features/versioned-map.js'

interface Box {
  readonly value: number
}
type Plain = ReadonlyMap<string, Box>

/** A map and every view of it that was kept, each beside a plain copy of what it has to go on showing. */
class Pair {
  readonly map = new VersionedMap<Box>()
  plain = new Map<string, Box>()
  readonly kept: { readonly view: Plain; readonly copy: Plain }[] = []

  keep(view: Plain = this.map.view): void {
    this.kept.push({ view, copy: new Map(this.plain) })
  }
}

type Step = (pair: Pair) => void

const sorted = (entries: Iterable<readonly [string, Box]>) =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1))

/** Every way to look at a map, order aside. */
const looks: readonly ((map: Plain) => unknown)[] = [
  (map) => map.size,
  (map) => sorted(map),
  (map) => sorted(map.entries()),
  (map) => [...map.keys()].sort(),
  (map) => [...map.values()].map(({ value }) => value).sort((a, b) => a - b),
  (map) => {
    const heard: [string, Box][] = []
    map.forEach((value, name, whole) => heard.push([whole === map ? name : 'another', value]))
    return sorted(heard)
  },
  (map) => ['', 'a', 'b', 'c', 'd', '__proto__', 'constructor'].map((name) => [map.has(name), map.get(name)]),
]
const look = (map: Plain, how: number) => looks[how % looks.length]?.(map)

const key = fc.constantFrom('', 'a', 'b', 'c', '__proto__', 'constructor')
const box = fc.record({ value: fc.nat(9) })

const steps = fc.array(
  fc.oneof(
    fc.tuple(key, box).map(([name, value]): Step => (pair) => {
      pair.plain.set(name, value)
      pair.keep(pair.map.set(name, value))
    }),
    key.map((name): Step => (pair) => {
      pair.plain.delete(name)
      pair.keep(pair.map.delete(name))
    }),
    fc.array(fc.tuple(key, box)).map((entries): Step => (pair) => {
      pair.plain = new Map(entries)
      pair.keep(pair.map.replace(new Map(entries)))
    }),
    fc.tuple(fc.nat(), fc.nat(6)).map(([which, how]): Step => ({ kept }) => {
      const old = kept[which % Math.max(kept.length, 1)]
      if (old !== undefined) look(old.view, how)
    }),
  ),
  { maxLength: 60 },
)

describe('VersionedMap', () => {
  it('shows in every view what it was when the view was given, whatever is changed and read in between', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const pair = new Pair()
        pair.keep()
        for (const take of taken) {
          take(pair)
          expect(look(pair.map.view, 6)).toEqual(look(pair.plain, 6))
        }
        for (let how = 0; how < looks.length; how += 1) {
          for (const { view, copy } of pair.kept) expect(look(view, how)).toEqual(look(copy, how))
        }
      }),
      { numRuns: 500 },
    )
    expect.hasAssertions()
  })

  it('does so over more changes than it keeps, too', () => {
    const pair = new Pair()
    for (let turn = 0; turn < 5_000; turn += 1) {
      const name = `k${turn % 7}`
      if (turn % 11 === 0) {
        pair.plain.delete(name)
        pair.map.delete(name)
      } else {
        pair.plain.set(name, { value: turn })
        pair.map.set(name, { value: turn })
      }
      if (turn % 500 === 0) pair.keep()
    }
    for (let how = 0; how < looks.length; how += 1) {
      for (const { view, copy } of pair.kept) expect(look(view, how)).toEqual(look(copy, how))
    }
  })

  it('gives the same view where there was nothing to take out', () => {
    const map = new VersionedMap<Box>()
    const view = map.set('a', { value: 1 })
    expect(map.delete('b')).toBe(view)
  })

  it('lets a loop over a view go on undisturbed while the map changes', () => {
    const map = new VersionedMap<Box>()
    for (const name of ['a', 'b', 'c']) map.set(name, { value: 0 })
    const { view } = map
    const seen: string[] = []
    for (const [name] of view) {
      seen.push(name)
      map.delete('c')
      map.set(`${name}2`, { value: 1 })
    }
    expect(seen).toEqual(['a', 'b', 'c'])
    expect([...map.view.keys()].sort()).toEqual(['a', 'a2', 'b', 'b2', 'c2'])
  })

  it('takes the entries it is given as its own, without copying them', () => {
    const given = new Map([['a', { value: 1 }]])
    const map = new VersionedMap<Box>()
    map.replace(given)
    map.set('b', { value: 2 })
    expect(given.size).toBe(2)
  })

  it('reads no whole map for a change: neither to make it nor to show its size and what is asked for', () => {
    let reads = 0
    const given = new (class extends Map<string, Box> {
      override [Symbol.iterator](): MapIterator<[string, Box]> {
        reads += 1
        return super[Symbol.iterator]()
      }
    })()
    for (let index = 0; index < 1_000; index += 1) given.set(`k${index}`, { value: index })
    const map = new VersionedMap<Box>()
    const first = map.replace(given)
    for (let turn = 0; turn < 1_500; turn += 1) {
      const view = map.set(`k${turn % 1_000}`, { value: -turn })
      expect(view.size).toBe(1_000)
      expect(view.get(`k${turn % 1_000}`)).toEqual({ value: -turn })
    }
    expect(reads).toBe(0)
    expect(first.get('k7')).toEqual({ value: 7 })
    expect(reads).toBe(0)
    expect([...first.values()].map(({ value }) => value)).toEqual([...Array(1_000).keys()])
    expect([...first.values()]).toHaveLength(1_000)
    expect(reads).toBe(1)
  })
})
