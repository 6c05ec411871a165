// What can my server do, and my friend's app?
//   npm run build && node dist/examples/discover.js
// XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make both your accounts.
import { filter, firstValueFrom } from 'rxjs'
import { contacts, createClient, discovery, ns, receipts } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using you = createClient(accounts.you)
await using friend = createClient(accounts.friend)
const { info, items, supports } = you.use(discovery)
friend.use(receipts) // whoever may know is told what an app uses
friend.use((host) => discovery(host, { identities: [{ category: 'client', type: 'phone', name: 'My app' }] }))
const [yours, theirs] = [you.use(contacts), friend.use(contacts)]
theirs.subscriptionRequest$.subscribe((request) => theirs.accept(request))
await Promise.all([you.connect(), friend.connect()])
await yours.befriend(friend.jid).settled
const isThere = yours.presenceOf(friend.jid).pipe(filter(({ available }) => available))
const { best } = await firstValueFrom(isThere)

const nameOf = async (jid: Parameters<typeof info>[0]) => {
  const [identity] = (await info(jid)).identities
  return `${identity?.category}/${identity?.type} ${identity?.name ?? ''}`
}
console.log(`the server: ${await nameOf(you.jid.domain)}`)
console.log(`it archives messages: ${await supports(you.jid.bare, ns.archive)}`)
for await (const { jid } of items(friend.jid.bare)) console.log(`one of their devices: ${jid}`)
console.log(`their app: ${await nameOf(best?.from ?? friend.jid)}`)
console.log(`it gives receipts: ${await supports(friend.jid.bare, ns.receipts)}`) // known by now
console.log(`it takes calls: ${await supports(friend.jid.bare, 'urn:xmpp:jingle:1')}`)
