import { ProtocolError, StreamError, TransportError } from '../../src/errors.js'
import { ns, xml } from '../../src/index.js'
import type { Stimulus } from '../../src/testing/drive.js'
import { toStreamFeaturesElement, type StreamFeatures } from '../../src/stanza/stream-features.js'
import type { TransportPairOptions } from '../../src/transport/memory.js'
import type { StreamFeatureFacts } from '../../machines/stream-facts.js'
import { breaks, does, done, failed, says } from './stimulus.js'
import type { SessionRig } from './session-rig.js'

const bindings = ['tls-exporter', 'tls-server-end-point']
const secured = { framing: 'bytes', secure: true, tlsVersion: 'TLSv1.3', channelBindings: bindings } as const

const dials = (name: string, pair: TransportPairOptions, facts: object): Stimulus<SessionRig> =>
  says(`dials ${name}`, [done('openTransport', facts)], (rig) => rig.connectBy(pair))

function discovers(name: string, endpoints: readonly string[]): Stimulus<SessionRig> {
  return does(`discovers ${name}`, [done('discoverEndpoints', endpoints)], (rig) =>
    rig.endpoints.give(endpoints),
  )
}

/** What the charts read of features. */
export function toFeatureFacts(offered: Partial<StreamFeatures>): StreamFeatureFacts {
  const { starttls, mechanisms = [], channelBindings, session, bind = false } = offered
  return {
    starttls: starttls === undefined ? 'absent' : starttls.required ? 'required' : 'optional',
    mechanisms,
    channelBindings: channelBindings ?? null,
    bind,
    session: session === undefined ? 'absent' : session.optional ? 'optional' : 'required',
    names: toStreamFeaturesElement(offered)
      .elements(undefined)
      .map(({ name, namespace }) => `{${namespace}}${name}`),
  }
}

/** The features of a stream. */
export const offers = (deed: string, name: string, offered: Partial<StreamFeatures>): Stimulus<SessionRig> =>
  says(`offers ${name}`, [done(deed, toFeatureFacts(offered))], ({ peer }) =>
    peer.say(toStreamFeaturesElement(offered)),
  )

export const headerFacts = (version: string | undefined) =>
  ({ to: undefined, from: 'example.test', id: 'scripted', version, lang: 'en' }) as const

/** What a connection that fails looks like to whoever reads from it. */
export const brokenStreams = [
  { how: 'hangs up', error: new TransportError('closed', ''), act: ({ peer }: SessionRig) => peer.hangUp() },
  {
    how: 'cuts the connection',
    error: new TransportError('reset', ''),
    act: ({ peer }: SessionRig) => peer.reset(),
  },
] as const

export const brokenWords = [
  ...brokenStreams,
  {
    how: 'closes the stream',
    error: new TransportError('closed', ''),
    act: ({ peer }: SessionRig) => peer.closeStream(),
  },
  {
    how: 'says garbage',
    error: new ProtocolError('not-well-formed', ''),
    act: ({ peer }: SessionRig) => peer.say('</nobody>'),
  },
  {
    how: 'says conflict',
    error: new StreamError('conflict'),
    act: ({ peer }: SessionRig) => peer.fail('conflict'),
  },
  { how: 'says reset', error: new StreamError('reset'), act: ({ peer }: SessionRig) => peer.fail('reset') },
  {
    how: 'says not-authorized',
    error: new StreamError('not-authorized'),
    act: ({ peer }: SessionRig) => peer.fail('not-authorized'),
  },
] as const

/** Everything that the connection chart waits for. */
export const connectionStimuli: readonly Stimulus<SessionRig>[] = [
  discovers('two endpoints', ['xmpps://one.example.test:5223', 'xmpp://two.example.test:5222']),
  discovers('nothing', []),
  does('cannot discover', [failed('discoverEndpoints', new TransportError('unknown-host', ''))], (rig) =>
    rig.endpoints.refuse(new TransportError('unknown-host', 'no such domain')),
  ),
  dials('with TLS', { secure: true }, secured),
  dials('in clear', { secure: false }, { framing: 'bytes', secure: false, channelBindings: [] }),
  dials('by WebSocket', { framing: 'frames', secure: true }, { ...secured, framing: 'frames' }),
  does('is not there', [failed('openTransport', new TransportError('refused', ''))], (rig) =>
    rig.transport.refuse(new TransportError('refused', 'nobody listens')),
  ),
  ...['1.0', '2.0', undefined].map((version) =>
    says(`opens a stream of version ${version}`, [done('openStream', headerFacts(version))], ({ peer }) =>
      peer.openStream({ version }),
    ),
  ),
  ...breaks('openStream', brokenStreams),
  says(
    'refuses the stream with host-unknown',
    [
      done('openStream', headerFacts('1.0')),
      failed('connection/receiveFeatures', new StreamError('host-unknown')),
    ],
    ({ peer }) => peer.fail('host-unknown'),
  ),
  says(
    'redirects',
    [
      done('openStream', headerFacts('1.0')),
      failed('connection/receiveFeatures', new StreamError('see-other-host', { otherHost: 'other.test' })),
    ],
    ({ peer }) => peer.fail({ condition: 'see-other-host', otherHost: 'other.test' }),
  ),
  offers('connection/receiveFeatures', 'PLAIN', { mechanisms: ['PLAIN'] }),
  offers('connection/receiveFeatures', 'SCRAM and PLAIN', { mechanisms: ['SCRAM-SHA-256', 'PLAIN'] }),
  offers('connection/receiveFeatures', 'no mechanism', {}),
  offers('connection/receiveFeatures', 'STARTTLS', { starttls: { required: true }, mechanisms: ['PLAIN'] }),
  ...breaks('connection/receiveFeatures', brokenWords),
  says('goes ahead with TLS', [done('requestTls')], ({ peer }) => peer.say(xml('proceed', ns.tls))),
  says('refuses TLS', [failed('requestTls', new TransportError('tls-unavailable', ''))], ({ peer }) =>
    peer.say(xml('failure', ns.tls)),
  ),
  ...breaks('requestTls', brokenWords),
  says('shakes hands', [done('startTls', secured)], ({ peer }) => void peer.startTls()),
  ...breaks('startTls', brokenStreams.slice(1)),
]
