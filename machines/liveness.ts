import { assign } from 'xstate'
import type { XmppError } from '../src/errors.js'
import { timedOut, toXmppError } from './failure.js'
import { setup } from './setup.js'
import { deed, stream } from './stub.js'
import type { Timeouts } from './timeouts.js'

export interface LivenessInput {
  readonly timeouts: Timeouts
}

export interface LivenessContext extends LivenessInput {
  readonly error: XmppError | undefined
}

/** Nothing has arrived for the quiet time. */
export interface LivenessEvent {
  readonly type: 'silence.lasted'
}

export interface LivenessOutput {
  readonly error: XmppError | undefined
}

/**
 * Decides whether a silent connection still lives: quiet long enough, it is probed; an unanswered probe is the end. Refuses to
 * count stanzas: `silence` measures, and any sign of life answers the probe.
 */
export const livenessMachine = setup({
  types: {} as {
    context: LivenessContext
    events: LivenessEvent
    input: LivenessInput
    output: LivenessOutput
  },
  actors: {
    silence: stream<{ readonly quietMs: number }>('silence'),
    probe: deed<void>('probe'),
  },
  actions: {
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteTimeout: assign(({ context }) => ({ error: timedOut('probe', context.timeouts) })),
  },
  delays: {
    probeTimeout: ({ context }) => context.timeouts.probeMs,
  },
}).createMachine({
  id: 'liveness',
  description: 'Whether the other side is still there.',
  context: ({ input }) => ({ ...input, error: undefined }),
  output: ({ context }) => ({ error: context.error }),
  initial: 'listening',
  states: {
    listening: {
      description: 'Something arrived lately, or the silence is still short.',
      tags: ['idle'],
      meta: { spec: 'RFC 6120 §4.6.1', why: 'silence speaks up after the quiet time', streams: ['silence'] },
      invoke: {
        id: 'silence',
        src: 'silence',
        input: ({ context }) => ({ quietMs: context.timeouts.quietMs }),
        onError: { target: 'dead', actions: { type: 'noteFailure', params: ({ event }) => event } },
      },
      on: { 'silence.lasted': { target: 'probing' } },
    },
    probing: {
      description: 'A ping is on its way; whatever comes back, even an error, is a sign of life.',
      meta: { spec: 'XEP-0199 §4.2' },
      invoke: {
        id: 'probe',
        src: 'probe',
        onDone: { target: 'listening' },
        onError: { target: 'dead', actions: { type: 'noteFailure', params: ({ event }) => event } },
      },
      after: { probeTimeout: { target: 'dead', actions: 'noteTimeout' } },
    },
    dead: { type: 'final', description: 'No sign of life: the connection is given up.' },
  },
})
