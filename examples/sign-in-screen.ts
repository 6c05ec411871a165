import type { Client } from 'xmpp-machines'
import { createActor, fromCallback, fromPromise, setup, type InspectionEvent } from 'xstate'

/** A screen of an app: it knows whether one is signed in. Walked by walk-an-app.test.ts. */
export const screen = setup({
  actors: { connect: fromPromise<void>(async () => {}), watch: fromCallback(() => {}) },
}).createMachine({
  id: 'screen',
  initial: 'signedOut',
  states: {
    signedOut: { on: { signIn: 'signingIn' } },
    signingIn: { invoke: { id: 'connect', src: 'connect', onDone: 'signedIn', onError: 'failed' } },
    signedIn: { invoke: { id: 'watch', src: 'watch' }, on: { lost: 'failed', signOut: 'signedOut' } },
    failed: { on: { signIn: 'signingIn' } },
  },
})

/** The screen with the engine in it. */
export function startScreen(client: Client, inspect: (event: InspectionEvent) => void) {
  const connect = fromPromise(() => client.connect())
  const watch = fromCallback(({ sendBack }) => {
    const states = client.state$.subscribe(({ status }) => status === 'halted' && sendBack({ type: 'lost' }))
    return () => (states.unsubscribe(), void client.disconnect())
  })
  return createActor(screen.provide({ actors: { connect, watch } }), { inspect }).start()
}
