import { describe, expect, it } from 'vitest'
import { Timeline } from '../../../src/inspector/page/model/timeline.js'
import { treeRows, type TreeWish } from '../../../src/inspector/page/tree/tree-rows.js'
import { began, deed, ended, opening, took } from './sample.js'

const timeline = new Timeline()
timeline.append([
  ...opening('a'),
  ...opening('b', 1_000_000),
  began('root', 0),
  began('root/call', 1),
  deed('root/call/ask', 2),
  ended('root/call/ask', 3),
  took('root/call', 4),
  deed('root/tell', 5),
])

function rows(wish: Partial<TreeWish> = {}): readonly string[] {
  const { actors } = timeline.at(timeline.records.length - 1)
  const all = { search: '', closed: new Set<string>(), showEnded: true, showIdle: true, ...wish }
  return treeRows(timeline.sources, actors, all).map(
    ({ level, name, isOpen }) =>
      `${'.'.repeat(level - 1)}${name}${isOpen === undefined ? '' : isOpen ? ' -' : ' +'}`,
  )
}

describe('treeRows()', () => {
  it('lists sources, and their actors under who started them', () => {
    expect(rows()).toEqual(['a@example.test -', '.root -', '..call -', '...ask', '..tell', 'b@example.test'])
  })

  it('leaves out what is closed, what has ended, and who has nobody to show, as it is told', () => {
    expect(rows({ closed: new Set(['a root/call']) })).toContain('..call +')
    expect(rows({ closed: new Set(['a root/call']) })).not.toContain('...ask')
    expect(rows({ showEnded: false })).not.toContain('...ask')
    expect(rows({ showIdle: false })).not.toContain('b@example.test')
  })

  it('finds by path, chart and state, and shows who is above, closed or not', () => {
    const closed = new Set(['a root'])
    expect(rows({ search: 'ASK', closed })).toEqual(['a@example.test -', '.root -', '..call -', '...ask'])
    expect(rows({ search: 'ringing' })).toEqual(['a@example.test -', '.root -', '..call'])
    expect(rows({ search: 'nobody' })).toEqual([])
  })
})
