// Does it still talk to a server from before SASL?
//   npm run build && node dist/examples/legacy-login.js
// It logs in to a server in this process that speaks as in 2003: no version, no features, jabber:iq:auth.
import { createClient } from 'xmpp-machines'
import { createServer } from 'xmpp-machines/server'

await using server = await createServer({
  accounts: [{ username: 'toto', password: 'mot2passe' }],
  listen: {},
  legacyIdentification: { beforeVersionOne: true },
})
await using client = createClient({
  jid: `toto@${server.domain}/maison`,
  password: 'mot2passe',
  endpoint: () => server.connect(),
})

client.state$.subscribe((state) => {
  if (state.status === 'authenticating') console.log(`${state.phase}: ${state.mechanism}`)
})
await client.connect()
const { state } = client
if (state.status === 'online') {
  console.log(`online as ${state.jid}, on a stream of version ${state.header?.version ?? 'none'}`)
}

// A modern server that offers it as well is asked for something better; naming it insists.
await using modern = await createServer({
  accounts: [{ username: 'toto', password: 'mot2passe' }],
  listen: {},
  legacyIdentification: {},
})
await using choosy = createClient({
  jid: `toto@${modern.domain}`,
  password: 'mot2passe',
  endpoint: () => modern.connect(),
})
choosy.state$.subscribe((each) => {
  if (each.status !== 'authenticating' || each.phase !== 'initiating') return
  for (const { name, reason } of each.refusals) console.log(`not ${name}: ${reason}`)
})
await choosy.connect()
