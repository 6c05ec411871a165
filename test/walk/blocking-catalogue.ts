import { blockingMachine } from '../../machines/blocking.js'
import { StanzaError } from '../../src/errors.js'
import { blocking, ns, type BlockingFeature } from '../../src/index.js'
import { toBlockingElement } from '../../src/stanza/blocking.js'
import type { Drivable } from '../../src/testing/drive.js'
import { FeatureRig, unanswered } from './feature-rig.js'
import { isLive, lasting, standingStimuli } from './standing-stimuli.js'
import { asksFor, done, failed, told } from './stimulus.js'

const asks = asksFor('blocklist', ns.blocking)

/** A client that wants to know whom its server keeps away. */
export const driveBlocking: Drivable<FeatureRig<typeof blockingMachine, BlockingFeature>> = {
  machine: blockingMachine,
  stimuli: [
    ...standingStimuli('blocking', { requests: ['fetchBlocklist'] }),
    {
      name: 'the server gives the list',
      when: isLive,
      predicts: [done('fetchBlocklist')],
      act: (rig) => rig.answer(asks, toBlockingElement('blocklist', ['mallory@example.test'])),
    },
    {
      name: 'the server knows of none',
      when: isLive,
      predicts: [failed('fetchBlocklist', new StanzaError('service-unavailable', 'cancel'))],
      act: (rig) => rig.refuse(asks, 'service-unavailable'),
    },
    {
      name: 'the app asks for the list',
      predicts: [told('blocking', 'blocking.fetch')],
      act: async ({ clock, handle }) => {
        handle.fetch().catch(() => undefined)
        await clock.rest()
      },
    },
  ],
  start: (inspect) =>
    new FeatureRig(
      blockingMachine,
      { ...lasting, use: (client) => client.use(blocking), reactions: [unanswered(asks)] },
      inspect,
    ),
  inputOf: (rig) => rig.actor.getSnapshot().context,
}
