import { StanzaError, type StanzaErrorCondition } from '../../src/errors.js'
import { ns, parseJid } from '../../src/index.js'
import { toBindResultElement } from '../../src/stanza/bind.js'
import { toErrorReply } from '../../src/stanza/stanza-error.js'
import type { Stimulus } from '../../src/testing/drive.js'
import { answerTo } from '../../src/testing/scripted-peer-login.js'
import { brokenStreams, brokenWords, headerFacts, offers } from './connection-stimuli.js'
import { asksFor, breaks, done, failed, says } from './stimulus.js'
import type { SessionRig } from './session-rig.js'

export const jid = 'alice@example.test/desk'
const asksBinding = asksFor('bind', ns.bind)
const asksSession = asksFor('session', ns.session)

/** The server refuses a request. */
export async function refuseRequest(
  rig: SessionRig,
  fits: Parameters<SessionRig['said']>[0],
  condition: StanzaErrorCondition,
): Promise<void> {
  const refusal = toErrorReply(await rig.said(fits), { condition })
  if (refusal !== undefined) rig.peer.say(refusal)
}

const refuses = (condition: StanzaErrorCondition, type: 'cancel' | 'wait'): Stimulus<SessionRig> =>
  says(
    `refuses the resource with ${condition}`,
    [
      done('bindResource', {
        kind: 'refused',
        error: new StanzaError(condition, type),
        conflict: condition === 'conflict',
      }),
    ],
    (rig) => refuseRequest(rig, asksBinding, condition),
  )

/** Everything that the binding chart waits for. */
export const bindingStimuli: readonly Stimulus<SessionRig>[] = [
  says('opens the authenticated stream', [done('reopenStream', headerFacts('1.0'))], ({ peer }) =>
    peer.openStream(),
  ),
  ...breaks('reopenStream', brokenStreams),
  offers('binding/receiveFeatures', 'binding', { bind: true }),
  offers('binding/receiveFeatures', 'binding and a session', { bind: true, session: { optional: false } }),
  offers('binding/receiveFeatures', 'binding and versions', {
    bind: true,
    session: { optional: true },
    rosterVersioning: true,
  }),
  offers('binding/receiveFeatures', 'binding and stream management', { bind: true, streamManagement: true }),
  offers('binding/receiveFeatures', 'stream management alone', { streamManagement: true }),
  offers('binding/receiveFeatures', 'no binding', {}),
  ...breaks('binding/receiveFeatures', brokenWords),
  says('binds', [done('bindResource', { kind: 'bound', jid })], async (rig) =>
    rig.peer.say(answerTo(await rig.said(asksBinding), toBindResultElement(parseJid(jid)))),
  ),
  refuses('conflict', 'cancel'),
  refuses('resource-constraint', 'wait'),
  refuses('not-allowed', 'cancel'),
  ...breaks('bindResource', brokenWords),
  says('establishes the session', [done('establishSession')], async (rig) =>
    rig.peer.say(answerTo(await rig.said(asksSession))),
  ),
  says('refuses the session', [failed('establishSession', new StanzaError('forbidden', 'auth'))], (rig) =>
    refuseRequest(rig, asksSession, 'forbidden'),
  ),
  ...breaks('establishSession', brokenWords),
]
