import { assign } from 'xstate'
import type { XmppError } from '../src/errors.js'
import { timedOut, toXmppError } from './failure.js'
import { setup } from './setup.js'
import { deed } from './stub.js'
import type { Timeouts } from './timeouts.js'

export interface LivenessInput {
  readonly timeouts: Timeouts
}

export interface LivenessContext extends LivenessInput {
  /** How long nothing had arrived when it was last measured, in milliseconds. */
  readonly silentMs: number
  readonly error: XmppError | undefined
}

export interface LivenessOutput {
  readonly error: XmppError | undefined
}

/**
 * Decides whether a silent connection still lives: quiet long enough, it is probed; an unanswered probe is the end. Refuses to
 * count stanzas: silence is measured when it could have lasted, and any sign of life answers the probe.
 */
export const livenessMachine = setup({
  types: {} as {
    context: LivenessContext
    input: LivenessInput
    output: LivenessOutput
  },
  actors: {
    probe: deed<void>('probe'),
  },
  actions: {
    measureSilence: assign(({ context }) => ({ silentMs: context.timeouts.quietMs })),
    breakSilence: assign({ silentMs: 0 }),
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteTimeout: assign(({ context }) => ({ error: timedOut('probe', context.timeouts) })),
  },
  guards: { isSilent: ({ context }) => context.silentMs >= context.timeouts.quietMs },
  delays: {
    silence: ({ context }) => context.timeouts.quietMs - context.silentMs,
    probeTimeout: ({ context }) => context.timeouts.probeMs,
  },
}).createMachine({
  id: 'liveness',
  description: 'Whether the other side is still there.',
  context: ({ input }) => ({ ...input, silentMs: 0, error: undefined }),
  output: ({ context }) => ({ error: context.error }),
  initial: 'listening',
  states: {
    listening: {
      description: 'Something arrived lately, or the silence is still short.',
      meta: { spec: 'RFC 6120 §4.6.1' },
      after: { silence: { target: 'measuring', actions: 'measureSilence' } },
    },
    measuring: {
      description: 'One look when silence could have lasted, so that what arrives in between costs nothing.',
      meta: { spec: 'RFC 6120 §4.6.1' },
      always: [{ guard: 'isSilent', target: 'probing' }, { target: 'listening' }],
    },
    probing: {
      description: 'A ping is on its way; whatever comes back, even an error, is a sign of life.',
      meta: { spec: 'XEP-0199 §4.2' },
      invoke: {
        id: 'probe',
        src: 'probe',
        onDone: { target: 'listening', actions: 'breakSilence' },
        onError: { target: 'dead', actions: { type: 'noteFailure', params: ({ event }) => event } },
      },
      after: { probeTimeout: { target: 'dead', actions: 'noteTimeout' } },
    },
    dead: { type: 'final', description: 'No sign of life: the connection is given up.' },
  },
})
