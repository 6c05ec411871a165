import { StanzaError } from '../../src/errors.js'
import { ns, xml } from '../../src/index.js'
import { toRosterElement } from '../../src/stanza/roster.js'
import { findDeed, type ByItself, type Model, type Occurrence } from '../../src/testing/drive-model.js'
import type { Stimulus } from '../../src/testing/drive.js'
import { answerTo } from '../../src/testing/scripted-peer-login.js'
import { refuseRequest } from './binding-stimuli.js'
import { brokenWords } from './connection-stimuli.js'
import { asksFor, done, failed, isIn, says, told } from './stimulus.js'
import type { SessionRig } from './session-rig.js'

export const isOnline = (model: Model) => isIn(model, 'session', { active: 'online' })

/** Any byte is a sign of life. */
export const heard = (model: Model): readonly Occurrence[] =>
  findDeed(model, 'probe') === undefined ? [] : [done('probe')]

const answers = (
  name: string,
  occurrence: Occurrence,
  act: (rig: SessionRig) => unknown,
): Stimulus<SessionRig> =>
  says(
    name,
    (model) => [occurrence, ...heard(model)],
    async (rig) => void (await act(rig)),
    isOnline,
  )

const asksPing = asksFor('ping', ns.ping)
const asksRoster = asksFor('query', ns.roster)
const visibility = ['Invisible', 'Visible'] as const

/** Everything that the charts of a session which is online wait for. */
export const onlineStimuli: readonly Stimulus<SessionRig>[] = [
  ...brokenWords.map(({ how, error, act }) =>
    says(`${how}, online`, [told('session', 'stream.ended', { error })], act, isOnline),
  ),
  says(
    'says anything',
    heard,
    ({ peer }) => peer.say(xml('presence', ns.client, { from: 'bob@example.test/x' })),
    isOnline,
  ),
  answers('answers the ping', done('ping'), async (rig) => rig.peer.say(answerTo(await rig.said(asksPing)))),
  answers('gives the roster', done('fetchRoster'), async (rig) =>
    rig.peer.say(answerTo(await rig.said(asksRoster), toRosterElement())),
  ),
  answers('refuses the roster', failed('fetchRoster', new StanzaError('forbidden', 'auth')), (rig) =>
    refuseRequest(rig, asksRoster, 'forbidden'),
  ),
  ...visibility.flatMap((kind) => {
    const asks = asksFor(kind.toLowerCase(), ns.invisible)
    return [
      answers(`grants ${kind}`, done(`become${kind}`), async (rig) =>
        rig.peer.say(answerTo(await rig.said(asks))),
      ),
      answers(`refuses ${kind}`, failed(`become${kind}`, new StanzaError('forbidden', 'auth')), (rig) =>
        refuseRequest(rig, asks, 'forbidden'),
      ),
      answers(
        `does not know ${kind}`,
        failed(`become${kind}`, new StanzaError('feature-not-implemented', 'cancel')),
        (rig) => refuseRequest(rig, asks, 'feature-not-implemented'),
      ),
    ]
  }),
]

/** The presence from before XMPP is said and not answered. */
export const presenceByItself: ByItself = ({ src, input }) => {
  const isLegacy = typeof input === 'object' && input !== null && Reflect.get(input, 'form') === 'legacy'
  return isLegacy && (src === 'becomeInvisible' || src === 'becomeVisible') ? { done: undefined } : undefined
}
