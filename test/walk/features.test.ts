import { describe, expect, it } from 'vitest'
import type { Drivable, Running } from '../../src/testing/drive.js'
import type { Model } from '../../src/testing/drive-model.js'
import { transitionsOfTree } from '../../src/testing/drive-paths.js'
import { archiveKey, driveArchive } from './archive-catalogue.js'
import { driveBlocking } from './blocking-catalogue.js'
import { bookmarksKey, driveBookmarks } from './bookmarks-catalogue.js'
import { driveCarbons } from './carbons-catalogue.js'
import { conversationKey, driveConversation } from './conversation-catalogue.js'
import { promisePaths } from './driven-paths.js'
import { drivePhotoHash, photoHashKey } from './photo-hash-catalogue.js'
import { driveRegistrations, undrivableOfRegistration } from './registration-catalogue.js'
import { driveRoom, roomKey } from './room-catalogue.js'

/** Promises that a chart beside the session is driven through all of it. */
function drivesAll<Rig extends Running>(
  what: string,
  drivables: readonly Drivable<Rig>[],
  key?: (model: Model) => unknown,
  undrivable: Readonly<Record<string, string>> = {},
): void {
  describe(`beside a session, ${what}`, async () => {
    const known = new Set(Object.keys(undrivable))
    const driven = new Set<string>()
    for (const drivable of drivables) await promisePaths(drivable, { key, known, driven })

    it('has had every transition driven, but for these', () => {
      const all = new Set(drivables.flatMap(({ machine }) => transitionsOfTree(machine)))
      expect([...all].filter((id) => !driven.has(id))).toEqual(Object.keys(undrivable))
    })
  })
}

drivesAll('an archive', ['a0', undefined].map(driveArchive), archiveKey)
drivesAll('blocking', [driveBlocking])
drivesAll('bookmarks', [driveBookmarks], bookmarksKey)
drivesAll('carbons', [driveCarbons])
drivesAll('a conversation', [driveConversation], conversationKey)
drivesAll('the hash of a photo', [drivePhotoHash], photoHashKey)
drivesAll('a registration', driveRegistrations, undefined, undrivableOfRegistration)
drivesAll('a room', [driveRoom], roomKey)
