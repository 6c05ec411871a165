import { findDeed, type Model, type Occurrence } from '../../src/testing/drive-model.js'
import type { Stimulus } from '../../src/testing/drive.js'
import { does, done, says, told } from './stimulus.js'
import type { SessionRig } from './session-rig.js'

/** Where nothing was connected yet there is nothing to close. */
const hasStream = (model: Model) =>
  ['readStore', 'openTransport', 'discoverEndpoints'].every((deed) => findDeed(model, deed) === undefined)

function wishes(name: 'connect' | 'disconnect' | 'close'): Stimulus<SessionRig> {
  const predicts = (model: Model): readonly Occurrence[] => {
    const wish = Number(model.notes['wishes'] ?? 0) + 1
    const closes = name !== 'connect' && !hasStream(model)
    return [
      { note: { wishes: wish } },
      told('session', `session.${name}`, { wish }),
      ...(closes ? [done('closeStream')] : []),
    ]
  }
  return does(`${name}()`, predicts, (rig) => rig.wish(rig.app[name]()))
}

/** What the app may wish of a session at any time. */
export const appStimuli: readonly Stimulus<SessionRig>[] = [
  wishes('connect'),
  wishes('disconnect'),
  wishes('close'),
  does('fetchRoster()', [told('session/roster', 'roster.fetch')], (rig) => rig.wish(rig.app.fetchRoster())),
  does('sendPresence()', [told('session/presence', 'presence.announce')], ({ app }) => app.sendPresence()),
  does('sendPresence(unavailable)', [told('session/presence', 'presence.withdraw')], ({ app }) =>
    app.sendPresence({ type: 'unavailable' }),
  ),
  ...(['xep-0186', 'legacy'] as const).map((form) =>
    does(`hide(${form})`, [told('session/presence', 'presence.hide', { form })], (rig) =>
      rig.wish(rig.app.hide({ form })),
    ),
  ),
  says('ends its stream too', [done('closeStream')], ({ peer }) => peer.closeStream()),
  does('cuts the connection, closing', [done('closeStream')], ({ peer }) => peer.reset()),
]
