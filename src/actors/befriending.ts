import { fromPromise, type AnyActorRef } from 'xstate'
import {
  befriendingMachine,
  type BefriendingContext,
  type ListContactInput,
} from '../../machines/befriending.js'
import { TransportError } from '../errors.js'
import { toPresenceElement, type PresenceInput } from '../stanza/presence.js'
import { toRosterElement } from '../stanza/roster.js'
import { meansOf } from './means.js'

interface ActionArguments {
  readonly context: BefriendingContext
  readonly system: AnyActorRef['system']
}

/** The befriending chart with every deed in place, made once for all sessions. */
export const providedBefriending = befriendingMachine.provide({
  actors: {
    listContact: fromPromise<void, ListContactInput>(async ({ input, signal, system }) => {
      const payload = toRosterElement({ items: [input] })
      await meansOf(system).bus.request({ type: 'set', payload }, { signal, timeoutMs: Infinity })
    }),
  },
  actions: {
    sendSubscribe: ({ context, system }: ActionArguments) => {
      const { jid: to, message: status, requestId: id } = context
      send(system, { to, type: 'subscribe', status, id })
    },
    sendSubscribed: ({ context, system }: ActionArguments) =>
      send(system, { to: context.jid, type: 'subscribed' }),
    sendUnsubscribe: ({ context, system }: ActionArguments) =>
      send(system, { to: context.jid, type: 'unsubscribe' }),
    sendUnsubscribed: ({ context, system }: ActionArguments) =>
      send(system, { to: context.jid, type: 'unsubscribed' }),
  },
})

/** A session that ends meanwhile is told to the chart: what was not sent is sent in the next one. An action must not throw. */
function send(system: AnyActorRef['system'], presence: PresenceInput): void {
  const { bus, createId } = meansOf(system)
  try {
    bus.send(toPresenceElement({ id: createId(), ...presence }))
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
  }
}
