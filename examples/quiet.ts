// How do I save battery while nobody looks at my app?
//   npm run build && node dist/examples/quiet.js
// The server keeps back what can wait, such as presence; messages come all the same.
import { filter, firstValueFrom } from 'rxjs'
import { clientState, contacts, createClient } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using you = createClient(accounts.you)
await using friend = createClient(accounts.friend)
const attention = you.use(clientState)
const [yours, theirs] = [you.use(contacts), friend.use(contacts)]
theirs.subscriptionRequest$.subscribe((request) => theirs.accept(request))
await Promise.all([you.connect(), friend.connect()])
await yours.befriend(friend.jid).settled

attention.inactive() // in a browser: document.hidden
yours
  .presenceOf(friend.jid)
  .pipe(filter(({ status }) => status === 'Out for lunch'))
  .subscribe(() => console.log('they are out for lunch'))
const message = firstValueFrom(you.messages({ from: friend.jid, type: 'chat' }))
friend.send({ to: you.jid.bare, type: 'chat', body: 'I am off' })
console.log(`they say: ${(await message).body}`)
const lunch = firstValueFrom(
  yours.presenceOf(friend.jid).pipe(filter(({ status }) => status === 'Out for lunch')),
)
friend.sendPresence({ show: 'away', status: 'Out for lunch' })
await friend.fetchRoster()

console.log('you look again')
attention.active()
await lunch
