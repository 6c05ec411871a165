import { expect, it } from 'vitest'
import { createActor, fromCallback, fromPromise, setup, type InspectionEvent } from 'xstate'
import { createClient, type Transport } from 'xmpp-machines'
import { createScriptedServer, drive, findPaths, VirtualClock, type Drivable } from 'xmpp-machines/testing'

/** The app: a screen that knows whether one is signed in. */
const screen = setup({
  types: {} as { events: { type: 'signIn' } | { type: 'signOut' } | { type: 'lost' } },
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

/** The app with the engine in it, on a server that the test plays. */
function startApp(inspect: (event: InspectionEvent) => void) {
  const clock = new VirtualClock()
  const server = createScriptedServer()
  let reach = (_transport: Transport) => {}
  const endpoint = () => new Promise<Transport>((resolve) => (reach = resolve))
  const client = createClient({ jid: 'toto@example.test', password: 'secret', endpoint, reconnect: 'never' })
  const connect = fromPromise(() => client.connect())
  const watch = fromCallback(({ sendBack }) => {
    const states = client.state$.subscribe(({ status }) => status === 'halted' && sendBack({ type: 'lost' }))
    return () => (states.unsubscribe(), void client.disconnect())
  })
  const actor = createActor(screen.provide({ actors: { connect, watch } }), { inspect }).start()
  const end = async () => (actor.stop(), await client.close(), clock[Symbol.dispose]())
  return { clock, server, actor, end, reach: () => reach(server.open()) }
}

const app: Drivable<ReturnType<typeof startApp>> = {
  machine: screen,
  start: startApp,
  stimuli: [
    ...(['signIn', 'signOut'] as const).map((type) => ({
      name: type,
      predicts: [{ to: 'screen', event: { type } }],
      act: ({ actor }: ReturnType<typeof startApp>) => actor.send({ type }),
    })),
    {
      name: 'the server answers',
      predicts: [{ deed: 'connect', done: undefined }],
      act: ({ reach }) => reach(),
    },
    {
      name: 'the server cuts the connection',
      predicts: [{ deed: 'connect', error: new Error() }],
      act: ({ reach, server }) => (reach(), server.peer.reset()),
    },
    {
      name: 'the server shuts down',
      predicts: [{ to: 'screen', event: { type: 'lost' } }],
      when: ({ charts }) => charts.get('screen')?.snapshot.value === 'signedIn',
      act: ({ server }) => server.peer.fail('system-shutdown'),
    },
  ],
}

const { paths, missed } = findPaths(app)

it.each(paths)('the screen follows the server: %s', async (...path) => void (await drive(app, path)))
it('in every way that it can', () => expect([...missed]).toEqual([]))
