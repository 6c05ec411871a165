// How do I log in and send a message?
//   npm run build && node dist/examples/first-message.js
// It writes to itself, on a server of its own; XMPP_JID, XMPP_PASSWORD and XMPP_ENDPOINT make it your account.
import { filter, firstValueFrom } from 'rxjs'
import { createClient } from 'xmpp-machines'
import { findAccount } from './accounts.js'

await using account = await findAccount()
await using client = createClient(account)

await client.connect() // resolves when online; rejects with an error that says what to do
if (client.state.status === 'online') console.log(`online as ${client.state.jid}`)

const received = firstValueFrom(client.message$.pipe(filter(({ body }) => body === 'Hello, me!')))
const delivery = client.send({ to: client.jid.bare, type: 'chat', body: 'Hello, me!' })

console.log(`sent: ${(await delivery.settled).status}`)
console.log(`received: ${(await received).body}`)
