import { array, asyncProperty, check, nat } from 'fast-check'
import { expect, it } from 'vitest'
import { drive, type Choose } from '../../src/testing/drive.js'
import { findPaths } from '../../src/testing/drive-paths.js'
import {
  servedSubscriptionDrive as drivable,
  servedSubscriptionKey,
} from './served-subscription-catalogue.js'

const found = findPaths(drivable, { key: servedSubscriptionKey })

it('every transition of a subscription at the embedded server can be driven', () => {
  expect([...found.missed]).toEqual([])
})

it.each(found.paths.map((path) => [path.join(', '), path] as const))(
  'a subscription at the embedded server goes where its chart says: %s',
  async (_words, path) => {
    expect(await drive(drivable, path)).not.toEqual([])
  },
)

it('and does, whatever two people say to each other', { timeout: 120_000 }, async () => {
  const choices = array(nat(), { minLength: 5, maxLength: 40 })
  const walks = asyncProperty(choices, async (numbers) => {
    const choose: Choose = (names, index) => {
      const number = numbers[index]
      return number === undefined ? undefined : names[number % names.length]
    }
    await drive(drivable, choose)
  })
  const { errorInstance } = await check(walks, { numRuns: 60, seed: 6121, endOnFailure: true })
  expect(errorInstance).toBeNull()
})
