import {
  authenticationMachine,
  bindingMachine,
  connectionMachine,
  sessionMachine,
} from '../../machines/index.js'
import type { Client } from '../client.js'
import { withoutQuery } from '../errors.js'
import type { ClientState } from '../features/client-state.js'
import type { StateEvent } from './events.js'

interface DrawnState {
  readonly description?: string | undefined
  readonly meta?: unknown
}

const active = sessionMachine.root.states.active?.states ?? {}

const charts: Partial<Readonly<Record<ClientState['status'], Readonly<Record<string, DrawnState>>>>> = {
  connecting: connectionMachine.root.states,
  authenticating: authenticationMachine.root.states,
  binding: bindingMachine.root.states,
}

/** What the chart says of a state of the client: its own words, and the sections they come from. */
export function describe(state: ClientState): Pick<StateEvent, 'phase' | 'description' | 'spec'> {
  const phase = 'phase' in state ? state.phase : undefined
  const drawn =
    (phase === undefined ? undefined : charts[state.status]?.[phase]) ??
    active[state.status] ??
    sessionMachine.root.states[state.status]
  const { meta } = drawn ?? {}
  const spec = typeof meta === 'object' && meta !== null && 'spec' in meta ? meta.spec : undefined
  return { phase, description: drawn?.description, spec: typeof spec === 'string' ? spec : undefined }
}

/** Reports every phase of a client as it begins, until the client is closed. */
export function reportPhases(client: Client, report: (event: StateEvent) => void): void {
  const begun = performance.now()
  const account = client.jid.bare.toString()
  client.state$.subscribe((state) => {
    const { context, children } = client.actor.getSnapshot()
    const connection = children.connection?.getSnapshot().context
    const authentication = children.authentication?.getSnapshot().context
    const transport = connection?.transport ?? context.transport
    report({
      kind: 'state',
      account,
      status: state.status,
      ...describe(state),
      elapsedMs: Math.round((performance.now() - begun) * 10) / 10,
      endpoint: withoutQuery(connection?.endpoint ?? context.endpoint),
      tls: transport?.tlsVersion,
      channelBindings: transport?.channelBindings ?? [],
      mechanism: authentication?.mechanism?.name ?? context.mechanism,
      channelBinding: authentication?.mechanism?.binding,
      refusals: authentication?.refusals ?? [],
      weaker: authentication?.remaining.map(({ name }) => name) ?? [],
      failures:
        connection?.failures.map(({ endpoint, error }) => ({
          endpoint: withoutQuery(endpoint),
          message: error.message,
        })) ?? [],
      jid: state.status === 'online' ? state.jid : undefined,
      because: 'because' in state ? state.because : undefined,
      retryInMs: 'retryInMs' in state ? state.retryInMs : undefined,
    })
  })
}
