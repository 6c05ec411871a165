// What do others run, what time is it there, and is anybody at the keyboard?
//   npm run build && node dist/examples/client-information.js
// Friends are told what the app says, nobody else is; XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make
// both your accounts.
import { filter, firstValueFrom } from 'rxjs'
import { clientInformation, contacts, createClient } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using you = createClient(accounts.you)
await using friend = createClient(accounts.friend)
const about = you.use(clientInformation)
friend.use((host) =>
  clientInformation(host, {
    software: { name: 'My app', version: '1.0' }, // the operating system only with `os`
    idleMs: () => 90_000, // your app knows
  }),
)
const [yours, theirs] = [you.use(contacts), friend.use(contacts)]
theirs.subscriptionRequest$.subscribe((request) => theirs.accept(request))
await Promise.all([you.connect(), friend.connect()])
await yours.befriend(friend.jid).settled
const presence$ = yours.presenceOf(friend.jid)
const { best } = await firstValueFrom(presence$.pipe(filter(({ available }) => available)))
const app = best?.from ?? friend.jid

const { name, version, os } = await about.version(app)
console.log(`their app: ${name} ${version}, on ${os ?? 'an operating system of their own'}`)
const { moment, offsetMinutes } = await about.time(app)
const local = new Date(moment + offsetMinutes * 60_000).toISOString().slice(11, 19)
console.log(`their time: ${local}, UTC${offsetMinutes < 0 ? '' : '+'}${offsetMinutes} min`)
console.log(`nobody has touched it for ${(await about.lastActivity(app)).seconds} s`)
console.log(`their answer took ${Math.ceil(await about.ping(app))} ms`)

const server = await about.version(you.jid.domain)
const { seconds } = await about.lastActivity(you.jid.domain)
console.log(`the server: ${server.name} ${server.version}, up for ${seconds} s`)

friend.sendPresence({ type: 'unavailable', status: 'Gone fishing' })
await firstValueFrom(presence$.pipe(filter(({ available }) => !available)))
await friend.close()
const left = await about.lastActivity(friend.jid.bare)
console.log(`they have left ${left.seconds} s ago: ${left.status}`)
