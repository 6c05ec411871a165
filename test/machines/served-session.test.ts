import { describe, expect, it } from 'vitest'
import {
  createActor,
  fromPromise,
  getInitialSnapshot,
  SimulatedClock,
  transition,
  type AnyStateMachine,
  type SnapshotFrom,
} from 'xstate'
import { servedSessionMachine } from '../../machines/served-session.js'
import type {
  AccountVerdict,
  BindVerdict,
  SaslVerdict,
  ServedChannelFacts,
  ServedSessionEvent,
} from '../../machines/served-facts.js'

const clear: ServedChannelFacts = { secure: false, startTls: true, mechanisms: [], accountRequests: [] }
const encrypted: ServedChannelFacts = {
  secure: true,
  startTls: false,
  mechanisms: ['SCRAM-SHA-256', 'PLAIN'],
  accountRequests: ['identification', 'registration'],
}
const timeouts = { negotiationMs: 4000, tlsMs: 3000, saslMs: 2000, resumptionMs: 5000, closeMs: 1000 }
const input = { domain: 'example.test', channel: clear, isBeforeVersionOne: false, attempts: 2, timeouts }

const header = { to: 'example.test', version: '1.0' }
const events: readonly ServedSessionEvent[] = [
  { type: 'header.received', header },
  { type: 'header.received', header: { ...header, to: 'other.test' } },
  { type: 'header.received', header: { ...header, to: undefined } },
  { type: 'header.received', header: { ...header, version: undefined } },
  { type: 'tls.requested' },
  { type: 'sasl.begun', mechanism: 'PLAIN' },
  { type: 'sasl.begun', mechanism: 'UNKNOWN' },
  { type: 'sasl.responded' },
  { type: 'sasl.aborted' },
  { type: 'account.requested', request: 'identification' },
  { type: 'account.requested', request: 'invitation' },
  { type: 'resource.requested' },
  { type: 'management.requested', wish: { resume: false, patienceMs: undefined } },
  { type: 'management.requested', wish: { resume: true, patienceMs: 3000 } },
  {
    type: 'resumption.requested',
    verdict: { kind: 'resumable', resource: 'r', patienceMs: 3000 },
  },
  { type: 'resumption.requested', verdict: { kind: 'unknown', handled: 7 } },
  {
    type: 'resumption.requested',
    verdict: { kind: 'overcounted', fault: { condition: 'undefined-condition', text: 'too many' } },
  },
  { type: 'session.superseded' },
  { type: 'stanza.received' },
  { type: 'element.received' },
  { type: 'stream.ended' },
  { type: 'stream.broken', fault: { condition: 'not-well-formed', text: 'broken' } },
  { type: 'session.close', fault: { condition: 'system-shutdown', text: 'good night' } },
  { type: 'transport.closed' },
]

type Snapshot = SnapshotFrom<typeof servedSessionMachine>
interface Outcome {
  readonly type: string
  readonly output?: AccountVerdict | ServedChannelFacts | SaslVerdict | BindVerdict
  readonly error?: Error
}

/** What invoked deeds and delays can answer, in XState's own words. */
const outcomes: readonly Outcome[] = [
  { type: 'xstate.done.actor.secureChannel', output: encrypted },
  { type: 'xstate.error.actor.secureChannel', error: new Error('no handshake') },
  { type: 'xstate.done.actor.verifyResponse', output: { kind: 'challenged' } },
  { type: 'xstate.done.actor.verifyResponse', output: { kind: 'accepted', username: 'alice' } },
  { type: 'xstate.done.actor.verifyResponse', output: { kind: 'refused', condition: 'not-authorized' } },
  { type: 'xstate.error.actor.verifyResponse', error: new Error('no memory') },
  { type: 'xstate.done.actor.serveAccount', output: { kind: 'answered' } },
  { type: 'xstate.done.actor.serveAccount', output: { kind: 'refused' } },
  {
    type: 'xstate.done.actor.serveAccount',
    output: { kind: 'identified', username: 'alice', resource: 'r' },
  },
  { type: 'xstate.error.actor.serveAccount', error: new Error('no memory') },
  { type: 'xstate.done.actor.bindResource', output: { kind: 'bound', resource: 'r' } },
  { type: 'xstate.done.actor.bindResource', output: { kind: 'refused', condition: 'conflict' } },
  { type: 'xstate.error.actor.bindResource', error: new Error('no memory') },
  { type: 'xstate.after.negotiationTimeout.servedSession.open.negotiating' },
  { type: 'xstate.after.tlsTimeout.servedSession.open.negotiating.securing' },
  { type: 'xstate.after.saslTimeout.servedSession.open.negotiating.challenged' },
  { type: 'xstate.after.resumptionTimeout.servedSession.open.established.hibernating' },
  { type: 'xstate.after.closeTimeout.servedSession.closing' },
  { type: 'xstate.after.closeTimeout.servedSession.disconnecting' },
]

const keyOf = ({ value, context }: Snapshot) =>
  JSON.stringify([
    value,
    context.channel.secure,
    context.username,
    context.resource,
    context.attempts,
    context.fault,
  ])

/** Takes the answers of deeds and delays too, which no sender may type. */
const machine: AnyStateMachine = servedSessionMachine

function walk() {
  const first = getInitialSnapshot(servedSessionMachine, input)
  const seen = new Map<string, Snapshot>([[keyOf(first), first]])
  const next = new Map<string, Set<string>>()
  const taken = new Set<unknown>()
  for (const [key, snapshot] of seen) {
    const reached = new Set<string>()
    next.set(key, reached)
    if (snapshot.status !== 'active') continue
    for (const event of [...events, ...outcomes]) {
      const transitions = machine.getTransitionData(snapshot, event)
      if (transitions.length === 0) continue
      transitions.forEach((edge) => taken.add(edge))
      const [after] = transition(machine, snapshot, event)
      reached.add(keyOf(after))
      if (!seen.has(keyOf(after))) seen.set(keyOf(after), after)
    }
  }
  return { seen, next, taken }
}

const { seen, next, taken } = walk()

const nodes = (node = servedSessionMachine.root): readonly (typeof node)[] => [
  node,
  ...Object.values(node.states).flatMap((child) => nodes(child)),
]

describe('servedSession, walked through every state and event', () => {
  it('takes every drawn transition', () => {
    const drawn = nodes().flatMap((node) => [...node.transitions.values()].flat())
    const untaken = drawn.filter((edge) => !taken.has(edge))
    expect(drawn.length).toBeGreaterThan(40)
    expect(untaken.map((edge) => `${edge.source.id} ${edge.eventType}`)).toEqual([])
  })

  it('reaches every state', () => {
    const reached = new Set([...seen.values()].flatMap((snapshot) => Object.keys(snapshot.getMeta())))
    const unreached = nodes().filter(
      (node) => node.meta !== undefined && !reached.has(node.id) && (node.always ?? []).length === 0,
    )
    expect(unreached.map((node) => node.id)).toEqual([])
  })

  it('can end from everywhere', () => {
    const ends = new Set([...seen].filter(([, { status }]) => status === 'done').map(([key]) => key))
    for (let grown = true; grown;) {
      grown = false
      for (const [key, reached] of next) {
        if (!ends.has(key) && [...reached].some((other) => ends.has(other))) {
          ends.add(key)
          grown = true
        }
      }
    }
    expect([...seen.keys()].filter((key) => !ends.has(key))).toEqual([])
  })

  it('is never established without encryption, a name and an address', () => {
    const established = [...seen.values()].filter((snapshot) => snapshot.hasTag('online'))
    expect(established.length).toBeGreaterThan(0)
    for (const { context } of established) {
      expect(context.channel.secure).toBe(true)
      expect(context.username).toBe('alice')
      expect(context.resource).toBe('r')
    }
  })

  it('waits nowhere without an end: a delay, a deed of its own, or a reason', () => {
    const endless = nodes()
      .filter((node) => node.type === 'atomic' && (node.always ?? []).length === 0)
      .filter((node) => !node.tags.includes('idle') && node.invoke.length === 0)
      .filter((node) => {
        for (let at: typeof node | undefined = node; at !== undefined; at = at.parent)
          if (at.after.length > 0) return false
        return true
      })
    expect(endless.map((node) => node.id)).toEqual([])
  })

  it('cites the specification in every state', () => {
    const silent = nodes()
      .filter((node) => node !== servedSessionMachine.root && node.type !== 'final')
      .filter((node) => node.description === undefined || !/RFC|XEP/.test(String(node.meta?.['spec'])))
    expect(silent.map((node) => node.id)).toEqual([])
  })
})

describe('servedSession', () => {
  it.each([
    [{ ...header, to: 'other.test' }, 'host-unknown'],
    [{ ...header, to: undefined }, 'improper-addressing'],
    [{ ...header, version: undefined }, 'unsupported-version'],
    [{ ...header, version: '0.9' }, 'unsupported-version'],
    [{ ...header, version: 'one' }, 'unsupported-version'],
  ])('answers the header %o with %s', (bad, condition) => {
    const first = getInitialSnapshot(servedSessionMachine, input)
    const [after, actions] = transition(servedSessionMachine, first, { type: 'header.received', header: bad })
    expect(after.value).toBe('closing')
    expect(after.context.fault?.condition).toBe(condition)
    expect(actions.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['sendHeader', 'sendFault', 'closeStream']),
    )
  })

  it('accepts a later version of XMPP than its own', () => {
    const first = getInitialSnapshot(servedSessionMachine, input)
    const [after] = transition(servedSessionMachine, first, {
      type: 'header.received',
      header: { ...header, version: '2.1' },
    })
    expect(after.matches({ open: { negotiating: 'offering' } })).toBe(true)
  })

  it('refuses every mechanism until the channel is encrypted', () => {
    const open = transition(servedSessionMachine, getInitialSnapshot(servedSessionMachine, input), {
      type: 'header.received',
      header,
    })[0]
    const [after, actions] = transition(servedSessionMachine, open, {
      type: 'sasl.begun',
      mechanism: 'PLAIN',
    })
    expect(after.matches({ open: { negotiating: 'offering' } })).toBe(true)
    expect(actions.find(({ type }) => type === 'sendSaslFailure')?.params).toEqual({
      condition: 'encryption-required',
    })
  })

  it('ends the stream after the last allowed attempt', () => {
    let snapshot = getInitialSnapshot(servedSessionMachine, { ...input, channel: encrypted })
    for (const event of [events[0], events[6], events[6]]) {
      if (event !== undefined) snapshot = transition(servedSessionMachine, snapshot, event)[0]
    }
    expect(snapshot.value).toBe('closing')
    expect(snapshot.context.fault?.condition).toBe('policy-violation')
  })

  it('forgets the client when its session ends, however that happens', () => {
    const ends: readonly ServedSessionEvent[] = events.slice(-4)
    expect(ends.map(({ type }) => type)).toEqual([
      'stream.ended',
      'stream.broken',
      'session.close',
      'transport.closed',
    ])
    const online = [...seen.values()].find((snapshot) =>
      snapshot.matches({ open: { established: 'unmanaged' } }),
    )
    if (online === undefined) throw new Error('no session was established')
    for (const end of ends) {
      const [, actions] = transition(servedSessionMachine, online, end)
      expect(actions.map(({ type }) => type)).toContain('withdrawSession')
    }
  })

  it('outlives its transport where it can be resumed, for as long as was agreed, and no other way', () => {
    const resumable = [...seen.values()].filter((snapshot) =>
      snapshot.matches({ open: { established: 'resumable' } }),
    )
    expect(resumable.length).toBeGreaterThan(0)
    for (const session of resumable) {
      const [waits, actions] = transition(servedSessionMachine, session, { type: 'transport.closed' })
      expect(waits.value).toEqual({ open: { established: 'hibernating' } })
      expect(waits.context.patienceMs).toBe(3000)
      expect(actions.map(({ type }) => type)).toEqual(expect.arrayContaining(['leaveTransport']))
      expect(actions.map(({ type }) => type)).not.toContain('withdrawSession')
      const [after, deeds] = transition(machine, waits, {
        type: 'xstate.after.resumptionTimeout.servedSession.open.established.hibernating',
      })
      expect(after.value).toBe('closed')
      expect(deeds.map(({ type }) => type)).toContain('withdrawSession')
    }
  })

  it('waits no longer than the server allows, whatever the client asks for', () => {
    const bound = [...seen.values()].find((snapshot) =>
      snapshot.matches({ open: { established: 'unmanaged' } }),
    )
    if (bound === undefined) throw new Error('no session was established')
    const patienceFor = (patienceMs: number | undefined) =>
      transition(servedSessionMachine, bound, {
        type: 'management.requested',
        wish: { resume: true, patienceMs },
      })[0].context.patienceMs
    expect([patienceFor(undefined), patienceFor(1000), patienceFor(999_000)]).toEqual([5000, 1000, 5000])
  })

  it.each([
    ['negotiationMs', 4000, [], 'closing'],
    ['tlsMs', 3000, [events[0], { type: 'tls.requested' }], 'closed'],
    ['saslMs', 2000, [events[0], { type: 'sasl.begun', mechanism: 'PLAIN' }], 'closing'],
    ['closeMs', 1000, [{ type: 'stanza.received' }], 'disconnecting'],
    ['closeMs', 1000, [{ type: 'stream.ended' }], 'closed'],
  ] as const)('waits %s and no longer', async (name, delay, said, end) => {
    const clock = new SimulatedClock()
    const never = new Promise<ServedChannelFacts>(() => {})
    const actor = createActor(
      servedSessionMachine.provide({
        actors: {
          secureChannel: fromPromise(() => never),
          verifyResponse: fromPromise(async (): Promise<SaslVerdict> => ({ kind: 'challenged' })),
        },
      }),
      { clock, input: { ...input, channel: name === 'tlsMs' ? clear : encrypted } },
    ).start()
    for (const event of said) if (event !== undefined) actor.send(event)
    await new Promise((resolve) => setImmediate(resolve))
    clock.increment(delay - 1)
    expect(actor.getSnapshot().matches(end)).toBe(false)
    clock.increment(1)
    expect(actor.getSnapshot().matches(end)).toBe(true)
    actor.stop()
  })

  it('names the deed that nobody provided and gives the client another answer', async () => {
    const actor = createActor(servedSessionMachine, { input: { ...input, channel: encrypted } })
    const failed: unknown[] = []
    actor.subscribe((snapshot) => failed.push(snapshot.value))
    actor.start()
    actor.send({ type: 'header.received', header })
    actor.send({ type: 'sasl.begun', mechanism: 'PLAIN' })
    await Promise.resolve().then(() => new Promise((resolve) => setImmediate(resolve)))
    expect(actor.getSnapshot().matches({ open: { negotiating: 'offering' } })).toBe(true)
    expect(actor.getSnapshot().context.attempts).toBe(1)
    actor.stop()
  })

  it('runs from the accepted connection to the end', async () => {
    const done: string[] = []
    const note = (name: string) => () => void done.push(name)
    const actor = createActor(
      servedSessionMachine.provide({
        actors: {
          secureChannel: fromPromise(async () => encrypted),
          verifyResponse: fromPromise(async (): Promise<SaslVerdict> => ({
            kind: 'accepted',
            username: 'alice',
          })),
          bindResource: fromPromise(async (): Promise<BindVerdict> => ({ kind: 'bound', resource: 'r' })),
        },
        actions: {
          sendHeader: note('header'),
          sendFeatures: note('features'),
          sendProceed: note('proceed'),
          sendSuccess: note('success'),
          restartStream: note('restart'),
          sendBound: note('bound'),
          announceSession: note('announce'),
          withdrawSession: note('withdraw'),
          sendFault: note('fault'),
          closeStream: note('close'),
          closeTransport: note('disconnect'),
          destroyTransport: note('destroy'),
        },
      }),
      { input },
    ).start()
    const settled = () => new Promise((resolve) => setImmediate(resolve))
    const say = async (event: ServedSessionEvent) => {
      actor.send(event)
      await settled()
    }
    await say({ type: 'header.received', header })
    await say({ type: 'tls.requested' })
    await say({ type: 'header.received', header })
    await say({ type: 'sasl.begun', mechanism: 'PLAIN' })
    await say({ type: 'header.received', header })
    await say({ type: 'resource.requested' })
    await say({ type: 'stream.ended' })
    await say({ type: 'transport.closed' })
    expect(done).toEqual(
      (
        'header features proceed header features success restart header features bound announce ' +
        'withdraw close disconnect destroy'
      ).split(' '),
    )
    expect(actor.getSnapshot().output).toEqual({ username: 'alice', resource: 'r', fault: undefined })
  })
})
