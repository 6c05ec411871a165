import type { RecordingLine } from '../../../src/inspector/recording/record.js'
import { toGraph } from '../../../src/inspector/index.js'
import { authenticationMachine, sessionMachine } from '../../../machines/index.js'

const of = (seq: number, actorPath: string) => ({ source: 'alice', seq, t: seq * 10, actorPath })

/** A login as our recorder would tell it, with what no other wire has a word for. */
export const loginLines: readonly RecordingLine[] = [
  { kind: 'source', source: 'alice', name: 'alice@example.test', engine: 'xmpp-machines', startedAt: 1_000 },
  { kind: 'chart', source: 'alice', chart: 'session', graph: toGraph(sessionMachine) },
  { kind: 'chart', source: 'alice', chart: 'authentication', graph: toGraph(authenticationMachine) },
  {
    ...of(0, 'session'),
    kind: 'start',
    type: 'xstate.init',
    chart: 'session',
    value: 'offline',
    context: { attempts: 0 },
  },
  {
    ...of(1, 'session'),
    kind: 'event',
    type: 'session.connect',
    value: 'connecting',
    edges: [],
    context: { attempts: 1 },
    timers: [{ edge: 'session.connecting xstate.after.connectTimeout.session.connecting 0', ms: 30_000 }],
  },
  { ...of(2, 'session/connection'), kind: 'start', type: 'xstate.init' },
  {
    source: 'alice',
    seq: 3,
    t: 30,
    kind: 'wire',
    direction: 'out',
    what: 'element',
    name: 'auth',
    xml: '<auth/>',
  },
  { ...of(4, 'session/connection'), kind: 'end', status: 'done', data: { secured: true } },
  {
    ...of(5, 'session'),
    kind: 'event',
    type: 'xstate.done.actor.connection',
    from: 'session/connection',
    value: 'authenticating',
    edges: [],
  },
  {
    ...of(6, 'session/authentication'),
    kind: 'start',
    type: 'xstate.init',
    chart: 'authentication',
    value: 'choosing',
  },
  {
    ...of(7, 'session/authentication'),
    kind: 'event',
    type: 'sasl.succeeded',
    from: 'session',
    value: 'authenticated',
    status: 'done',
    data: { mechanism: 'SCRAM-SHA-256' },
    edges: [],
  },
  { source: 'alice', seq: 8, t: 80, kind: 'security', security: { tls: 'TLSv1.3' } },
  {
    ...of(9, 'session'),
    kind: 'event',
    type: 'xstate.done.actor.authentication',
    from: 'session/authentication',
    value: { online: {} },
    edges: [],
    context: { attempts: null, jid: 'alice@example.test' },
  },
  {
    ...of(10, 'session/authentication'),
    kind: 'start',
    type: 'xstate.init',
    chart: 'authentication',
    value: 'choosing',
  },
  { ...of(11, 'session/authentication'), kind: 'end', status: 'stopped' },
]
