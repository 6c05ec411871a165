import { StanzaError } from '../../src/errors.js'
import { removeAccount } from '../../src/features/account-removal.js'
import { ns } from '../../src/index.js'
import { findDeed, type Model } from '../../src/testing/drive-model.js'
import type { Stimulus } from '../../src/testing/drive.js'
import { answerTo } from '../../src/testing/scripted-peer-login.js'
import { refuseRequest } from './binding-stimuli.js'
import { heard, isOnline } from './online-stimuli.js'
import type { SessionRig } from './session-rig.js'
import { asksFor, does, done, failed, isIn, says, told } from './stimulus.js'

const asksRemoval = asksFor('query', ns.register)
const isRemoving = (model: Model) => findDeed(model, 'removeAccount') !== undefined
const unregistered = new StanzaError('not-allowed', 'cancel')
const isAtRest = (model: Model) =>
  ['offline', 'halted', 'removed'].some((state) => isIn(model, 'session', state))

/** What the app may wish of the account itself, and what comes of that. */
export const accountStimuli: readonly Stimulus<SessionRig>[] = [
  does(
    'register()',
    (model) => {
      const wish = Number(model.notes['wishes'] ?? 0) + 1
      return [{ note: { wishes: wish } }, told('session', 'session.connect', { wish, registers: true })]
    },
    (rig) => rig.wish(rig.app.account.register(rig.making.ask, {})),
    isAtRest,
  ),
  does('makes the account', [done('makeAccount')], ({ making }) => making.give(undefined)),
  does('makes no account', [failed('makeAccount', unregistered)], ({ making }) =>
    making.refuse(unregistered),
  ),
  does(
    'remove()',
    [told('session', 'account.remove')],
    (rig) => rig.wish(removeAccount(rig.app.account.session)),
    isOnline,
  ),
  says(
    'removes the account',
    (model) => [...heard(model), done('removeAccount')],
    async (rig) => rig.peer.say(answerTo(await rig.said(asksRemoval))),
    isRemoving,
  ),
  says(
    'does not remove the account',
    (model) => [failed('removeAccount', new StanzaError('not-allowed', 'cancel')), ...heard(model)],
    (rig) => refuseRequest(rig, asksRemoval, 'not-allowed'),
  ),
]
