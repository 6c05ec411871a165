// Is my friend typing?
//   npm run build && node dist/examples/typing.js
// XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make both your accounts.
import { filter, firstValueFrom } from 'rxjs'
import { contacts, conversations, createClient, type Conversation } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using you = createClient(accounts.you)
await using friend = createClient(accounts.friend)
const [yours, theirs] = [you.use(contacts), friend.use(contacts)]
theirs.subscriptionRequest$.subscribe((request) => theirs.accept(request))
const [yourChats, theirChats] = [you.use(conversations), friend.use(conversations)]
await Promise.all([you.connect(), friend.connect()])
await yours.befriend(friend.jid).settled

const toFriend = yourChats.with(friend.jid) // a window opens
const toYou = theirChats.with(you.jid)
const sees = async (chat: Conversation, what: string) => {
  await firstValueFrom(chat.state$.pipe(filter(({ theirs }) => theirs === what)))
  console.log(`${chat.jid.local}: ${what}`)
}

toFriend.send('Are you there?') // asks whether typing is understood, too
await sees(toYou, 'active')
toYou.typing() // at each key: it is said once
await sees(toFriend, 'composing')
toYou.paused() // by itself after 30 s
await sees(toFriend, 'paused')
toYou.send('I am')
await sees(toFriend, 'active')
toYou.close() // the window closes
await sees(toFriend, 'gone')
