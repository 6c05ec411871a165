import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { Subscriptions } from '../../src/features/subscriptions.js'
import { VersionedMap } from '../../src/features/versioned-map.js'
import { parseRosterItem, type RosterItem } from '../../src/stanza/roster.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')
const megabyte = 2 ** 20

/** Bytes that are still held once everything that nobody holds is gone. */
function heldBytes(): number {
  if (typeof collect !== 'function') throw new Error('the collector cannot be called')
  for (let turn = 0; turn < 4; turn += 1) Reflect.apply(collect, undefined, [])
  return process.memoryUsage().heapUsed
}

/** What one of the things costs that this makes: the mean of several, so that nothing else weighs. */
function costOf(make: (turn: number) => unknown): number {
  const kept = [make(0)]
  const before = heldBytes()
  for (let turn = 1; turn <= 8; turn += 1) kept.push(make(turn))
  const cost = (heldBytes() - before) / 8
  expect(kept).toHaveLength(9)
  return cost
}

const subscriptions = ['none', 'to', 'from', 'both'] as const

function toItem(index: number): RosterItem {
  const jid = `contact-${index}@example.test`
  const item = parseRosterItem(
    xml('item', ns.roster, { jid, name: `Contact ${index}`, subscription: subscriptions[index % 4] }),
  )
  if (item === undefined) throw new Error(`${jid} makes no item`)
  return item
}

const roster = new Map(
  Array.from({ length: 10_000 }, (_, index) => toItem(index)).map((item) => [item.jid.toString(), item]),
)

describe('10,000 contacts', () => {
  it('cost next to nothing to know where one stands with all of them', () => {
    const cost = costOf(() => {
      const settled = new Subscriptions((jid) => roster.get(jid))
      settled.replace(roster)
      return settled
    })
    expect(cost).toBeLessThan(megabyte / 16)
  })

  it('cost at most 1 MB where the roster does not say it yet', () => {
    const cost = costOf(() => {
      const unsettled = new Subscriptions((jid) => roster.get(jid))
      unsettled.replace(roster)
      for (const jid of roster.keys()) {
        unsettled.sent(jid, 'subscribe')
        unsettled.sent(jid, 'unsubscribed')
      }
      return unsettled
    })
    expect(cost).toBeGreaterThan(0)
    expect(cost).toBeLessThan(megabyte)
  })

  it('cost nothing more after each of them has come, gone, and changed', () => {
    const cost = costOf(() => {
      const settled = new Subscriptions((jid) => roster.get(jid))
      settled.replace(roster)
      for (const [jid, item] of roster) {
        settled.change(jid, { ...item, subscription: 'both', ask: false })
        settled.sent(jid, 'unsubscribe')
        settled.change(jid, item)
      }
      return settled
    })
    expect(cost).toBeLessThan(megabyte / 16)
  })

  it('cost nothing for strangers who have come and gone', () => {
    const settled = new Subscriptions(() => undefined)
    const meet = (index: number) => {
      settled.sent(`stranger-${index}@evil.test`, 'subscribe')
      settled.sent(`stranger-${index}@evil.test`, 'unsubscribed')
    }
    for (let index = 0; index < 10_000; index += 1) meet(index)
    const before = heldBytes()
    for (let index = 10_000; index < 100_000; index += 1) meet(index)
    expect(heldBytes() - before).toBeLessThan(megabyte)
  })
})

describe('a view of 10,000 that somebody keeps', () => {
  it('costs less than a copy of it', () => {
    const map = new VersionedMap<RosterItem>()
    map.replace(new Map(roster))
    const [[jid, item] = ['', toItem(0)]] = roster
    const kept: unknown[] = []
    const before = heldBytes()
    for (let turn = 0; turn < 1_000; turn += 1) kept.push(map.set(jid, item))
    expect(heldBytes() - before).toBeLessThan(megabyte)
    expect(kept).toHaveLength(1_000)
  })

  it('holds no endless row of changes', () => {
    const map = new VersionedMap<RosterItem>()
    map.replace(new Map([...roster].slice(0, 10)))
    const first = map.view
    const [[jid, item] = ['', toItem(0)]] = roster
    const before = heldBytes()
    for (let turn = 0; turn < 100_000; turn += 1) map.set(jid, item)
    expect(heldBytes() - before).toBeLessThan(megabyte)
    expect(first.size).toBe(10)
  })
})
