import { assign } from 'xstate'
import { ProtocolError, StreamError, TransportError, type XmppError } from '../src/errors.js'
import { failure, timedOut, toXmppError, type Wait } from './failure.js'
import { setup } from './setup.js'
import { noFeatures, type StreamFeatureFacts, type StreamHeaderFacts } from './stream-facts.js'
import { deed } from './stub.js'
import type { Timeouts } from './timeouts.js'

export interface ConnectionInput {
  /** The XMPP domain: what is looked up, asked for, and what the certificate must name. */
  readonly domain: string
  /** Endpoints as URL text, tried in order; none: they are discovered. */
  readonly endpoints: readonly string[]
  /** Go on without encryption if the server offers none. */
  readonly allowPlaintext: boolean
  readonly timeouts: Timeouts
}

/** What an opened transport is like. */
export interface TransportFacts {
  readonly framing: 'bytes' | 'frames'
  readonly secure: boolean
  /** As the platform names it, e.g. `TLSv1.3`; absent without encryption. */
  readonly tlsVersion?: string
  /** Types of channel binding that this channel has data for. */
  readonly channelBindings: readonly string[]
}

/** An endpoint that was tried, and why it was left. */
export interface FailedEndpoint {
  readonly endpoint: string
  readonly error: XmppError
}

export interface ConnectionContext extends ConnectionInput {
  readonly remaining: readonly string[]
  readonly endpoint: string | undefined
  readonly transport: TransportFacts
  readonly header: StreamHeaderFacts | undefined
  readonly features: StreamFeatureFacts
  readonly failures: readonly FailedEndpoint[]
  readonly error: XmppError | undefined
}

export type ConnectionOutput =
  | {
      readonly outcome: 'ready'
      readonly endpoint: string
      readonly transport: TransportFacts
      readonly header: StreamHeaderFacts | undefined
      readonly features: StreamFeatureFacts
    }
  | {
      readonly outcome: 'failed'
      readonly error: XmppError
      /** The endpoint that was tried last, and how far its transport had come. */
      readonly endpoint: string | undefined
      readonly transport: TransportFacts
      readonly failures: readonly FailedEndpoint[]
    }

const unopened: TransportFacts = { framing: 'bytes', secure: false, channelBindings: [] }

/**
 * Decides how to reach the server: which endpoint, in which order, encrypted how; ends with negotiated features on a stream
 * that is as secure as it must be. Refuses to know bytes, DNS, certificates and credentials.
 */
export const connectionMachine = setup({
  types: {} as { context: ConnectionContext; input: ConnectionInput; output: ConnectionOutput },
  actors: {
    discoverEndpoints: deed<readonly string[], { readonly domain: string }>(),
    openTransport: deed<TransportFacts, { readonly endpoint: string; readonly domain: string }>(),
    openStream: deed<StreamHeaderFacts>(),
    receiveFeatures: deed<StreamFeatureFacts>(),
    requestTls: deed<void>(),
    startTls: deed<TransportFacts, { readonly domain: string }>(),
  },
  actions: {
    keepEndpoints: assign((_, params: { readonly endpoints: readonly string[] }) => ({
      remaining: params.endpoints,
    })),
    takeEndpoint: assign(({ context }) => ({
      endpoint: context.remaining[0],
      remaining: context.remaining.slice(1),
      transport: unopened,
      error: undefined,
    })),
    keepTransport: assign((_, params: { readonly transport: TransportFacts }) => ({
      transport: params.transport,
      header: undefined,
      features: noFeatures,
    })),
    keepHeader: assign((_, params: { readonly header: StreamHeaderFacts }) => ({ header: params.header })),
    keepFeatures: assign((_, params: { readonly features: StreamFeatureFacts }) => ({
      features: params.features,
    })),
    noteFailure: assign(({ context }, params: { readonly error: unknown }) =>
      failing(context, toXmppError(params.error)),
    ),
    noteTimeout: assign(({ context }, params: { readonly wait: Wait }) =>
      failing(context, timedOut(params.wait, context.timeouts, context.endpoint ?? context.domain)),
    ),
    noteVersion: assign(({ context }, params: { readonly header: StreamHeaderFacts }) =>
      failing(
        context,
        new ProtocolError(
          'unsupported-version',
          `${context.endpoint} speaks XMPP ${params.header.version}, not 1.0`,
        ),
      ),
    ),
    notePlaintext: assign(({ context }) =>
      failing(
        context,
        new TransportError(
          'tls-unavailable',
          `${context.endpoint} offers no encryption, and encryption is required`,
        ),
      ),
    ),
  },
  guards: {
    hasNoEndpoints: ({ context }) => context.endpoints.length === 0,
    isExhausted: ({ context }) => context.remaining.length === 0,
    isRedirected: ({ context }) =>
      context.error instanceof StreamError && context.error.condition === 'see-other-host',
    isSecure: ({ context }) => context.transport.secure,
    hasStartTls: ({ context }) =>
      context.transport.framing === 'bytes' && context.features.starttls !== 'absent',
    mayStayPlain: ({ context }) => context.allowPlaintext,
    mayAskForTls: ({ context }) =>
      context.transport.framing === 'bytes' && context.header?.version !== undefined,
    isBeforeVersionOne: (_, params: { readonly header: StreamHeaderFacts }) =>
      params.header.version === undefined,
    isOtherVersion: (_, params: { readonly header: StreamHeaderFacts }) =>
      params.header.version !== undefined && !/^0*1\.\d+$/.test(params.header.version),
  },
  delays: {
    discoveryTimeout: ({ context }) => context.timeouts.discoveryMs,
    dialTimeout: ({ context }) => context.timeouts.dialMs,
    headerTimeout: ({ context }) => context.timeouts.headerMs,
    featuresTimeout: ({ context }) => context.timeouts.featuresMs,
    proceedTimeout: ({ context }) => context.timeouts.proceedMs,
    tlsTimeout: ({ context }) => context.timeouts.tlsMs,
  },
}).createMachine({
  id: 'connection',
  description: 'From a domain to an opened stream that is as secure as it must be.',
  context: ({ input }) => ({
    ...input,
    remaining: input.endpoints,
    endpoint: undefined,
    transport: unopened,
    header: undefined,
    features: noFeatures,
    failures: [],
    error: undefined,
  }),
  options: { maxIterations: 1000 },
  output: ({ context }) => toOutput(context),
  initial: 'planning',
  states: {
    planning: {
      description: 'Endpoints given by the app win over discovered ones.',
      meta: { spec: 'RFC 6120 §3.2' },
      always: [{ guard: 'hasNoEndpoints', target: 'discovering' }, { target: 'selecting' }],
    },
    discovering: {
      description: 'Asking DNS or host-meta where the domain is served.',
      meta: { spec: 'RFC 6120 §3.2.1, XEP-0368, XEP-0156' },
      invoke: {
        id: 'discoverEndpoints',
        src: 'discoverEndpoints',
        input: ({ context }) => ({ domain: context.domain }),
        onDone: {
          target: 'selecting',
          actions: { type: 'keepEndpoints', params: ({ event }) => ({ endpoints: event.output }) },
        },
        onError: { target: 'failed', actions: failure },
      },
      after: {
        discoveryTimeout: {
          target: 'failed',
          actions: { type: 'noteTimeout', params: { wait: 'discovery' } },
        },
      },
    },
    selecting: {
      description: 'The next endpoint, until one works, one redirects, or none is left.',
      meta: { spec: 'RFC 6120 §3.2.1' },
      always: [
        { guard: 'isRedirected', target: 'failed' },
        { guard: 'isExhausted', target: 'failed' },
        { target: 'dialing', actions: 'takeEndpoint' },
      ],
    },
    dialing: {
      description: 'Opening the transport: TCP, direct TLS or WebSocket.',
      meta: { spec: 'RFC 6120 §3.1, XEP-0368, RFC 7395 §3.1' },
      invoke: {
        id: 'openTransport',
        src: 'openTransport',
        input: ({ context }) => ({ endpoint: context.endpoint ?? '', domain: context.domain }),
        onDone: {
          target: 'opening',
          actions: { type: 'keepTransport', params: ({ event }) => ({ transport: event.output }) },
        },
        onError: { target: 'selecting', actions: failure },
      },
      after: {
        dialTimeout: { target: 'selecting', actions: { type: 'noteTimeout', params: { wait: 'dial' } } },
      },
    },
    opening: {
      description: 'Our stream header is sent, the peer’s is awaited.',
      meta: { spec: 'RFC 6120 §4.2, §4.7' },
      invoke: {
        id: 'openStream',
        src: 'openStream',
        onDone: [
          {
            guard: { type: 'isOtherVersion', params: ({ event }) => ({ header: event.output }) },
            target: 'selecting',
            actions: { type: 'noteVersion', params: ({ event }) => ({ header: event.output }) },
          },
          {
            guard: { type: 'isBeforeVersionOne', params: ({ event }) => ({ header: event.output }) },
            target: 'negotiating',
            actions: { type: 'keepHeader', params: ({ event }) => ({ header: event.output }) },
          },
          {
            target: 'awaitingFeatures',
            actions: { type: 'keepHeader', params: ({ event }) => ({ header: event.output }) },
          },
        ],
        onError: { target: 'selecting', actions: failure },
      },
      after: {
        headerTimeout: { target: 'selecting', actions: { type: 'noteTimeout', params: { wait: 'header' } } },
      },
    },
    awaitingFeatures: {
      description: 'The server announces what may be negotiated.',
      meta: { spec: 'RFC 6120 §4.3.2' },
      invoke: {
        id: 'receiveFeatures',
        src: 'receiveFeatures',
        onDone: {
          target: 'negotiating',
          actions: { type: 'keepFeatures', params: ({ event }) => ({ features: event.output }) },
        },
        onError: { target: 'selecting', actions: failure },
      },
      after: {
        featuresTimeout: {
          target: 'selecting',
          actions: { type: 'noteTimeout', params: { wait: 'features' } },
        },
      },
    },
    negotiating: {
      description:
        'Encrypted already, to be encrypted (even where that is not offered), or in clear because the app said so.',
      meta: { spec: 'RFC 6120 §5.3.1, RFC 7590 §3.1' },
      always: [
        { guard: 'isSecure', target: 'ready' },
        { guard: 'hasStartTls', target: 'requestingTls' },
        { guard: 'mayStayPlain', target: 'ready' },
        { guard: 'mayAskForTls', target: 'requestingTls' },
        { target: 'selecting', actions: 'notePlaintext' },
      ],
    },
    requestingTls: {
      description: 'STARTTLS is asked for; the answer is proceed or failure.',
      meta: { spec: 'RFC 6120 §5.4.2' },
      invoke: {
        id: 'requestTls',
        src: 'requestTls',
        onDone: { target: 'securing' },
        onError: [
          {
            guard: 'hasStartTls',
            target: 'selecting',
            actions: failure,
          },
          { target: 'selecting', actions: 'notePlaintext' },
        ],
      },
      after: {
        proceedTimeout: [
          {
            guard: 'hasStartTls',
            target: 'selecting',
            actions: { type: 'noteTimeout', params: { wait: 'proceed' } },
          },
          { target: 'selecting', actions: 'notePlaintext' },
        ],
      },
    },
    securing: {
      description:
        'The TLS handshake: the certificate must name the domain, and what was learnt in clear is forgotten.',
      meta: { spec: 'RFC 6120 §5.4.3, §13.7.2' },
      invoke: {
        id: 'startTls',
        src: 'startTls',
        input: ({ context }) => ({ domain: context.domain }),
        onDone: {
          target: 'opening',
          actions: { type: 'keepTransport', params: ({ event }) => ({ transport: event.output }) },
        },
        onError: { target: 'selecting', actions: failure },
      },
      after: {
        tlsTimeout: { target: 'selecting', actions: { type: 'noteTimeout', params: { wait: 'tls' } } },
      },
    },
    ready: { type: 'final', description: 'The stream is open and its features are known.' },
    failed: { type: 'final', description: 'No endpoint led to a usable stream.' },
  },
})

function failing(context: ConnectionContext, error: XmppError): Partial<ConnectionContext> {
  if (context.endpoint === undefined) return { error }
  return { error, failures: [...context.failures, { endpoint: context.endpoint, error }] }
}

function toOutput(context: ConnectionContext): ConnectionOutput {
  const { endpoint, error, failures, header, features, transport } = context
  if (error === undefined && endpoint !== undefined) {
    return { outcome: 'ready', endpoint, transport, header, features }
  }
  const unknown = new TransportError('unknown-host', `nothing says where ${context.domain} is served`)
  return { outcome: 'failed', error: error ?? unknown, endpoint, transport, failures }
}
