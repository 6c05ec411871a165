import {
  authenticationMachine,
  befriendingMachine,
  bindingMachine,
  connectionMachine,
  presenceMachine,
  rosterMachine,
  sessionMachine,
} from 'xmpp-machines/machines'
import { toGraph, type ChartGraph } from 'xmpp-machines/inspector'
import type {
  ActorStarted,
  EventTaken,
  Facts,
  InspectorRecord,
  RecordingLine,
  SourceLine,
  StanzaCrossed,
} from '../../../../src/inspector/recording/record.js'

const graphs: ReadonlyMap<string, ChartGraph> = new Map(
  [
    authenticationMachine,
    befriendingMachine,
    bindingMachine,
    connectionMachine,
    presenceMachine,
    rosterMachine,
    sessionMachine,
  ].map((machine) => [machine.id, toGraph(machine)]),
)

/** The id of a transition, by the state that it leaves and the words of its trigger; `index` of several. */
function edgeOf(source: string, type: string, index = 0): string {
  const graph = graphs.get(source.split('.', 1)[0] ?? '')
  const wanted = graph?.transitions.filter((each) => each.source === source && triggerOf(each) === type)[
    index
  ]
  if (wanted === undefined) throw new Error(`no transition ${type} of ${source}`)
  return wanted.id
}

function triggerOf({ trigger }: ChartGraph['transitions'][number]): string {
  switch (trigger.kind) {
    case 'event':
      return trigger.type
    case 'after':
      return `after ${trigger.delay}`
    case 'done':
    case 'error':
    case 'snapshot':
      return `${trigger.kind} ${trigger.actor}`
    default:
      return trigger.kind
  }
}

type Line = Omit<StanzaCrossed, 'kind' | 'seq' | 'source' | 't' | 'name' | 'what'>
type Event = Omit<EventTaken, 'kind' | 'seq' | 'source' | 't'>
type Start = Omit<ActorStarted, 'kind' | 'seq' | 'source' | 't' | 'type'>

/** Writes a recording as an app would. */
export class Scribe {
  readonly #source: SourceLine
  readonly #records: InspectorRecord[] = []
  #t = 0

  constructor(source: string, startedAt: number, commands: readonly string[] = []) {
    this.#source = {
      kind: 'source',
      source,
      name: `${source}@example.test`,
      engine: 'xmpp-machines',
      startedAt,
      commands,
    }
  }

  get lines(): readonly RecordingLine[] {
    const { source } = this.#source
    const charts = [...graphs].map(([chart, graph]) => ({ kind: 'chart', source, chart, graph }) as const)
    return [this.#source, ...charts, ...this.#records]
  }

  wait(ms: number): void {
    this.#t += ms
  }

  /** Gives the number of the stanza. */
  wire(direction: Line['direction'], xml: string): number {
    const name = /^<\/?([^\s/>]+)/.exec(xml)?.[1] ?? ''
    const isHeader = name === 'stream:stream' || name === 'open'
    const what = xml.startsWith('</') ? 'close' : isHeader ? 'open' : 'element'
    return this.#tell({ kind: 'wire', direction, what, name, xml })
  }

  event(event: Event): void {
    this.#tell({ kind: 'event', ...event })
  }

  start(start: Start): void {
    this.#tell({ kind: 'start', type: 'xstate.init', ...start })
  }

  security(security: Facts): void {
    this.#tell({ kind: 'security', security })
  }

  #tell(record: Untold): number {
    this.#t += 1 + (this.#records.length % 3)
    const seq = this.#records.length
    this.#records.push({ ...record, source: this.#source.source, seq, t: this.#t })
    return seq
  }
}

type Untold = InspectorRecord extends infer Each
  ? Each extends InspectorRecord
    ? Omit<Each, 'seq' | 'source' | 't'>
    : never
  : never

/** Whether a line is a record. */
export function isHappening(line: RecordingLine): line is InspectorRecord {
  return line.kind !== 'source' && line.kind !== 'chart'
}

const alice = 'alice@example.test'

/** A session from its beginning to three contacts, a handshake, and a connection that was lost. */
export function tellSession(startedAt = Date.UTC(2026, 2, 1, 12)): readonly RecordingLine[] {
  const scribe = new Scribe('alice', startedAt, ['connect', 'disconnect', 'presence', 'send', 'fault'])
  tellBeginning(scribe)
  tellContacts(scribe)
  tellLoss(scribe)
  return scribe.lines
}

function tellBeginning(scribe: Scribe): void {
  scribe.start({
    actorPath: 'session',
    chart: 'session',
    value: 'offline',
    context: { domain: 'example.test', failures: 0 },
  })
  scribe.start({ actorPath: 'session/roster', chart: 'roster', value: 'cold', context: { wanted: true } })
  scribe.start({ actorPath: 'session/presence', chart: 'presence', value: 'offline' })
  scribe.event({
    actorPath: 'session',
    type: 'session.connect',
    value: { active: 'connecting' },
    edges: [edgeOf('session.offline', 'session.connect'), edgeOf('session.active.beginning', 'always', 1)],
    refused: [
      { edge: edgeOf('session.active.beginning', 'always'), guard: 'isUnread', reason: 'no store was given' },
    ],
    context: { wish: 1 },
  })
  scribe.start({
    actorPath: 'session/connection',
    chart: 'connection',
    value: 'discovering',
    timers: [{ edge: edgeOf('connection.discovering', 'after discoveryTimeout'), ms: 10_000 }],
    data: { domain: 'example.test', endpoints: [] },
  })
  scribe.wait(12)
  scribe.wire(
    'out',
    `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='example.test' version='1.0'>`,
  )
  scribe.wait(8)
  const header = scribe.wire(
    'in',
    `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='example.test' id='hidden' version='1.0'>`,
  )
  scribe.event({
    actorPath: 'session/connection',
    from: 'session/connection/openStream',
    type: 'xstate.done.actor.openStream',
    value: 'negotiating',
    edges: [],
    stanza: header,
  })
  scribe.security({
    encrypted: true,
    tls: {
      version: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      alpn: 'xmpp-client',
      verifiedBy: 'app',
      certificate: {
        subject: 'CN=example.test',
        issuer: 'CN=Test Authority',
        validFrom: Date.UTC(2026, 0, 1),
        validTo: Date.UTC(2027, 0, 1),
        names: ['example.test', '_xmpp-client.example.test'],
        fingerprint: 'AB:CD',
      },
    },
    channelBinding: { available: ['tls-exporter'] },
    refusals: [],
    downgrade: { offerVerified: false, scramPinned: false, bindingsStripped: false },
  })
  const features = scribe.wire(
    'in',
    `<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256-PLUS</mechanism><mechanism>SCRAM-SHA-256</mechanism><mechanism>PLAIN</mechanism></mechanisms><sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/></sasl-channel-binding></stream:features>`,
  )
  scribe.event({
    actorPath: 'session',
    from: 'session/connection',
    type: 'xstate.done.actor.connection',
    value: { active: 'authenticating' },
    edges: [edgeOf('session.active.connecting', 'done connection')],
    stanza: features,
    data: { output: { outcome: 'ready', endpoint: 'tls://example.test:5223' } },
    context: { endpoint: 'tls://example.test:5223' },
  })
  scribe.start({
    actorPath: 'session/authentication',
    chart: 'authentication',
    value: 'initiating',
    context: { mechanism: { name: 'SCRAM-SHA-256-PLUS', gs2: 'p', binding: 'tls-exporter' } },
  })
  scribe.wire(
    'out',
    `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256-PLUS'>hidden</auth>`,
  )
  scribe.wait(20)
  const challenge = scribe.wire(
    'in',
    `<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>hidden</challenge>`,
  )
  scribe.event({
    actorPath: 'session/authentication',
    from: 'session/authentication/initiate',
    type: 'xstate.done.actor.initiate',
    value: 'responding',
    edges: [edgeOf('authentication.initiating', 'done initiate')],
    stanza: challenge,
  })
  scribe.wire('out', `<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>hidden</response>`)
  const success = scribe.wire('in', `<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>hidden</success>`)
  scribe.event({
    actorPath: 'session/authentication',
    from: 'session/authentication/verifyServer',
    type: 'xstate.done.actor.verifyServer',
    value: 'authenticated',
    status: 'done',
    edges: [edgeOf('authentication.verifying', 'done verifyServer')],
    stanza: success,
  })
  scribe.security({
    encrypted: true,
    tls: {
      version: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      alpn: 'xmpp-client',
      verifiedBy: 'app',
      certificate: {
        subject: 'CN=example.test',
        issuer: 'CN=Test Authority',
        validFrom: Date.UTC(2026, 0, 1),
        validTo: Date.UTC(2027, 0, 1),
        names: ['example.test', '_xmpp-client.example.test'],
        fingerprint: 'AB:CD',
      },
    },
    channelBinding: { available: ['tls-exporter'], used: 'tls-exporter' },
    mechanism: 'SCRAM-SHA-256-PLUS',
    refusals: [
      { name: 'SCRAM-SHA-256', reason: 'SCRAM-SHA-256-PLUS is stronger' },
      {
        name: 'PLAIN',
        reason: 'SCRAM was used for this account before, so the password is not sent any more',
      },
    ],
    downgrade: { offerVerified: false, scramPinned: true, bindingsStripped: false },
  })
  scribe.event({
    actorPath: 'session',
    from: 'session/authentication',
    type: 'xstate.done.actor.authentication',
    value: { active: 'binding' },
    edges: [edgeOf('session.active.authenticating', 'done authentication')],
    context: { mechanism: 'SCRAM-SHA-256-PLUS' },
  })
  scribe.start({ actorPath: 'session/binding', chart: 'binding', value: 'requesting' })
  scribe.wire(
    'out',
    `<iq type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>desk</resource></bind></iq>`,
  )
  const bound = scribe.wire(
    'in',
    `<iq type='result' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${alice}/desk</jid></bind></iq>`,
  )
  scribe.event({
    actorPath: 'session',
    from: 'session/binding',
    type: 'xstate.done.actor.binding',
    value: { active: { online: { course: 'fresh', liveness: 'listening' } } },
    edges: [edgeOf('session.active.binding', 'done binding', 1)],
    stanza: bound,
    timers: [{ edge: edgeOf('session.active.online.course.fresh', 'after stableTime'), ms: 60_000 }],
    context: { jid: `${alice}/desk` },
  })
}

function tellContacts(scribe: Scribe): void {
  scribe.event({
    actorPath: 'session/roster',
    from: 'session',
    type: 'session.online',
    value: 'requesting',
    edges: [],
  })
  scribe.wire('out', `<iq type='get' id='r1'><query xmlns='jabber:iq:roster' ver=''/></iq>`)
  scribe.wait(15)
  const roster = scribe.wire(
    'in',
    `<iq type='result' id='r1' to='${alice}/desk'><query xmlns='jabber:iq:roster' ver='v1'><item jid='bob@example.test' name='Bob' subscription='both'><group>Friends</group></item><item jid='carol@example.test' name='Carol' subscription='to' approved='true'/><item jid='dave@example.test' subscription='none' ask='subscribe'/></query></iq>`,
  )
  scribe.event({
    actorPath: 'session/roster',
    from: 'session/roster/fetchRoster',
    type: 'xstate.done.actor.fetchRoster',
    value: 'synced',
    edges: [],
    stanza: roster,
  })
  scribe.wire('out', `<presence/>`)
  scribe.wire(
    'in',
    `<presence from='bob@example.test/phone' to='${alice}/desk'><show>away</show><status>hidden</status></presence>`,
  )
  scribe.wire('in', `<presence type='subscribe' from='erin@example.test' to='${alice}'/>`)
  scribe.start({
    actorPath: 'befriending frank@example.test',
    chart: 'befriending',
    value: { open: 'waiting' },
    context: { jid: 'frank@example.test', wasAsked: false },
  })
  scribe.event({
    actorPath: 'befriending frank@example.test',
    type: 'session.ready',
    value: { open: { handshaking: { to: 'asking', from: 'closed' } } },
    edges: [edgeOf('befriending.open.waiting', 'session.ready')],
  })
  scribe.wire('out', `<presence type='subscribe' to='frank@example.test' id='q1'/>`)
  const push = scribe.wire(
    'in',
    `<iq type='set' id='p1' to='${alice}/desk'><query xmlns='jabber:iq:roster' ver='v2'><item jid='frank@example.test' subscription='none' ask='subscribe'/></query></iq>`,
  )
  scribe.event({
    actorPath: 'befriending frank@example.test',
    from: 'session/roster',
    type: 'contact.changed',
    value: { open: { handshaking: { to: 'awaited', from: 'closed' } } },
    edges: [edgeOf('befriending.open.handshaking', 'contact.changed')],
    stanza: push,
    data: { facts: { item: { subscription: 'none', ask: true, approved: false }, hasAsked: false } },
    context: { wasAsked: true },
  })
  scribe.wire('out', `<iq type='result' id='p1'/>`)
  scribe.wire(
    'in',
    `<message type='chat' from='bob@example.test/phone' to='${alice}/desk' id='m1'><body>hidden</body></message>`,
  )
  scribe.wire(
    'in',
    `<iq type='error' id='x7' from='example.test' to='${alice}/desk'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
  )
}

function tellLoss(scribe: Scribe): void {
  scribe.wait(30_000)
  scribe.event({
    actorPath: 'session',
    type: 'stream.ended',
    value: { backingOff: 'ended' },
    edges: [edgeOf('session.active.online', 'stream.ended'), edgeOf('session.judging', 'always', 3)],
    refused: [
      { edge: edgeOf('session.judging', 'always'), guard: 'mayGoElsewhere' },
      { edge: edgeOf('session.judging', 'always', 1), guard: 'needsCredentials' },
      {
        edge: edgeOf('session.judging', 'always', 2),
        guard: 'isSuspended',
        reason: 'the server keeps no session',
      },
    ],
    data: { error: { name: 'TransportError', code: 'transport.reset' } },
    context: { failures: 1, error: { name: 'TransportError', code: 'transport.reset' } },
    timers: [{ edge: edgeOf('session.backingOff', 'after backoff'), ms: 1_730 }],
  })
}
