import * as answer from './served-session-answers.js'
import { servedSession } from './served-session-setup.js'

/**
 * Decides what a client may do on one connection of the server, and when: header, encryption, authentication, resource,
 * stream management, and the end. Before `established` every stanza is out of place; after it traffic no longer passes here. Refuses to know bytes,
 * elements, passwords, proofs, other sessions and where a stanza goes.
 */
export const servedSessionMachine = servedSession.createMachine({
  id: 'servedSession',
  description: 'One connection of a client, from the accepted transport to its end, as the server sees it.',
  context: ({ input }) => ({
    ...input,
    mechanism: '',
    request: 'identification' as const,
    username: undefined,
    resource: undefined,
    patienceMs: 0,
    fault: undefined,
  }),
  output: ({ context }) => ({
    username: context.username,
    resource: context.resource,
    fault: context.fault,
  }),
  options: { maxIterations: 1000 },
  initial: 'open',
  states: {
    open: {
      description: 'The stream may go on; whatever breaks its rules ends it here.',
      meta: { spec: 'RFC 6120 §4.9' },
      initial: 'negotiating',
      on: {
        'stream.ended': { target: 'disconnecting', actions: 'closeStream' },
        'stream.broken': {
          target: 'failing',
          actions: { type: 'noteFault', params: ({ event }) => event.fault },
        },
        'session.close': {
          target: 'closing',
          actions: { type: 'noteFault', params: ({ event }) => event.fault },
        },
        'transport.closed': { target: 'closed' },
        'element.received': answer.misplaced,
        'header.received': answer.misplaced,
        'tls.requested': answer.misplaced,
        'sasl.begun': answer.misplaced,
        'sasl.responded': answer.misplaced,
        'sasl.aborted': answer.misplaced,
      },
      states: {
        negotiating: {
          description: 'No stanza may be sent yet, and the time for all of it is limited.',
          meta: { spec: 'RFC 6120 §4.3' },
          initial: 'awaitingHeader',
          on: {
            'stanza.received': answer.unauthorized,
            'account.requested': answer.unauthorized,
            'resource.requested': answer.unauthorized,
            'management.requested': answer.premature,
            'resumption.requested': answer.premature,
          },
          after: {
            negotiationTimeout: {
              target: '#servedSession.closing',
              actions: answer.fault('connection-timeout', 'negotiation took too long'),
            },
          },
          states: {
            awaitingHeader: {
              description:
                'The client opens a stream: the first, the one after TLS, or the one after authentication.',
              meta: { spec: 'RFC 6120 §4.2, §4.3.3, §4.7' },
              on: {
                'header.received': [
                  {
                    guard: { type: 'isUnsupportedVersion', params: ({ event }) => event },
                    target: '#servedSession.closing',
                    actions: [
                      'sendHeader',
                      answer.fault('unsupported-version', 'this server speaks XMPP 1.0'),
                    ],
                  },
                  {
                    guard: { type: 'isUnaddressed', params: ({ event }) => event },
                    target: '#servedSession.closing',
                    actions: [
                      'sendHeader',
                      answer.fault('improper-addressing', 'the stream header needs a "to"'),
                    ],
                  },
                  {
                    guard: { type: 'isForeignHost', params: ({ event }) => event },
                    target: '#servedSession.closing',
                    actions: [
                      'sendHeader',
                      answer.fault('host-unknown', 'this server does not serve that domain'),
                    ],
                  },
                  {
                    guard: 'isAuthenticated',
                    target: 'binding',
                    actions: ['sendHeader', 'sendFeatures'],
                  },
                  { target: 'offering', actions: ['sendHeader', 'sendFeatures'] },
                ],
                'session.close': {
                  target: '#servedSession.failing',
                  actions: { type: 'noteFault', params: ({ event }) => event.fault },
                },
              },
            },
            offering: {
              description: 'Features are announced; the client chooses encryption or a mechanism.',
              meta: { spec: 'RFC 6120 §4.3.2, §5.3.1, §6.3' },
              on: {
                'tls.requested': [
                  { guard: 'hasStartTls', target: 'securing', actions: 'sendProceed' },
                  { target: '#servedSession.disconnecting', actions: ['sendTlsFailure', 'closeStream'] },
                ],
                'account.requested': [
                  {
                    guard: { type: 'mayRequest', params: ({ event }) => event },
                    target: 'serving',
                    actions: { type: 'keepRequest', params: ({ event }) => event },
                  },
                  answer.unauthorized,
                ],
                'sasl.begun': [
                  {
                    guard: 'isEncryptionMissing',
                    target: 'refusing',
                    actions: answer.refusal('encryption-required'),
                  },
                  {
                    guard: { type: 'hasMechanism', params: ({ event }) => event },
                    target: 'authenticating',
                    actions: { type: 'keepMechanism', params: ({ event }) => event },
                  },
                  {
                    target: 'refusing',
                    actions: answer.refusal('invalid-mechanism'),
                  },
                ],
              },
            },
            serving: {
              description: 'An account is asked for, or somebody says who it is without SASL.',
              tags: ['busy'],
              meta: { spec: 'XEP-0077 §3.1, XEP-0078 §3.1, XEP-0445 §4' },
              invoke: {
                id: 'serveAccount',
                src: 'serveAccount',
                input: ({ context }) => ({ request: context.request }),
                onDone: [
                  {
                    guard: answer.isIdentified,
                    target: '#servedSession.open.established',
                    actions: [answer.identified, 'sendAccountAnswer', 'announceSession'],
                  },
                  { guard: answer.isAnswered, target: 'offering', actions: 'sendAccountAnswer' },
                  { target: 'refusing', actions: 'sendAccountAnswer' },
                ],
                onError: {
                  target: '#servedSession.closing',
                  actions: answer.fault('internal-server-error', 'the account could not be served'),
                },
              },
            },
            securing: {
              description: 'The TLS handshake; what was said in clear is forgotten.',
              tags: ['busy'],
              meta: { spec: 'RFC 6120 §5.4.3' },
              invoke: {
                id: 'secureChannel',
                src: 'secureChannel',
                onDone: {
                  target: 'awaitingHeader',
                  actions: { type: 'keepChannel', params: ({ event }) => ({ channel: event.output }) },
                },
                onError: { target: '#servedSession.closed' },
              },
              after: { tlsTimeout: { target: '#servedSession.closed' } },
            },
            authenticating: {
              description: 'The mechanism judges what the client said.',
              tags: ['busy'],
              meta: { spec: 'RFC 6120 §6.4.2, §6.4.6' },
              invoke: {
                id: 'verifyResponse',
                src: 'verifyResponse',
                input: ({ context }) => ({ mechanism: context.mechanism }),
                onDone: [
                  {
                    guard: { type: 'isChallenged', params: ({ event }) => ({ verdict: event.output }) },
                    target: 'challenged',
                    actions: 'sendChallenge',
                  },
                  {
                    guard: { type: 'isAccepted', params: ({ event }) => ({ verdict: event.output }) },
                    target: 'awaitingHeader',
                    actions: [
                      { type: 'keepUsername', params: ({ event }) => ({ verdict: event.output }) },
                      'sendSuccess',
                      'restartStream',
                    ],
                  },
                  {
                    target: 'refusing',
                    actions: {
                      type: 'sendSaslFailure',
                      params: ({ event }) => ({ condition: answer.conditionOf(event.output) }),
                    },
                  },
                ],
                onError: { target: 'refusing', actions: answer.refusal('temporary-auth-failure') },
              },
            },
            challenged: {
              description: 'The client owes a response.',
              meta: { spec: 'RFC 6120 §6.4.3, §6.4.4' },
              on: {
                'sasl.responded': { target: 'authenticating' },
                'sasl.aborted': { target: 'refusing', actions: answer.refusal('aborted') },
              },
              after: {
                saslTimeout: {
                  target: '#servedSession.closing',
                  actions: answer.fault('connection-timeout', 'authentication took too long'),
                },
              },
            },
            refusing: {
              description: 'An authentication failed: another try, or the end.',
              meta: { spec: 'RFC 6120 §6.4.5' },
              always: [
                {
                  guard: 'isLastAttempt',
                  target: '#servedSession.closing',
                  actions: answer.fault('policy-violation', 'too many failed authentications'),
                },
                { target: 'offering', actions: 'countAttempt' },
              ],
            },
            binding: {
              description: 'The client is known: it binds a resource, or goes on with an earlier session.',
              meta: { spec: 'RFC 6120 §7.1, §7.4, XEP-0198 §5' },
              on: {
                'resource.requested': { target: 'assigning' },
                'resumption.requested': [
                  {
                    guard: { type: 'isResumable', params: ({ event }) => event },
                    target: '#servedSession.open.established.resumable',
                    actions: [
                      { type: 'keepResumed', params: ({ event }) => event },
                      'takeSessionOver',
                      'sendResumed',
                    ],
                  },
                  {
                    guard: { type: 'isOvercounted', params: ({ event }) => event },
                    target: '#servedSession.closing',
                    actions: { type: 'noteOvercount', params: ({ event }) => event },
                  },
                  { actions: { type: 'sendResumptionRefusal', params: ({ event }) => event } },
                ],
              },
            },
            assigning: {
              description: 'A resource is given, taken from another session, or refused.',
              tags: ['busy'],
              meta: { spec: 'RFC 6120 §7.6, §7.7' },
              invoke: {
                id: 'bindResource',
                src: 'bindResource',
                input: ({ context }) => ({ username: context.username ?? '' }),
                onDone: [
                  {
                    guard: { type: 'isBound', params: ({ event }) => ({ verdict: event.output }) },
                    target: '#servedSession.open.established',
                    actions: [
                      { type: 'keepResource', params: ({ event }) => ({ verdict: event.output }) },
                      'sendBound',
                      'announceSession',
                    ],
                  },
                  {
                    target: 'binding',
                    actions: {
                      type: 'sendBindError',
                      params: ({ event }) => ({
                        condition: event.output.kind === 'refused' ? event.output.condition : 'conflict',
                      }),
                    },
                  },
                ],
                onError: {
                  target: '#servedSession.closing',
                  actions: answer.fault('internal-server-error', 'no resource could be bound'),
                },
              },
            },
          },
        },
        established: {
          description: 'The client has an address: stanzas flow, past this chart.',
          tags: ['online'],
          meta: { spec: 'RFC 6120 §7.6.2.1' },
          exit: 'withdrawSession',
          initial: 'unmanaged',
          on: { 'resumption.requested': answer.premature },
          states: {
            unmanaged: {
              description: 'What was written counts as received; the session ends with its transport.',
              tags: ['idle'],
              meta: { spec: 'RFC 6120 §4.4', why: answer.silence },
              on: {
                'management.requested': [
                  {
                    guard: { type: 'isToBeResumed', params: ({ event }) => event },
                    target: 'resumable',
                    actions: [
                      { type: 'keepPatience', params: ({ event }) => event },
                      { type: 'sendEnabled', params: ({ event }) => event },
                    ],
                  },
                  { target: 'managed', actions: { type: 'sendEnabled', params: ({ event }) => event } },
                ],
              },
            },
            managed: {
              description: 'Both sides count what they have taken; the session ends with its transport.',
              tags: ['idle'],
              meta: { spec: 'XEP-0198 §4', why: answer.silence },
              on: { 'management.requested': answer.repeated },
            },
            resumable: {
              description: 'Both sides count what they have taken, and the session outlives its transport.',
              tags: ['idle'],
              meta: { spec: 'XEP-0198 §5', why: answer.silence },
              on: {
                'management.requested': answer.repeated,
                'transport.closed': { target: 'hibernating' },
                'session.superseded': {
                  target: '#servedSession.closing',
                  actions: answer.fault('conflict', 'another connection goes on with this session'),
                },
              },
            },
            hibernating: {
              description:
                'The transport is gone; what comes is kept until the client is back, or does not come.',
              meta: { spec: 'XEP-0198 §5, §7' },
              entry: 'leaveTransport',
              on: {
                'session.superseded': { target: '#servedSession.closed' },
                'session.close': {
                  target: '#servedSession.closed',
                  actions: { type: 'noteFault', params: ({ event }) => event.fault },
                },
              },
              after: { resumptionTimeout: { target: '#servedSession.closed' } },
            },
          },
        },
      },
    },
    failing: {
      description:
        'The client has no stream that it could end, or what it sends can no longer be read: it is told, and cut off.',
      meta: { spec: 'RFC 6120 §4.9.1.1, §4.9.1.2' },
      entry: ['sendFault', 'closeStream'],
      always: { target: 'disconnecting' },
    },
    closing: {
      description: 'The server ends the stream and waits for the client to end its own.',
      meta: { spec: 'RFC 6120 §4.4' },
      entry: ['sendFault', 'closeStream'],
      on: {
        'stream.ended': { target: 'disconnecting' },
        'stream.broken': { target: 'disconnecting' },
        'transport.closed': { target: 'closed' },
      },
      after: { closeTimeout: { target: 'disconnecting' } },
    },
    disconnecting: {
      description: 'Both streams have ended; the transport follows.',
      meta: { spec: 'RFC 6120 §4.4' },
      entry: 'closeTransport',
      on: { 'transport.closed': { target: 'closed' } },
      after: { closeTimeout: { target: 'closed' } },
    },
    closed: {
      type: 'final',
      description: 'Nothing of the connection is left.',
      entry: 'destroyTransport',
    },
  },
})
