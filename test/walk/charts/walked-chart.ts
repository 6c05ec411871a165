import type { AnyStateMachine } from 'xstate'
import { walk, type Catalogue, type Walk } from '../../../src/testing/index.js'

/** A chart of the house, with everything that can happen to it and all that is promised of it. */
export interface WalkedChart<M extends AnyStateMachine = AnyStateMachine> {
  readonly machine: M
  readonly catalogue: Catalogue<M>
  /** Walks it, once. */
  readonly walk: () => Walk<M>
}

/** Puts a chart and its catalogue together. */
export function toWalked<M extends AnyStateMachine>(machine: M, catalogue: Catalogue<M>): WalkedChart<M> {
  let walked: Walk<M> | undefined
  return { machine, catalogue, walk: () => (walked ??= walk(machine, catalogue)) }
}
