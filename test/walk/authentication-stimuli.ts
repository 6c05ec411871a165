import { AuthenticationError, saslFailureConditions } from '../../src/errors.js'
import { ns } from '../../src/index.js'
import { toSaslElement } from '../../src/stanza/sasl.js'
import type { ByItself, Model, Occurrence } from '../../src/testing/drive-model.js'
import type { Stimulus } from '../../src/testing/drive.js'
import type { XmlElement } from '../../src/xml/element.js'
import { ScramServer } from '../spec/scram-server.js'
import { brokenWords } from './connection-stimuli.js'
import { breaks, done, says } from './stimulus.js'
import type { SessionRig } from './session-rig.js'

const mechanismOf = ({ charts }: Model): string =>
  String(charts.get('session/authentication')?.snapshot.context.mechanism?.name)
const isPlain = (model: Model) => mechanismOf(model) === 'PLAIN'
const isScram = (model: Model) => mechanismOf(model).startsWith('SCRAM-')

const saysSasl = (name: 'auth' | 'response') => (element: XmlElement) => element.is(name, ns.sasl)
const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const challenge = (base64 = '') => toSaslElement({ kind: 'challenge', data: bytes(base64) })

const challenged = (deed: string, rest: Readonly<Record<string, unknown>>): readonly Occurrence[] => [
  { note: { signed: false, ...rest } },
  done(deed, { kind: 'challenge' }),
]

const succeeds = (deed: string): Stimulus<SessionRig> =>
  says(
    `succeeds without a signature, awaited: ${deed}`,
    (model) => [
      { note: { proof: isPlain(model) || (deed === 'answerChallenge' && model.notes['signed'] === true) } },
      done(deed, { kind: 'success' }),
    ],
    async ({ peer }) => {
      peer.say(toSaslElement({ kind: 'success', data: null }))
      peer.restartStream()
    },
  )

/** What the proof of the server is worth was noted when it was said. */
export const authenticationByItself: ByItself = ({ src }, { notes }) => {
  if (src === 'answerChallenge' && notes['challenge'] === 'bad') {
    return { error: new AuthenticationError('malformed-request', '') }
  }
  if (src !== 'verifyServer') return undefined
  return notes['proof'] === true
    ? { done: undefined }
    : { error: new AuthenticationError('server-not-verified', '') }
}

/** Everything that the authentication chart waits for. */
export const authenticationStimuli: readonly Stimulus<SessionRig>[] = [
  succeeds('initiate'),
  succeeds('answerChallenge'),
  ...['initiate', 'answerChallenge'].flatMap((deed) =>
    saslFailureConditions.map((condition) =>
      says(
        `refuses with ${condition}, awaited: ${deed}`,
        [done(deed, { kind: 'failure', condition, text: undefined })],
        async (rig) => {
          await rig.said(saysSasl(deed === 'initiate' ? 'auth' : 'response'))
          rig.peer.say(toSaslElement({ kind: 'failure', condition, text: undefined, payloads: [] }))
        },
      ),
    ),
  ),
  says(
    'asks PLAIN again',
    challenged('initiate', { challenge: 'good' }),
    ({ peer }) => peer.say(challenge()),
    isPlain,
  ),
  says(
    'asks PLAIN a third time',
    challenged('answerChallenge', { challenge: 'bad' }),
    async (rig) => {
      await rig.said(saysSasl('response'))
      rig.peer.say(challenge())
    },
    isPlain,
  ),
  says(
    'challenges SCRAM',
    challenged('initiate', { challenge: 'good' }),
    async (rig) => {
      const auth = await rig.said(saysSasl('auth'))
      rig.scram = new ScramServer('sha256')
      rig.peer.say(challenge(rig.scram.challenge(auth.text())))
    },
    isScram,
  ),
  says(
    'challenges SCRAM with rubbish',
    challenged('initiate', { challenge: 'bad' }),
    ({ peer }) => peer.say(challenge('AAAA')),
    isScram,
  ),
  says(
    'signs in a challenge',
    [{ note: { signed: true } }, done('answerChallenge', { kind: 'challenge' })],
    async (rig) => {
      const response = await rig.said(saysSasl('response'))
      rig.peer.say(challenge(rig.scram?.final(response.text())))
    },
    (model) => isScram(model) && model.notes['signed'] !== true,
  ),
  says(
    'succeeds with a signature',
    [{ note: { proof: true } }, done('answerChallenge', { kind: 'success' })],
    async (rig) => {
      const response = await rig.said(saysSasl('response'))
      const data = bytes(rig.scram?.final(response.text()) ?? '')
      rig.peer.say(toSaslElement({ kind: 'success', data }))
      rig.peer.restartStream()
    },
    (model) => isScram(model) && model.notes['signed'] !== true,
  ),
  ...breaks('initiate', brokenWords),
  ...breaks('answerChallenge', brokenWords),
]
