// What do they look like?
//   npm run build && node dist/examples/avatars.js
// XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make both your accounts.
import { filter, firstValueFrom } from 'rxjs'
import { avatars, contacts, createClient } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using you = createClient(accounts.you)
await using friend = createClient(accounts.friend)
const { avatarOf } = you.use(avatars)
const theirs = friend.use(avatars)
const [people, others] = [you.use(contacts), friend.use(contacts)]
others.subscriptionRequest$.subscribe((request) => others.accept(request))
await Promise.all([you.connect(), friend.connect()])
await people.befriend(friend.jid).settled

const avatar$ = avatarOf(friend.jid.bare)
const shown = firstValueFrom(avatar$.pipe(filter((avatar) => avatar !== undefined)))
const dot = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
await theirs.publish({ bytes: dot, width: 1, height: 1 }) // or several sizes of it

const { bytes, id, type } = await shown // in a browser: URL.createObjectURL(new Blob([bytes], { type }))
console.log(`they show ${bytes.length} bytes of ${type}, known as ${id}`)

const gone = firstValueFrom(avatar$.pipe(filter((avatar) => avatar === undefined)))
await theirs.disable()
await gone
console.log('they show nothing any more')
