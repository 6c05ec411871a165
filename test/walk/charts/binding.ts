import { bindingMachine } from '../../../machines/binding.js'
import { noFeatures } from '../../../machines/stream-facts.js'
import { defaultTimeouts as timeouts } from '../../../machines/timeouts.js'
import { StanzaError, TransportError } from '../../../src/errors.js'
import { toWalked } from './walked-chart.js'

const lost = [new TransportError('closed', 'the connection ended')]
const conflict = new StanzaError('conflict', 'modify')
const features = { ...noFeatures, bind: true }
const names = ['{urn:xmpp:sm:3}sm']

export const binding = toWalked(bindingMachine, {
  inputs: ['desk', undefined].flatMap((resource) =>
    ['sm-1', undefined].map((previd) => ({ resource, previd, timeouts })),
  ),
  outcomes: {
    reopenStream: {
      done: [{ to: undefined, from: 'example.test', id: 's2', version: '1.0', lang: 'en' }],
      error: lost,
    },
    receiveFeatures: {
      done: [
        noFeatures,
        features,
        { ...features, session: 'optional' },
        { ...features, session: 'required' },
        { ...noFeatures, names },
        { ...features, names },
      ],
      error: lost,
    },
    resumeSession: {
      done: [
        ...[true, false].map(
          (heard) => ({ kind: 'resumed', jid: 'romeo@example.test/desk', heard }) as const,
        ),
        { kind: 'refused' },
      ],
      error: lost,
    },
    bindResource: {
      done: [
        { kind: 'bound', jid: 'romeo@example.test/desk' },
        { kind: 'refused', error: conflict, conflict: true },
        { kind: 'refused', error: new StanzaError('not-allowed', 'cancel'), conflict: false },
      ],
      error: lost,
    },
    establishSession: { error: lost },
  },
  key: ({ context: { timeouts: _waits, error, ...rest } }) => [rest, error?.code],
  invariants: {
    'who is bound has an address, who is not has an error': ({ value, output }) =>
      value === 'bound'
        ? output !== undefined && output.outcome !== 'failed' && output.jid.includes('/')
        : value !== 'failed' || output?.outcome === 'failed',
    'a resource is asked for only where the server binds': ({ value, context }) =>
      value !== 'requesting' || context.features.bind,
    'a taken resource is given up, never asked for again': ({ value, context }, last) =>
      value !== 'requesting' || last?.from.value !== 'requesting' || context.resource === undefined,
    'a legacy session is asked for only where it is required': ({ value, context }) =>
      value !== 'establishing' || context.features.session === 'required',
    'the session before goes on where there is one, and the server says so': ({ output, context }, last) =>
      (output?.outcome === 'resumed') ===
      (context.previd !== undefined &&
        last?.event.type === 'xstate.done.actor.resumeSession' &&
        Reflect.get(Object(last.event['output']), 'kind') === 'resumed'),
    'no other session is begun before the one before is refused, where the server still knows such': (
      { value, context },
      last,
    ) =>
      value !== 'requesting' ||
      context.previd === undefined ||
      context.features.names.length === 0 ||
      last?.from.value !== 'awaitingFeatures',
    'nobody is waited for who does not know such': ({ value, context }) =>
      value !== 'resuming' || context.features.names.length > 0,
    'a required session is established before anything counts': ({ value, context, output }, last) =>
      value !== 'bound' ||
      output?.outcome === 'resumed' ||
      context.features.session !== 'required' ||
      last?.event.type === 'xstate.done.actor.establishSession',
    'nothing of the stream before is kept': ({ value, context }) =>
      value !== 'reopening' || context.header === undefined,
  },
})
