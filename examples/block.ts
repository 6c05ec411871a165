// How do I keep somebody away who bothers me?
//   npm run build && node dist/examples/block.js
// A friend becomes one no longer, for a while; XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make both your accounts.
import { firstValueFrom } from 'rxjs'
import { blocking, createClient } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using you = createClient(accounts.you)
await using friend = createClient(accounts.friend)
const blocks = you.use(blocking)
you.message$.subscribe(({ body }) => console.log(`you hear: ${body}`))
await Promise.all([you.connect(), friend.connect()])

const them = friend.jid.bare
await blocks.block(them) // or a whole server, by its domain; every device of yours knows
console.log(`blocked: ${[...blocks.blocked].join(', ')}`)

const bounced = firstValueFrom(friend.bounced$)
friend.send({ to: you.jid.bare, type: 'chat', body: 'Can you hear me?' })
console.log(`they hear: ${(await bounced).reason.condition}`) // as if nobody were there

await blocks.unblock(them)
const heard = firstValueFrom(you.messages({ from: them }))
friend.send({ to: you.jid.bare, type: 'chat', body: 'And now?' })
await heard
