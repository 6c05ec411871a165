import { carbonsMachine } from '../../../machines/carbons.js'
import { StanzaError } from '../../../src/errors.js'
import { toWalked } from './walked-chart.js'

export const carbons = toWalked(carbonsMachine, {
  inputs: [{ answerMs: 20_000 }],
  outcomes: { enableCarbons: { error: [new StanzaError('feature-not-implemented', 'cancel')] } },
  key: ({ context }) => context.error?.code,
  invariants: {
    'copies count as coming by the server’s word alone': ({ value }, last) =>
      value !== 'on' || last?.from.value === 'on' || last?.event.type === 'xstate.done.actor.enableCarbons',
    'no copies outlive a session': ({ value }, last) =>
      last?.event.type !== 'session.none' || value === 'off',
    'who was asked once is not asked again in the same session': ({ value }, last) =>
      last?.from.value !== 'on' || value !== 'enabling',
    'who refuses says why, and who does not has nothing to say': ({ value, context }) =>
      value === 'refused' ? context.error !== undefined : value === 'off' || context.error === undefined,
  },
})
