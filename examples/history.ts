// How do I show earlier messages, and those I have missed?
//   npm run build && node dist/examples/history.js
// XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make both your accounts.
import { filter, firstValueFrom } from 'rxjs'
import { archive, createClient } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using friend = createClient(accounts.friend)
await friend.connect()
const write = (body: string) => friend.send({ to: accounts.you.jid, type: 'chat', body })

let last: string | undefined // keep it with your messages: the next run goes on from there
{
  await using you = createClient(accounts.you)
  const { message$, state$ } = you.use(archive) // before it connects
  await you.connect()
  await firstValueFrom(state$.pipe(filter(({ status }) => status === 'live')))
  const first = firstValueFrom(message$)
  write('one')
  const { id, message } = await first
  last = id
  console.log(`seen: ${message.body}`)
}

write('two')
write('three')
await using you = createClient(accounts.you)
const history = you.use((host) => archive(host, { after: last }))
const three = firstValueFrom(history.message$.pipe(filter(({ message }) => message.body === 'three')))
history.message$.subscribe(({ message }) => console.log(`missed: ${message.body}`))
await you.connect()
await three

for await (const { message } of history.query({ with: friend.jid.bare, newestFirst: true, pageSize: 2 })) {
  console.log(`earlier: ${message.body}`)
  if (message.body === 'one') break
}
