import { expect, it } from 'vitest'
import { drive } from '../../src/testing/drive.js'
import { findPaths } from '../../src/testing/drive-paths.js'
import { driveSession, inputOf, keyOf } from './session-catalogue.js'

it('explores', { timeout: 300_000 }, async () => {
  const options = { reconnect: 'always' } as const
  const drivable = driveSession(options)
  const t = performance.now()
  const found = findPaths(drivable, { input: inputOf(options), key: keyOf })
  console.log(found.paths.length, found.transitions.size, found.places, performance.now() - t, found.stuck.slice(0, 3))
  let fails = 0
  for (const path of found.paths) {
    try {
      await drive(drivable, path)
    } catch (error) {
      fails += 1
      if (fails < 4) console.log(path.join(', '), String(error).slice(0, 6000))
    }
  }
  console.log('fails', fails, performance.now() - t)
  expect(fails).toBe(0)
})
