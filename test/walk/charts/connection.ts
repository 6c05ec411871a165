import { connectionMachine, type TransportFacts } from '../../../machines/connection.js'
import { noFeatures, type StreamHeaderFacts } from '../../../machines/stream-facts.js'
import { defaultTimeouts as timeouts } from '../../../machines/timeouts.js'
import { StreamError, TransportError } from '../../../src/errors.js'
import { toWalked } from './walked-chart.js'

const one = 'xmpp://one.test:5222'
const two = 'xmpps://two.test:5223'
const plain: TransportFacts = { framing: 'bytes', secure: false, channelBindings: [] }
const secure: TransportFacts = {
  ...plain,
  secure: true,
  tlsVersion: 'TLSv1.3',
  channelBindings: ['tls-exporter'],
}
const header: StreamHeaderFacts = {
  to: undefined,
  from: 'example.test',
  id: 's1',
  version: '1.0',
  lang: 'en',
}
const refused = new TransportError('refused', 'nothing listens there')
const elsewhere = new StreamError('see-other-host', { otherHost: 'other.test' })

export const connection = toWalked(connectionMachine, {
  inputs: [[], [one, two]].flatMap((endpoints) =>
    [false, true].map((allowPlaintext) => ({ domain: 'example.test', endpoints, allowPlaintext, timeouts })),
  ),
  outcomes: {
    discoverEndpoints: { done: [[], [one], [one, two]], error: [refused] },
    openTransport: {
      done: [plain, secure, { ...plain, framing: 'frames' }, { ...secure, framing: 'frames' }],
      error: [refused],
    },
    openStream: {
      done: [
        header,
        { ...header, version: '1.1' },
        { ...header, version: '2.0' },
        { ...header, version: undefined },
      ],
      error: [refused, elsewhere],
    },
    receiveFeatures: {
      done: [
        { ...noFeatures, starttls: 'required', names: ['starttls'] },
        { ...noFeatures, mechanisms: ['PLAIN'], names: ['mechanisms'] },
      ],
      error: [refused, elsewhere],
    },
    requestTls: { error: [refused] },
    startTls: { done: [secure], error: [refused] },
  },
  key: ({ context: { timeouts: _waits, error, failures, ...rest } }) => [rest, error?.code, failures.length],
  invariants: {
    'a stream is ready if it is encrypted, or the app goes without': ({ value, context }) =>
      value !== 'ready' || context.transport.secure || context.allowPlaintext,
    'a stream that is ready says so without an error, and another with one': ({ value, output }) =>
      value === 'ready' ? output?.outcome === 'ready' : value !== 'failed' || output?.outcome === 'failed',
    'what was learnt in clear is forgotten when the stream is encrypted': ({ value, context }) =>
      value !== 'opening' || (context.header === undefined && context.features.names.length === 0),
    'every attempt begins anew': ({ value, context }) =>
      value !== 'dialing' || (context.error === undefined && !context.transport.secure),
    'an encrypted stream is not encrypted again': ({ value, context }) =>
      (value !== 'requestingTls' && value !== 'securing') || !context.transport.secure,
    'the TLS handshake begins after the server’s word alone': ({ value }, last) =>
      value !== 'securing' || last?.event.type === 'xstate.done.actor.requestTls',
    'TLS is asked for where it is offered, whatever the app would do without': ({ value, context }) =>
      value !== 'ready' ||
      context.transport.secure ||
      context.transport.framing === 'frames' ||
      context.features.starttls === 'absent',
    'a redirection ends the search': ({ value }, last) =>
      last?.event['error'] !== elsewhere || value === 'failed',
    'each endpoint is tried once, and each failure is kept': ({ value, context }) =>
      value !== 'dialing' || context.failures.every(({ endpoint }) => endpoint !== context.endpoint),
    'endpoints are left untried only where one redirects or none was found': ({ value, context }) =>
      value !== 'failed' || context.remaining.length === 0 || context.error instanceof StreamError,
    'the endpoints of the app win over discovered ones': ({ value, context }) =>
      value !== 'discovering' || context.endpoints.length === 0,
    'a server of another version is left': ({ value, context }) =>
      value !== 'awaitingFeatures' || context.header?.version?.startsWith('1.') === true,
  },
})
