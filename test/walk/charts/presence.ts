import { presenceMachine } from '../../../machines/presence.js'
import { defaultTimeouts as timeouts } from '../../../machines/timeouts.js'
import { StanzaError, TransportError } from '../../../src/errors.js'
import { orders } from '../../../src/testing/index.js'
import { toWalked } from './walked-chart.js'

const errors = [
  new StanzaError('feature-not-implemented', 'cancel'),
  new StanzaError('service-unavailable', 'cancel'),
  new StanzaError('forbidden', 'auth'),
]

export const presence = toWalked(presenceMachine, {
  inputs: [true, false].map((wanted) => ({ wanted, timeouts })),
  events: [
    { type: 'session.online' },
    { type: 'session.offline' },
    { type: 'presence.announce' },
    { type: 'presence.withdraw' },
    { type: 'presence.hide', form: 'xep-0186' },
    { type: 'presence.hide', form: 'legacy' },
    { type: 'presence.refused', error: new TransportError('overflow', 'too much waits') },
  ],
  outcomes: { becomeInvisible: { error: errors }, becomeVisible: { error: errors } },
  key: ({ context: { timeouts: _waits, error, ...rest } }) => [rest, error?.code],
  invariants: {
    'presence is sent only where one is to be seen': (snapshot, last) =>
      !orders(last, 'sendPresence') || snapshot.matches({ online: 'available' }),
    'who is seen has just been announced': (snapshot, last) =>
      !snapshot.matches({ online: 'available' }) ||
      last?.from.matches({ online: 'available' }) === true ||
      orders(last, 'sendPresence'),
    'nothing is said outside a session': (snapshot, last) =>
      !snapshot.matches('offline') || !(orders(last, 'sendPresence') || orders(last, 'sendUnavailable')),
    'the end of a session is noticed in every state of it': (snapshot, last) =>
      last?.event.type !== 'session.offline' || snapshot.matches('offline'),
    'whoever was hidden is hidden in the next session': (snapshot, last) =>
      last?.event.type !== 'session.offline' ||
      !(last.from.matches({ online: 'hiding' }) || last.from.matches({ online: 'invisible' })) ||
      snapshot.matches({ offline: 'toHide' }),
    'whoever was seen is seen in the next session': (snapshot, last) =>
      last?.event.type !== 'session.offline' ||
      !(last.from.matches({ online: 'available' }) || last.from.matches({ online: 'unsaid' })) ||
      snapshot.matches({ offline: 'toAnnounce' }),
    'what there is no room for is not believed to be said': (snapshot, last) =>
      last?.event.type !== 'presence.refused' ||
      !(['available', 'unavailable', 'vanished'] as const).some((state) =>
        snapshot.matches({ online: state }),
      ),
    'what was not said is said again': (_snapshot, last) =>
      last?.event.type.startsWith('xstate.after.roomPause.') !== true ||
      orders(last, 'sendPresence') ||
      orders(last, 'sendUnavailable'),
    'what was told is forgotten with the session': (snapshot, last) =>
      last === undefined ||
      !last.from.matches('online') ||
      snapshot.matches('online') ||
      orders(last, 'forgetTold'),
    'what the server has not answered is not taken for its answer': (snapshot, last) =>
      last?.event.type.startsWith('xstate.after.visibilityTimeout.') !== true ||
      !(['invisible', 'refused'] as const).some((state) => snapshot.matches({ online: state })),
    'silence shows whom the server has not said it hides, and nobody else': (snapshot, last) =>
      last?.event.type.startsWith('xstate.after.visibilityTimeout.') !== true ||
      snapshot.matches({ online: 'available' }) ===
        (last.from.matches({ online: 'showing' }) && !last.from.context.isHidden),
    'nobody waits to be shown whom the server has not said it hides': (snapshot) =>
      !snapshot.matches({ online: 'unshown' }) || snapshot.context.isHidden,
    'what the server has said holds for its session alone': (snapshot) =>
      !snapshot.matches('offline') || !snapshot.context.isHidden,
    'who may be hidden is not announced unless the server was told to show': (snapshot, last) =>
      last === undefined ||
      !(['hiding', 'invisible', 'vanished', 'vanishing', 'unshown', 'unanswered'] as const).some((state) =>
        last.from.matches({ online: state }),
      ) ||
      !snapshot.matches({ online: 'available' }),
    'nobody is hidden who did not ask to be': (snapshot, last) =>
      !snapshot.matches({ online: 'hiding' }) ||
      last?.event.type === 'presence.hide' ||
      last?.from.matches({ offline: 'toHide' }) === true ||
      last?.from.matches({ online: 'hiding' }) === true,
  },
})
