import type { AnyStateMachine } from 'xstate'
import * as machines from '../../../machines/index.js'
import { walk, type Catalogue, type Walk } from '../../../src/testing/index.js'
import { authentication } from './authentication.js'
import { befriending } from './befriending.js'
import { binding } from './binding.js'
import { connection } from './connection.js'
import { liveness, measured } from './liveness.js'
import { presence } from './presence.js'
import { roster } from './roster.js'
import { servedSession } from './served-session.js'
import { servedSubscription } from './served-subscription.js'
import { session } from './session.js'
import { subscription } from './subscription.js'

/** A chart of the house, with everything that can happen to it. */
export interface WalkedChart {
  readonly machine: AnyStateMachine
  readonly walk: () => Walk<AnyStateMachine>
}

/** Every chart that has a catalogue; a chart without one falls short. */
export const charts: readonly WalkedChart[] = [
  toWalked(machines.authenticationMachine, authentication),
  toWalked(machines.befriendingMachine, befriending),
  toWalked(machines.bindingMachine, binding),
  toWalked(machines.connectionMachine, connection),
  toWalked(measured, liveness),
  toWalked(machines.presenceMachine, presence),
  toWalked(machines.rosterMachine, roster),
  toWalked(machines.servedSessionMachine, servedSession),
  toWalked(machines.servedSubscriptionMachine, servedSubscription),
  toWalked(machines.sessionMachine, session),
  toWalked(machines.subscriptionMachine, subscription),
]

function toWalked<M extends AnyStateMachine>(machine: M, catalogue: Catalogue<M>): WalkedChart {
  return { machine, walk: () => walk(machine, catalogue) }
}
