import { describe, expect, it } from 'vitest'
import { drive } from '../../src/testing/drive.js'
import { findPaths, transitionsOfTree } from '../../src/testing/drive-paths.js'
import { driveAtRandom, inputOf } from './driving.js'
import { keyOf, sessions, storedSession, undrivable, wholeSession } from './session-catalogue.js'

const driven = new Set<string>()
const known = new Set(Object.keys(undrivable))

describe.each(Object.entries(sessions))('a session %s', async (_name, drivable) => {
  const input = await inputOf(drivable)
  const found = findPaths(drivable, { input, key: keyOf, known })
  for (const id of transitionsOfTree(drivable.machine)) if (!found.missed.has(id)) known.add(id)

  it('never is where nothing can happen any more', () => {
    expect(found.stuck).toEqual([])
  })

  it.each(found.paths.map((path) => [path.join(', '), path] as const))(
    'goes where its charts say: %s',
    async (_words, path) => {
      const taken = await drive(drivable, path)
      for (const id of taken) driven.add(id)
      expect(taken).not.toEqual([])
    },
  )
})

const login = [
  'dials with TLS',
  'opens a stream of version 1.0',
  'offers PLAIN',
  'succeeds without a signature, awaited: initiate',
  'opens the authenticated stream',
  'offers binding and stream management',
]
const kept = ['connect()', ...login, 'binds', 'lets resume for good']
const takenOver = ['connect()', 'has a session in its store', ...login, 'resumes']

it.each([
  ...Object.entries(sessions).map(([name, drivable]) => [name, drivable, []] as const),
  ['that has yet to begin', wholeSession, []] as const,
  ['that can be resumed', wholeSession, kept] as const,
  ['of an earlier process', storedSession, takenOver] as const,
])(
  'a session %s goes where its charts say, whatever happens',
  { timeout: 120_000 },
  async (_name, drivable, beginning) => {
    expect(await driveAtRandom(drivable, beginning)).toBeNull()
  },
)

it('every transition of every chart of a session has been driven, but for these', () => {
  const all = Object.values(sessions).flatMap(({ machine }) => transitionsOfTree(machine))
  const missed = new Set(all.filter((id) => !driven.has(id)))
  expect([...missed].toSorted()).toEqual(Object.keys(undrivable).toSorted())
})
