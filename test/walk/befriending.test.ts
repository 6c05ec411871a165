import { describe, expect, it } from 'vitest'
import { befriendingMachine } from '../../machines/befriending.js'
import { drive } from '../../src/testing/drive.js'
import { findPaths, transitionsOfTree } from '../../src/testing/drive-paths.js'
import { befriendingKey, driveBefriending, undrivableOfBefriending } from './befriending-catalogue.js'
import { inputOf } from './driving.js'

const driven = new Set<string>()

describe.each([true, false])('a handshake where approvals count in advance: %s', async (offersApproval) => {
  const drivable = driveBefriending(offersApproval)
  const input = await inputOf(drivable)
  const found = findPaths(drivable, { input, key: befriendingKey, known: driven, limit: 3_000 })

  it.each(found.paths.map((path) => [path.join(', '), path] as const))(
    'goes where its chart says: %s',
    async (_words, path) => {
      const taken = await drive(drivable, path)
      for (const id of taken) driven.add(id)
      expect(taken).not.toEqual([])
    },
  )
})

it('every transition of a handshake has been driven, but for these', () => {
  const missed = transitionsOfTree(befriendingMachine).filter((id) => !driven.has(id))
  expect(missed).toEqual(Object.keys(undrivableOfBefriending))
})
