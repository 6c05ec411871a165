import { expect, it } from 'vitest'
import { drive } from '../../src/testing/drive.js'
import { findPaths } from '../../src/testing/drive-paths.js'
import { driveAtRandom } from './driving.js'
import { subscriptionDrive as drivable, subscriptionKey } from './subscription-catalogue.js'

const found = findPaths(drivable, { key: subscriptionKey })

it('every transition of a subscription of a client can be driven', () => {
  expect([...found.missed]).toEqual([])
})

/** Whoever is removed is a stranger, which the catalogue calls a request missed; here one may have been, for real. */
const missing = ['subscribe', 'unsubscribe'].map((kind) => [
  `the contact says ${kind}`,
  'goes offline',
  'goes online',
])

it.each([...found.paths, ...missing].map((path) => [path.join(', '), path] as const))(
  'a subscription of a client goes where its chart says: %s',
  async (_words, path) => {
    expect(await drive(drivable, path)).not.toEqual([])
  },
)

it('and does, whatever the contact and the server say', { timeout: 120_000 }, async () => {
  expect(await driveAtRandom(drivable)).toBeNull()
})
