import { expect, it } from 'vitest'
import { drive } from '../../src/testing/drive.js'
import { findPaths } from '../../src/testing/drive-paths.js'
import { driveAtRandom } from './driving.js'
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
  expect(await driveAtRandom(drivable)).toBeNull()
})
