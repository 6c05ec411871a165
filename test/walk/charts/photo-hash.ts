import { photoHashMachine } from '../../../machines/photo-hash.js'
import { StanzaError } from '../../../src/errors.js'
import { toWalked } from './walked-chart.js'

const refused = new StanzaError('service-unavailable', 'cancel')
const photos = [{ hash: 'none' }, { hash: '01b87fcd030b72895ff8e88db57ec525450f000d' }]

export const photoHash = toWalked(photoHashMachine, {
  inputs: [{ answerMs: 20_000 }],
  events: [
    { type: 'session.live' },
    { type: 'session.none' },
    { type: 'device.unaware' },
    { type: 'devices.aware' },
    ...photos.map(({ hash }) => ({ type: 'photo.seen', hash }) as const),
  ],
  outcomes: {
    askAccount: { done: [{ converts: true }, { converts: false }], error: [refused] },
    readPhoto: { done: photos, error: [refused] },
  },
  key: ({ context }) => context.hash,
  invariants: {
    'a hash is known of a card that was read, and of no other': ({ value, context }) =>
      (value.photo === 'known') === (context.hash !== undefined),
    'nothing is known outside a session': ({ value }, last) =>
      last?.event.type !== 'session.none' || (value.photo === 'offline' && value.devices === 'aware'),
    'where the server sees to it nothing is read': ({ value }, last) =>
      last?.from.value.photo !== 'converted' || value.photo === 'converted' || value.photo === 'offline',
    'another photo is believed only once the card was read': ({ value, context }, last) =>
      last?.event.type !== 'photo.seen' || value.photo !== 'known' || context.hash === last.event.hash,
  },
})
