import { StateMachine, type AnyStateMachine, type setup as setupOfXState } from 'xstate'

const setupMachine: unknown = (implementations: AnyStateMachine['implementations']) => ({
  createMachine: (config: AnyStateMachine['config']) => new StateMachine(config, implementations),
})

/**
 * XState's `setup`, of which there is `createMachine` alone: the whole one brings every action creator that it offers
 * along into an app, used or not.
 */
export const setup = setupMachine as typeof setupOfXState
