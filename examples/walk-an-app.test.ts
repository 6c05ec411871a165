import { expect, it } from 'vitest'
import type { InspectionEvent } from 'xstate'
import { createClient, type Transport } from 'xmpp-machines'
import { createScriptedServer, drive, findPaths, VirtualClock, type Stimulus } from 'xmpp-machines/testing'
import { screen, startScreen } from './sign-in-screen.js'

function start(inspect: (event: InspectionEvent) => void) {
  const clock = new VirtualClock()
  const server = createScriptedServer()
  let reach = (_transport: Transport) => {}
  const endpoint = () => new Promise<Transport>((resolve) => (reach = resolve))
  const client = createClient({ jid: 'toto@example.test', password: 'secret', endpoint, reconnect: 'never' })
  const actor = startScreen(client, inspect)
  const end = async () => (actor.stop(), await client.close(), clock[Symbol.dispose]())
  return { clock, server, actor, end, reach: () => reach(server.open()) }
}

type Does = Stimulus<ReturnType<typeof start>>
const does = (name: string, predicts: Does['predicts'], act: Does['act'], when?: Does['when']): Does => {
  return { name, predicts, act, when }
}
const tap = (type: 'signIn' | 'signOut') =>
  does(type, [{ to: 'screen', event: { type } }], ({ actor }) => actor.send({ type }))
const lost = [{ to: 'screen', event: { type: 'lost' } }]
const isIn: Does['when'] = ({ charts }) => charts.get('screen')?.snapshot.value === 'signedIn'
const stimuli = [
  tap('signIn'),
  tap('signOut'),
  does('answers', [{ deed: 'connect', done: undefined }], ({ reach }) => reach()),
  does('cuts', [{ deed: 'connect', error: new Error() }], (app) => (app.reach(), app.server.peer.reset())),
  does('shuts down', lost, ({ server }) => server.peer.fail('system-shutdown'), isIn),
]
const { paths, missed } = findPaths({ machine: screen, stimuli })

it.each(paths)('the screen follows its user and the server: %s', async (...path) => {
  expect(await drive({ machine: screen, start, stimuli }, path)).not.toEqual([])
})
it('in every way that it can', () => expect([...missed]).toEqual([]))
