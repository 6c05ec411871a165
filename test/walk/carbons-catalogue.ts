import { carbonsMachine } from '../../machines/carbons.js'
import { StanzaError } from '../../src/errors.js'
import { carbons, ns, type CarbonsFeature } from '../../src/index.js'
import type { Drivable } from '../../src/testing/drive.js'
import { FeatureRig, unanswered } from './feature-rig.js'
import { isLive, lasting, standingStimuli } from './standing-stimuli.js'
import { asksFor, done, failed } from './stimulus.js'

const asks = asksFor('enable', ns.carbons)

/** A client that wants copies. */
export const driveCarbons: Drivable<FeatureRig<typeof carbonsMachine, CarbonsFeature>> = {
  machine: carbonsMachine,
  stimuli: [
    ...standingStimuli('carbons', { requests: ['enableCarbons'] }),
    {
      name: 'the server makes copies',
      when: isLive,
      predicts: [done('enableCarbons')],
      act: (rig) => rig.answer(asks),
    },
    {
      name: 'the server makes none',
      when: isLive,
      predicts: [failed('enableCarbons', new StanzaError('forbidden', 'auth'))],
      act: (rig) => rig.refuse(asks, 'forbidden'),
    },
  ],
  start: (inspect) =>
    new FeatureRig(
      carbonsMachine,
      { ...lasting, use: (client) => client.use(carbons), reactions: [unanswered(asks)] },
      inspect,
    ),
  inputOf: (rig) => rig.actor.getSnapshot().context,
}
