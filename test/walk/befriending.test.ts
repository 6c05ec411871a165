import { describe, expect, it } from 'vitest'
import { befriendingMachine } from '../../machines/befriending.js'
import { drive } from '../../src/testing/drive.js'
import { findPaths, transitionsOfTree } from '../../src/testing/drive-paths.js'
import { befriendingKey, driveBefriending } from './befriending-catalogue.js'

const driven = new Set<string>()

describe.each([true, false])('a handshake where approvals count in advance: %s', async (offersApproval) => {
  const drivable = driveBefriending(offersApproval)
  const rig = await drivable.start(() => undefined)
  const input = drivable.inputOf?.(rig)
  await rig.end()
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
  // The end of a session is told before its requests fail.
  expect(transitionsOfTree(befriendingMachine).filter((id) => !driven.has(id))).toEqual([
    'befriending.open.listing xstate.error.actor.listContact 0',
  ])
})
