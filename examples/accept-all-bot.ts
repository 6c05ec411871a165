// How do I write a bot that everybody may talk to?
//   npm run build && node dist/examples/accept-all-bot.js
// It accepts whoever asks and answers; XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make both your accounts.
import { firstValueFrom } from 'rxjs'
import { contacts, createClient } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using bot = createClient({ ...accounts.you, presence: { show: 'chat', status: 'Ask me anything' } })
const people = bot.use(contacts)
people.subscriptionRequest$.subscribe((request) => people.accept(request))
bot.messages({ type: 'chat' }).subscribe(({ body, from }) => {
  if (body !== undefined) bot.send({ to: from, type: 'chat', body: `You said: ${body}` })
})
await bot.connect()

await using visitor = createClient(accounts.friend)
const friends = visitor.use(contacts)
await visitor.connect()
console.log(`befriended: ${(await friends.befriend(bot.jid).settled).outcome}`)
const answer = firstValueFrom(visitor.messages({ from: bot.jid }))
visitor.send({ to: bot.jid.bare, type: 'chat', body: 'Hello, bot!' })
console.log((await answer).body)
