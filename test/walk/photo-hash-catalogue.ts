import { createHash } from 'node:crypto'
import { photoHashMachine } from '../../machines/photo-hash.js'
import { StanzaError } from '../../src/errors.js'
import { avatars, ns, xml, type AvatarsFeature } from '../../src/index.js'
import { toDiscoInfoElement } from '../../src/stanza/disco.js'
import { toPresenceElement, type PresenceInput } from '../../src/stanza/presence.js'
import { emptyVCard, toPhotoHashElement, withPhoto } from '../../src/stanza/vcard-photo.js'
import type { Model, Occurrence } from '../../src/testing/drive-model.js'
import type { Drivable, Stimulus } from '../../src/testing/drive.js'
import { FeatureRig, unanswered } from './feature-rig.js'
import { isLive, lasting, standingStimuli } from './standing-stimuli.js'
import { asksFor, done, failed, told } from './stimulus.js'

type PhotoRig = FeatureRig<typeof photoHashMachine, AvatarsFeature>

const chart = 'photoHash'
const photo = { bytes: Uint8Array.of(0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 2, 3) }
const hash = createHash('sha1').update(photo.bytes).digest('hex')
const otherHash = createHash('sha1').update('another').digest('hex')
const asksAccount = asksFor('query', ns.discoInfo)
const asksCard = asksFor('vCard', ns.vCardTemp)
const failure = new StanzaError('internal-server-error', 'cancel')

const hasUnaware = ({ notes }: Model): boolean => notes['hasUnaware'] === true

/** Another device of the account says something, and is one that tells of photos, or is not there any more. */
const shows = (
  name: string,
  presence: PresenceInput,
  news: readonly Occurrence[] = [],
): Stimulus<PhotoRig> => ({
  name: `another device ${name}`,
  when: isLive,
  predicts: (model) => [
    { note: { hasUnaware: false } },
    ...(hasUnaware(model) ? [told(chart, 'devices.aware')] : []),
    ...news,
  ],
  act: ({ peer }) => peer.say(toPresenceElement({ from: 'alice@example.test/phone', ...presence })),
})

const gives = (name: string, said: string, card = emptyVCard): Stimulus<PhotoRig> => ({
  name: `the server gives a card with ${name}`,
  when: isLive,
  predicts: [done('readPhoto', { hash: said })],
  act: (rig) => rig.answer(asksCard, card),
})

const converts = (does: boolean): Stimulus<PhotoRig> => ({
  name: `the server ${does ? 'converts' : 'does not convert'} avatars`,
  when: isLive,
  predicts: [done('askAccount', { converts: does })],
  act: (rig) =>
    rig.answer(asksAccount, toDiscoInfoElement({ features: does ? [ns.avatarConversion] : [ns.ping] })),
})

const refuses = (deed: string, asks: typeof asksCard): Stimulus<PhotoRig> => ({
  name: `the server fails, awaited: ${deed}`,
  when: isLive,
  predicts: [failed(deed, failure)],
  act: (rig) => rig.refuse(asks, failure.condition),
})

const stimuli: readonly Stimulus<PhotoRig>[] = [
  ...standingStimuli(chart, { forgotten: { hasUnaware: false }, requests: ['askAccount', 'readPhoto'] }),
  converts(true),
  converts(false),
  refuses('askAccount', asksAccount),
  gives('a photo', hash, withPhoto(emptyVCard, photo)),
  gives('no photo', 'none', xml('vCard', ns.vCardTemp, {}, xml('FN', ns.vCardTemp, {}, 'Alice'))),
  refuses('readPhoto', asksCard),
  shows('shows the photo', { payloads: [toPhotoHashElement(hash)] }, [told(chart, 'photo.seen', { hash })]),
  shows('shows another photo', { payloads: [toPhotoHashElement(otherHash)] }, [
    told(chart, 'photo.seen', { hash: otherHash }),
  ]),
  shows('goes', { type: 'unavailable' }),
  {
    name: 'another device says nothing of photos',
    when: isLive,
    predicts: [{ note: { hasUnaware: true } }, told(chart, 'device.unaware')],
    act: ({ peer }) => peer.say(toPresenceElement({ from: 'alice@example.test/phone' })),
  },
]

/** A client that says which photo its account has. */
export const drivePhotoHash: Drivable<PhotoRig> = {
  machine: photoHashMachine,
  stimuli,
  start: (inspect) =>
    new FeatureRig(
      photoHashMachine,
      { ...lasting, use: (client) => client.use(avatars), reactions: [unanswered(asksAccount, asksCard)] },
      inspect,
    ),
  inputOf: (rig) => rig.actor.getSnapshot().context,
}

/** What decides where the hash goes next. */
export const photoHashKey = ({ charts, notes }: Model): unknown => [
  charts.get(chart)?.snapshot.context.hash,
  notes,
]
