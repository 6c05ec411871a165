// How do I send and show text with markup?
//   npm run build && node dist/examples/rich-text.js
// XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make both your accounts.
import { firstValueFrom } from 'rxjs'
import { createClient, messageStyling, ns, rich, richText, xml } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using you = createClient(accounts.you)
await using friend = createClient(accounts.friend)
const { send } = you.use(richText)
const { read } = friend.use(richText)
const { read: readStyles } = friend.use(messageStyling)
await Promise.all([you.connect(), friend.connect()])

const first = firstValueFrom(friend.message$)
send({
  to: friend.jid.bare,
  type: 'chat',
  rich: [rich('p', { style: { color: 'green' } }, 'Salut ', rich('strong', {}, 'toi'), ' !')],
})
const message = await first // Who answers without markup is sent none from then on.
console.log(`plain: ${message.body}`)
console.log(`strong: ${read(message)?.body.child('p')?.child('strong')?.text()}`) // in a page: toDom(document, body)

// Whatever others send, what is read is harmless.
const second = firstValueFrom(friend.message$)
const inside = xml(
  'body',
  ns.xhtml,
  {},
  xml('script', ns.xhtml, {}, 'steal()'),
  xml('img', ns.xhtml, { alt: 'a cat' }),
)
you.send({ to: friend.jid.bare, body: 'a cat', payloads: [xml('html', ns.richText, {}, inside)] })
console.log(`what is left of a script and an image: ${read(await second)?.text}`)

// Signs in a plain body do as well, and need nothing to be sent beside it.
const third = firstValueFrom(friend.message$)
you.send({ to: friend.jid.bare, type: 'chat', body: '*important*' })
const [line] = readStyles(await third) ?? []
console.log(`styled: ${line?.kind === 'line' ? line.spans[0]?.kind : ''}`)
