// How do I answer messages?
//   npm run build && node dist/examples/echo-bot.js
// A bot answers a visitor three times and leaves; XMPP_JID, XMPP_PASSWORD and XMPP_ENDPOINT make both your account.
import { filter, take, tap } from 'rxjs'
import { createClient } from 'xmpp-machines'
import { findAccount } from './accounts.js'

await using account = await findAccount()
await using bot = createClient(account)
await using visitor = createClient(account)
await Promise.all([bot.connect(), visitor.connect()])

bot
  .messages({ type: 'chat' })
  .pipe(filter(({ body }) => body !== undefined))
  .subscribe(({ body, from }) => bot.send({ to: from, type: 'chat', body: `You said: ${body}` }))

const botJid = bot.state.status === 'online' ? bot.state.jid : bot.jid
const answers = visitor.message$.pipe(
  tap(({ body }) => console.log(body)),
  take(3),
)
const done = new Promise<void>((resolve) => answers.subscribe({ complete: resolve }))
for (const body of ['one', 'two', 'three']) visitor.send({ to: botJid, type: 'chat', body })
await done
