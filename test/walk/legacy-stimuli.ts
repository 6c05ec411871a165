import { AuthenticationError, StanzaError, type StanzaErrorCondition } from '../../src/errors.js'
import { ns } from '../../src/index.js'
import { toLegacyAuthFieldsElement } from '../../src/stanza/legacy-auth.js'
import type { Stimulus } from '../../src/testing/drive.js'
import { answerTo } from '../../src/testing/scripted-peer-login.js'
import type { XmlElement } from '../../src/xml/element.js'
import { jid, refuseRequest } from './binding-stimuli.js'
import { brokenWords } from './connection-stimuli.js'
import { asksFor, breaks, done, says } from './stimulus.js'
import type { SessionRig } from './session-rig.js'

const asks = (type: 'get' | 'set') => (element: XmlElement) =>
  asksFor('query', ns.legacyAuth)(element) && element.attribute('type') === type

const takes = (name: string, fields: { readonly digest: boolean; readonly password: boolean }) =>
  says(`takes ${name}`, [done('requestFields', { kind: 'fields', ...fields })], async (rig) =>
    rig.peer.say(answerTo(await rig.said(asks('get')), toLegacyAuthFieldsElement(fields))),
  )

const refuses = (
  what: string,
  condition: StanzaErrorCondition,
  error: AuthenticationError | StanzaError,
): Stimulus<SessionRig> =>
  says(
    `refuses the old identification: ${what}`,
    [done('identify', { kind: 'refused', error, conflict: condition === 'conflict' })],
    (rig) => refuseRequest(rig, asks('set'), condition),
  )

/** Everything that the authentication chart waits for where there is no SASL. */
export const legacyStimuli: readonly Stimulus<SessionRig>[] = [
  // First, since it takes no time to make: the clock of a test does not wait for digests.
  takes('the password alone', { digest: false, password: true }),
  takes('a digest', { digest: true, password: true }),
  takes('neither digest nor password', { digest: false, password: false }),
  says(
    'has no old identification',
    [
      done('requestFields', {
        kind: 'refused',
        error: new StanzaError('service-unavailable', 'cancel'),
      }),
    ],
    (rig) => refuseRequest(rig, asks('get'), 'service-unavailable'),
  ),
  ...breaks('requestFields', brokenWords),
  says('identifies', [done('identify', { kind: 'identified', jid })], async (rig) =>
    rig.peer.say(answerTo(await rig.said(asks('set')))),
  ),
  refuses('a conflict', 'conflict', new StanzaError('conflict', 'cancel')),
  refuses('the password', 'not-authorized', new AuthenticationError('not-authorized', '')),
  refuses('something is missing', 'not-acceptable', new StanzaError('not-acceptable', 'modify')),
  ...breaks(
    'identify',
    brokenWords.map((way) => ({
      ...way,
      act: async (rig: SessionRig) => {
        await rig.said(asks('set'))
        way.act(rig)
      },
    })),
  ),
]
