// How do I add a friend?
//   npm run build && node dist/examples/befriend.js
// You ask, they accept; XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make both your accounts.
import { filter, firstValueFrom } from 'rxjs'
import { contacts, createClient, type BefriendingState } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using you = createClient(accounts.you)
await using friend = createClient(accounts.friend)
const [yours, theirs] = [you.use(contacts), friend.use(contacts)]
theirs.subscriptionRequest$.subscribe((request) => theirs.accept(request))
await friend.connect()

const handshake = yours.befriend(friend.jid, { name: 'Tata', groups: ['Friends'], message: 'It is me' })
handshake.state$.subscribe((state) => console.log(explain(state)))
await you.connect() // the wish may come first, and survives every reconnect: a person may take days to answer
const { outcome } = await handshake.settled

const { resources } = await firstValueFrom(yours.presenceOf(friend.jid).pipe(filter((one) => one.available)))
console.log(`${outcome}: ${friend.jid.bare} is there, with ${resources.size} device`)

function explain(state: BefriendingState): string {
  if (state.status === 'handshaking') return `you see them: ${state.to}, they see you: ${state.from}`
  return state.status === 'ended' ? `ended: ${state.outcome}` : state.status
}
