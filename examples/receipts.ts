// Has my message arrived?
//   npm run build && node dist/examples/receipts.js
// The other side says so where it may; XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make both your accounts.
import { filter, firstValueFrom } from 'rxjs'
import { contacts, createClient, receipts } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using you = createClient(accounts.you)
await using friend = createClient(accounts.friend)
const { send } = you.use(receipts)
friend.use(receipts) // gives receipts, to friends alone: they show that one is there
const [yours, theirs] = [you.use(contacts), friend.use(contacts)]
theirs.subscriptionRequest$.subscribe((request) => theirs.accept(request))
await Promise.all([you.connect(), friend.connect()])
await yours.befriend(friend.jid).settled

const delivery = send({ to: friend.jid.bare, type: 'chat', body: 'Are you there?' })
await firstValueFrom(delivery.status$.pipe(filter(({ status }) => status === 'received')))
console.log(`${friend.jid.bare} has it: ${delivery.status.status}`)
