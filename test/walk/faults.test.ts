import { describe, expect, it } from 'vitest'
import { faults } from '../../src/testing/faults.js'
import { strike, struckPlaces, toFaultReport, type Strike } from './strike.js'

const places = await struckPlaces()
const strikes: Strike[] = []

describe('whatever a server does wrong, a session ends in a typed error in time and leaves nothing behind', () => {
  it.each(places)('where $place', { timeout: 60_000 }, async (place) => {
    for (const fault of faults) strikes.push(await strike(place, fault))
    const wrong = strikes.filter((each) => each.place === place.place && each.problems.length > 0)
    expect(wrong.map(({ fault, status, problems }) => [fault.name, status, ...problems])).toEqual([])
  })

  it('every stream error is told in every phase of a stream, and every SASL failure', () => {
    const report = toFaultReport(strikes)
    console.log(report)
    expect(report.strikes).toBe(places.length * faults.length)
    expect(Object.values(report.streamErrors).filter((count) => count !== 25)).toEqual([])
    expect(report.saslFailures).toBe(11)
  })
})
