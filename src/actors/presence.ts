import { fromPromise, type AnyActorRef } from 'xstate'
import type { InvisibleForm, PresenceEvent } from '../../machines/presence.js'
import { toInvisiblePresence, toVisibilityElement } from '../stanza/invisible.js'
import { meansOf } from './means.js'
import { whileOnline } from './while-online.js'

interface ActionArguments {
  readonly self: AnyActorRef
  readonly system: AnyActorRef['system']
}

/** The deeds of the presence chart. */
export const presenceActors = {
  becomeInvisible: fromPromise<void, { readonly form: InvisibleForm }>(async ({ input, signal, system }) => {
    const { bus, presence } = meansOf(system)
    presence.forget()
    if (input.form === 'legacy') bus.send(toInvisiblePresence())
    else await bus.request(toVisibilityRequest('invisible'), { signal, timeoutMs: Infinity })
  }),

  becomeVisible: fromPromise<void, { readonly form: InvisibleForm }>(async ({ input, signal, system }) => {
    const { bus } = meansOf(system)
    if (input.form !== 'legacy') {
      await bus.request(toVisibilityRequest('visible'), { signal, timeoutMs: Infinity })
    }
  }),
}

export const presenceActions = {
  sendPresence: ({ self, system }: ActionArguments) => say(self, () => meansOf(system).presence.announce()),
  sendUnavailable: ({ self, system }: ActionArguments) =>
    say(self, () => meansOf(system).presence.withdraw()),
  forgetTold: ({ system }: ActionArguments) => meansOf(system).presence.forget(),
}

/** What finds no room is told to the chart. */
function say(self: AnyActorRef, send: () => void): void {
  const error = whileOnline(send)
  if (error !== undefined) self.send({ type: 'presence.refused', error } satisfies PresenceEvent)
}

const toVisibilityRequest = (name: 'invisible' | 'visible') =>
  ({ type: 'set', payload: toVisibilityElement(name) }) as const
