import { findDeed, type Model, type Occurrence } from '../../src/testing/drive-model.js'
import type { Stimulus } from '../../src/testing/drive.js'
import { does, done, says, told } from './stimulus.js'
import type { SessionRig } from './session-rig.js'

const wishes = (type: string, isDialing: boolean): Stimulus<SessionRig>['predicts'] =>
  (model) => {
    const wish = Number(model.notes['wishes'] ?? 0) + 1
    const occurrences: readonly Occurrence[] = [{ note: { wishes: wish } }, told('session', { type, ...{ wish } })]
    return isDialing ? [...occurrences, done('closeStream')] : occurrences
  }

/** Then there is nothing to close. */
const isDialing = (model: Model) => findDeed(model, 'openTransport') !== undefined
const isDialed = (model: Model) => !isDialing(model)

/** What the app may wish of a session at any time. */
export const appStimuli: readonly Stimulus<SessionRig>[] = [
  does('connect()', wishes('session.connect', false), (rig) => rig.wish(rig.client.connect())),
  does('disconnect()', wishes('session.disconnect', false), (rig) => rig.wish(rig.client.disconnect()), isDialed),
  does('disconnect() while dialing', wishes('session.disconnect', true), (rig) => rig.wish(rig.client.disconnect()), isDialing),
  does('close()', wishes('session.close', false), (rig) => rig.wish(rig.client.close()), isDialed),
  does('close() while dialing', wishes('session.close', true), (rig) => rig.wish(rig.client.close()), isDialing),
  does('fetchRoster()', [told('session/roster', { type: 'roster.fetch' })], (rig) => rig.wish(rig.client.fetchRoster())),
  does('sendPresence()', [told('session/presence', { type: 'presence.announce' })], ({ client }) => client.sendPresence()),
  does('sendPresence(unavailable)', [told('session/presence', { type: 'presence.withdraw' })], ({ client }) =>
    client.sendPresence({ type: 'unavailable' }),
  ),
  ...(['xep-0186', 'legacy'] as const).map((form) =>
    does(`hide(${form})`, [told('session/presence', { type: 'presence.hide', ...{ form } })], (rig) =>
      rig.wish(rig.client.hide({ form })),
    ),
  ),
  says('ends its stream too', [done('closeStream')], ({ peer }) => peer.closeStream()),
  does('cuts the connection, closing', [done('closeStream')], ({ peer }) => peer.reset()),
]
