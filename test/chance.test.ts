import { describe, expect, it } from 'vitest'
import { fillRandom as browser } from '../src/chance-browser.js'
import { fillRandom as node } from '../src/chance.js'

describe.each([
  ['Node', node],
  ['browsers', browser],
])('fillRandom() of %s', (_, fillRandom) => {
  it('fills the array it is given, anew each time', () => {
    const bytes = new Uint8Array(32)
    expect(fillRandom(bytes)).toBe(bytes)
    const before = bytes.slice()
    expect(fillRandom(bytes)).not.toEqual(before)
  })

  it('fills all of an array of numbers', () => {
    expect(fillRandom(new Int32Array(64)).filter((number) => number === 0).length).toBeLessThan(8)
  })
})
