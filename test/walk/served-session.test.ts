import { describe, expect, it } from 'vitest'
import { servedSessionMachine } from '../../machines/served-session.js'
import { drive } from '../../src/testing/drive.js'
import { findPaths, transitionsOfTree } from '../../src/testing/drive-paths.js'
import { driveAtRandom, inputOf } from './driving.js'
import {
  driveServedSession,
  servedSessionKey,
  undrivableOfServedSession,
} from './served-session-catalogue.js'

const driven = new Set<string>()
const known = new Set(Object.keys(undrivableOfServedSession))

describe.each([
  ['bytes', false],
  ['frames', true],
] as const)('a connection of the embedded server over %s, encrypted: %s', async (framing, secure) => {
  const drivable = driveServedSession(framing, secure)
  const found = findPaths(drivable, { input: await inputOf(drivable), key: servedSessionKey, known })
  for (const id of transitionsOfTree(drivable.machine)) if (!found.missed.has(id)) known.add(id)

  it.each(found.paths.map((path) => [path.join(', '), path] as const))(
    'goes where its chart says: %s',
    async (_words, path) => {
      const taken = await drive(drivable, path)
      for (const id of taken) driven.add(id)
      expect(taken).not.toEqual([])
    },
  )

  it('goes where its chart says, whatever happens', { timeout: 120_000 }, async () => {
    expect(await driveAtRandom(drivable)).toBeNull()
  })
})

it('every transition of a connection has been driven, but for these', () => {
  const missed = transitionsOfTree(servedSessionMachine).filter((id) => !driven.has(id))
  expect(missed.toSorted()).toEqual(Object.keys(undrivableOfServedSession).toSorted())
})
