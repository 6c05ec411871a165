import { assign } from 'xstate'
import type { XmppError } from '../src/errors.js'
import { timedOut, toXmppError, type Wait } from './failure.js'
import { setup } from './setup.js'
import { deed } from './stub.js'
import type { Timeouts } from './timeouts.js'

/** The network has changed or the machine has slept: the connection may be gone without a word. */
export interface LivenessEvent {
  readonly type: 'connection.doubted'
}

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
    events: LivenessEvent
    input: LivenessInput
    output: LivenessOutput
  },
  actors: {
    probe: deed<void>(),
  },
  actions: {
    measureSilence: assign(({ context }) => ({ silentMs: context.timeouts.quietMs })),
    breakSilence: assign({ silentMs: 0 }),
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteTimeout: assign(({ context }, params: { readonly wait: Wait }) => ({
      error: timedOut(params.wait, context.timeouts),
    })),
  },
  guards: { isSilent: ({ context }) => context.silentMs >= context.timeouts.quietMs },
  delays: {
    silence: ({ context }) => context.timeouts.quietMs - context.silentMs,
    probeTimeout: ({ context }) => context.timeouts.probeMs,
    doubtTimeout: ({ context }) => context.timeouts.doubtMs,
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
      on: { 'connection.doubted': { target: 'doubting' } },
    },
    measuring: {
      description: 'One look when silence could have lasted, so that what arrives in between costs nothing.',
      meta: { spec: 'RFC 6120 §4.6.1' },
      always: [{ guard: 'isSilent', target: 'probing' }, { target: 'listening' }],
    },
    probing: {
      description: 'Something is on its way that has to be answered; whatever comes back is a sign of life.',
      meta: { spec: 'XEP-0198 §4, XEP-0199 §4.2' },
      invoke: {
        id: 'probe',
        src: 'probe',
        onDone: { target: 'listening', actions: 'breakSilence' },
        onError: { target: 'dead', actions: { type: 'noteFailure', params: ({ event }) => event } },
      },
      after: {
        probeTimeout: { target: 'dead', actions: { type: 'noteTimeout', params: { wait: 'probe' } } },
      },
      on: { 'connection.doubted': { target: 'doubting' } },
    },
    doubting: {
      description:
        'The same in a hurry: a connection that was cut by sleep or a change of network answers nothing.',
      meta: { spec: 'XEP-0198 §4, XEP-0199 §4.2' },
      invoke: {
        id: 'probe',
        src: 'probe',
        onDone: { target: 'listening', actions: 'breakSilence' },
        onError: { target: 'dead', actions: { type: 'noteFailure', params: ({ event }) => event } },
      },
      after: {
        doubtTimeout: { target: 'dead', actions: { type: 'noteTimeout', params: { wait: 'doubt' } } },
      },
    },
    dead: { type: 'final', description: 'No sign of life: the connection is given up.' },
  },
})
