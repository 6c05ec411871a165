import { fromPromise, type AnyActorRef } from 'xstate'
import {
  befriendingMachine,
  type BefriendingContext,
  type ListContactInput,
} from '../../machines/befriending.js'
import { toPresenceElement, type PresenceInput } from '../stanza/presence.js'
import { toRosterElement } from '../stanza/roster.js'
import { meansOf } from './means.js'
import { whileOnline } from './while-online.js'

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

/** What was not sent is sent in the next session. */
function send(system: AnyActorRef['system'], presence: PresenceInput): void {
  const { bus, createId } = meansOf(system)
  whileOnline(() => bus.send(toPresenceElement({ id: createId(), ...presence })))
}
