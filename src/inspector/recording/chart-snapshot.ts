import {
  isMachineSnapshot,
  type AnyActor,
  type AnyStateMachine,
  type AnyStateNode,
  type StateValue,
} from 'xstate'
import { isActor } from './actor.js'
import type { EndStatus } from './record.js'

/** What XState keeps of a chart, as far as it is read here. */
export interface ChartSnapshot {
  readonly machine: AnyStateMachine
  readonly value: StateValue
  readonly status: 'active' | EndStatus
  readonly context: object
  readonly children: Readonly<Record<string, unknown>>
  readonly _nodes: readonly AnyStateNode[]
}

/** The states that are active, whether they have others inside or not. */
export function activeIn({ _nodes: nodes }: ChartSnapshot): readonly AnyStateNode[] {
  return nodes
}

/** The actors that live as its children. */
export function childrenOf({ children }: ChartSnapshot): readonly AnyActor[] {
  return Object.values(children).filter(isActor)
}

/** Tells the snapshots of charts from those of promises, callbacks and streams. */
export function isChartSnapshot(value: unknown): value is ChartSnapshot {
  return isMachineSnapshot(value)
}
