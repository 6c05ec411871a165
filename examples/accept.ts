// What do I do when somebody asks to be my friend?
//   npm run build && node dist/examples/accept.js
// They ask, you accept; XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make both your accounts.
import { firstValueFrom } from 'rxjs'
import { contacts, createClient } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using you = createClient(accounts.you)
await using friend = createClient(accounts.friend)
const [yours, theirs] = [you.use(contacts), friend.use(contacts)]
await Promise.all([you.connect(), friend.connect()])

const asking = theirs.befriend(you.jid, { message: 'We met at the station' })

const request = await firstValueFrom(yours.subscriptionRequest$)
console.log(`${request.from} asks: ${request.message}`)
const { outcome } = await yours.accept(request, { name: 'Tata' }).settled // or yours.refuse(request)
console.log(`you are friends: ${outcome}`)
console.log(`they say: ${(await asking.settled).outcome}`)

const { name, subscription } = (await you.fetchRoster()).get(request.from.toString()) ?? {}
console.log(`in your list: ${name}, ${subscription}`)
