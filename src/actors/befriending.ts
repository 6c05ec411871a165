import { fromPromise, type AnyActorRef } from 'xstate'
import {
  befriendingMachine,
  type BefriendingContext,
  type BefriendingEvent,
  type ListContactInput,
} from '../../machines/befriending.js'
import type { TransportError } from '../errors.js'
import { toPresenceElement, type PresenceInput } from '../stanza/presence.js'
import { toRosterElement } from '../stanza/roster.js'
import { meansOf } from './means.js'
import { whileOnline } from './while-online.js'

interface ActionArguments {
  readonly self: AnyActorRef
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
    sendSubscribe: ({ context, self, system }: ActionArguments) => {
      const { jid: to, message: status, requestId: id } = context
      ask(self, system, { to, type: 'subscribe', status, id })
    },
    sendSubscribed: ({ context, self, system }: ActionArguments) =>
      ask(self, system, { to: context.jid, type: 'subscribed' }),
    sendUnsubscribe: ({ context, system }: ActionArguments) =>
      takeBack(system, { to: context.jid, type: 'unsubscribe' }),
    sendUnsubscribed: ({ context, system }: ActionArguments) =>
      takeBack(system, { to: context.jid, type: 'unsubscribed' }),
  },
})

/** Without it the handshake does not go on: what finds no room ends it. */
function ask(self: AnyActorRef, system: System, presence: PresenceInput): void {
  const error = send(system, presence)
  if (error !== undefined) self.send({ type: 'contact.failed', error } satisfies BefriendingEvent)
}

/** The last word of a handshake that is over: what finds no room is said once there is some. */
function takeBack(system: System, presence: PresenceInput): void {
  if (send(system, presence) !== undefined) meansOf(system).bus.whenRoom(() => takeBack(system, presence))
}

/** What was not sent since the session has ended is sent in the next one. */
function send(system: System, presence: PresenceInput): TransportError | undefined {
  const { bus, createId } = meansOf(system)
  return whileOnline(() => bus.send(toPresenceElement({ id: createId(), ...presence })))
}

type System = AnyActorRef['system']
