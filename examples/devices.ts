// How do I see on one device what I write and get on another?
//   npm run build && node dist/examples/devices.js
// XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make both your accounts.
import { filter, firstValueFrom } from 'rxjs'
import { carbons, createClient } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using phone = createClient(accounts.you)
await using laptop = createClient(accounts.you)
await using friend = createClient(accounts.friend)
const { message$, state$ } = laptop.use(carbons) // before it connects
message$.subscribe(({ direction, message }) =>
  console.log(`laptop: ${direction} on the phone: ${message.body}`),
)
await Promise.all([phone.connect(), laptop.connect(), friend.connect()])
await firstValueFrom(state$.pipe(filter(({ status }) => status === 'on')))

const copied = firstValueFrom(message$.pipe(filter(({ direction }) => direction === 'received')))
friend.message$.subscribe(({ from }) => friend.send({ to: from, type: 'chat', body: 'Yes, at eight!' }))
phone.send({ to: friend.jid, type: 'chat', body: 'Shall we meet?' })
await copied
