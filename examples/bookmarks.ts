// How am I in the same rooms on all of my devices?
//   npm run build && node dist/examples/bookmarks.js
// XMPP_JID (with …_PASSWORD) and XMPP_ENDPOINT make it your account, XMPP_ROOM the room.
import { filter, firstValueFrom } from 'rxjs'
import { bookmarks, createClient, muc, type Room } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using desk = createClient(accounts.you)
await using phone = createClient(accounts.you)
const jid = process.env['XMPP_ROOM'] ?? `tea@conference.${desk.jid.domain}`
const [rooms, theirs] = [desk.use(muc), phone.use(muc)]
const marks = desk.use((host) => bookmarks(host, { rooms, nickname: 'Toto' }))
const others = phone.use((host) => bookmarks(host, { rooms: theirs, nickname: 'Toto' }))
await Promise.all([desk.connect(), phone.connect()])
await Promise.all([marks.fetch(), others.fetch()])

const is = (room: Room, wished: string) =>
  firstValueFrom(room.state$.pipe(filter(({ status }) => status === wished)))

await rooms.room(jid).join({ nickname: 'Toto' }) // nobody has come before: it is made, and yours
await marks.set(jid, { name: 'Tea', autojoin: true })
await is(theirs.room(jid), 'joined')
console.log(`the phone is in ${others.bookmarks.get(jid)?.name}`)

await others.remove(jid)
await is(rooms.room(jid), 'outside')
console.log(`the desk is in ${marks.bookmarks.size} rooms`)
