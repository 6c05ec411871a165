// How does my app change the password?
//   npm run build && node dist/examples/change-password.js
// It changes one on a server in this process, and shows which of the two still works.
import { accounts, createClient, XmppError } from 'xmpp-machines'
import { createServer } from 'xmpp-machines/server'

await using server = await createServer({
  accounts: [{ username: 'toto', password: 'mot2passe' }],
  listen: {},
  registration: {},
})
const endpoint = () => server.connect()
const jid = `toto@${server.domain}`

await using client = createClient({ jid, password: 'mot2passe', endpoint })
const account = client.use(accounts)
await client.connect()
await account.changePassword('nouveau mot2passe')
console.log('changed')

// The client itself has learnt it, keys kept from the last login included.
await client.disconnect()
await client.connect()
console.log('back again')

for (const password of ['mot2passe', 'nouveau mot2passe']) {
  await using another = createClient({ jid, password, endpoint })
  const outcome = await another.connect().then(
    () => 'lets you in',
    (error: unknown) => (error instanceof XmppError ? error.advice : 'fails'),
  )
  console.log(`${password}: ${outcome}`)
}
