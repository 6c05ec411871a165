// How does my app remove the account?
//   npm run build && node dist/examples/remove-account.js
// It removes one from a server in this process.
import { accounts, createClient } from 'xmpp-machines'
import { createServer } from 'xmpp-machines/server'

await using server = await createServer({
  accounts: [{ username: 'toto', password: 'mot2passe' }],
  listen: {},
  registration: {},
})
await using client = createClient({
  jid: `toto@${server.domain}`,
  password: 'mot2passe',
  endpoint: () => server.connect(),
  reconnect: 'always',
})
const account = client.use(accounts)

await client.connect()
await account.remove()
// Over, and not for now: the client does not come back by itself to what is no more.
console.log(`the account is ${client.state.status}`)

await client.connect().catch(() => {
  if (client.state.status === 'halted')
    console.log(`it needs ${client.state.needs}: ${client.state.error.advice}`)
})
