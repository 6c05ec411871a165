import type { LeftBehind } from '../../machines/session-context.js'
import { StoreError } from '../../src/errors.js'
import type { Stimulus } from '../../src/testing/drive.js'
import { jid } from './binding-stimuli.js'
import { managedId as previd } from './management-stimuli.js'
import { does, done, failed } from './stimulus.js'
import type { SessionRig } from './session-rig.js'

const nothing: LeftBehind = { session: undefined, scramPinned: false }
const kept: LeftBehind = { ...nothing, session: { previd, endpoint: undefined, maxMs: undefined } }

/** What a session waits for that an earlier process may have left. */
export const storeStimuli: readonly Stimulus<SessionRig>[] = [
  does('has nothing in its store', [done('readStore', nothing)], ({ store }) => store.answer()),
  does('has a session in its store', [done('readStore', kept)], async ({ store }) => {
    await store.leave(jid, { previd, jid, maxMs: null, endpoint: null })
    store.answer()
  }),
  does('cannot read its store', [failed('readStore', new StoreError('failed', ''))], ({ store }) =>
    store.fail(),
  ),
]
