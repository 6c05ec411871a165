// Who am I, and who is that?
//   npm run build && node dist/examples/vcard.js
// What you say of yourself everybody can read. XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make both your
// accounts.
import { createClient, vcards } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using you = createClient(accounts.you)
await using friend = createClient(accounts.friend)
const [yours, theirs] = [you.use(vcards), friend.use(vcards)]
await Promise.all([you.connect(), friend.connect()])

await theirs.update({
  fullName: 'Tata Dupont',
  nicknames: ['Tata'],
  organization: { name: 'Night trains', units: ['Sleeping cars'] },
  phones: [{ number: '+33-1-23-45-67-89', kinds: ['work', 'voice'] }],
  urls: ['https://trains.example/'],
})
await theirs.update({ title: 'Conductor' }) // all the rest stays, what other apps have put there included

const card = await yours.of(friend.jid.bare)
console.log(`${card?.fullName}, ${card?.title} at ${card?.organization?.name}`)
for (const { number, kinds } of card?.phones ?? []) console.log(`call ${number} (${kinds?.join(', ')})`)
// A link is text like any other: whether it leads anywhere is for your app to decide.
for (const url of card?.urls ?? []) console.log(`a link: ${new URL(url).protocol} ${new URL(url).host}`)
