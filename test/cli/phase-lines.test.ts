import { expect, it } from 'vitest'
import type { StateEvent } from '../../src/cli/events.js'
import { PhaseLines } from '../../src/cli/phase-lines.js'
import { Screen } from '../../src/cli/screen.js'
import { fakeHost } from './fake-host.js'

const dialing: StateEvent = {
  kind: 'state',
  account: 'alice@example.test',
  status: 'connecting',
  phase: 'dialing',
  description: 'Opening the transport: TCP, direct TLS or WebSocket.',
  spec: 'RFC 6120 §3.1, XEP-0368',
  elapsedMs: 0,
  endpoint: 'xmpp://one.test:5222',
  tls: undefined,
  channelBindings: [],
  mechanism: undefined,
  channelBinding: undefined,
  refusals: [],
  weaker: [],
  failures: [],
  jid: undefined,
  because: undefined,
  retryInMs: undefined,
}

function show(events: readonly Partial<StateEvent>[], columns?: number): readonly string[] {
  const host = fakeHost(columns === undefined ? {} : { columns, environment: { NO_COLOR: '1' } })
  const lines = new PhaseLines(new Screen(host, true), true)
  events.forEach((event, index) => lines.next({ ...dialing, elapsedMs: index * 600, ...event }))
  return host.shown().split('\n').slice(0, -1)
}

it('a phase that failed is marked, and when the session comes back is said', () => {
  const pause = {
    status: 'backingOff',
    phase: undefined,
    because: 'the network may be away',
    retryInMs: 1500,
  }
  expect(show([{}, pause])).toEqual([
    '',
    'Connecting to example.test',
    ' ✗ dialing           Opening the transport: TCP, direct TLS or WebSocket     RFC 6120 §3.1    600 ms',
    '',
    '↻ Trying again in 1.5 s: the network may be away',
  ])
})

it('an endpoint that was left is marked with its reason', () => {
  const failures = [{ endpoint: 'xmpp://one.test:5222', message: 'nobody there' }]
  expect(show([{}, { failures, endpoint: 'xmpp://two.test:5222' }]).slice(2)).toEqual([
    ' ✗ dialing           Opening the transport: TCP, direct TLS or WebSocket     RFC 6120 §3.1    600 ms',
    '                     nobody there',
  ])
})

it('mechanisms say why they were not chosen, each reason once, and which were not needed', () => {
  const refusals = [
    { name: 'SCRAM-SHA-512-PLUS', reason: 'no channel binding' },
    { name: 'X-OTHER', reason: 'this client does not speak it' },
    { name: 'SCRAM-SHA-256-PLUS', reason: 'no channel binding' },
  ]
  const initiating = { status: 'authenticating', phase: 'initiating', mechanism: 'SCRAM-SHA-512', refusals }
  expect(show([{}, { ...initiating, weaker: ['PLAIN'] }]).slice(3)).toEqual([
    '',
    'Authenticating as alice@example.test',
    '   SCRAM-SHA-512',
    '   not SCRAM-SHA-512-PLUS, SCRAM-SHA-256-PLUS: no channel binding',
    '   not X-OTHER: this client does not speak it',
    '   weaker, not needed: PLAIN',
  ])
})

it('an unencrypted session is called so', () => {
  const online = { status: 'online', phase: undefined, jid: 'alice@example.test/x', mechanism: 'SCRAM-SHA-1' }
  expect(show([{}, online])).toContain(
    '● Online as alice@example.test/x  not encrypted · SCRAM-SHA-1 · 600 ms',
  )
})

it.each([40, 60, 80, 100, 200])('rows fit a terminal of %i columns', (columns) => {
  const rows = show([{}, { phase: 'opening' }, { phase: 'awaitingFeatures' }], columns)
  const widths = rows.flatMap((row) => row.split('\r\u001B[2K')).map((row) => row.length)
  expect(Math.max(...widths)).toBeLessThanOrEqual(Math.min(columns, 100))
})
