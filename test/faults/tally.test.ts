import { describe, expect, it } from 'vitest'
import { TallySheet } from '../support/tally.js'

describe('a tally sheet', () => {
  it('counts what whoever was killed had, told of or not, once and in its place', () => {
    const sheet = new TallySheet()
    for (const number of [0, 1, 2, 3, 4]) sheet.send(number)
    for (const number of [0, 1]) sheet.arrive(number)
    // Killed between having two more and saying so: the next process has them in its diary, and hears the rest.
    for (const number of [0, 1, 2, 3]) sheet.recall(number)
    sheet.arrive(4)
    expect(sheet.tally).toMatchObject({ sent: 5, lost: 0, duplicated: 0, reordered: 0 })
    sheet.arrive(3)
    expect(sheet.tally.duplicated).toBe(1)
  })
})
