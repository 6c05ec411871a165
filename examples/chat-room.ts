// How do I talk with many?
//   npm run build && node dist/examples/chat-room.js
// XMPP_JID, XMPP_FRIEND_JID (with …_PASSWORD) and XMPP_ENDPOINT make both your accounts, XMPP_ROOM the room.
import { filter, firstValueFrom } from 'rxjs'
import { createClient, muc } from 'xmpp-machines'
import { findAccounts } from './accounts.js'

await using accounts = await findAccounts()
await using you = createClient(accounts.you)
await using friend = createClient(accounts.friend)
const jid = process.env['XMPP_ROOM'] ?? `tea@conference.${you.jid.domain}`
const room = you.use(muc).room(jid)
const theirs = friend.use(muc).room(jid)
await Promise.all([you.connect(), friend.connect()])

await room.join({ nickname: 'Toto' }) // nobody has come before: it is made, and yours
const entered = firstValueFrom(room.occupantChange$)
await theirs.join({ nickname: 'Tata' })
await entered
for (const { affiliation, nickname } of room.occupants.values()) console.log(`${nickname}: ${affiliation}`)

theirs.message$.subscribe(({ isOwn, nickname }) => isOwn || theirs.send(`Yes, ${nickname}, at five!`))
room.message$.subscribe(({ body, nickname }) => console.log(`${nickname} says: ${body}`))
const answer = firstValueFrom(room.message$.pipe(filter(({ isOwn }) => !isOwn)))
const delivery = room.send('Is there tea?')
await answer
console.log(`yours is ${delivery.status.status}`) // the room has told everybody

void theirs.leave({ status: 'Put the kettle on' })
const change = await firstValueFrom(room.occupantChange$)
if (change.kind === 'left') console.log(`${change.occupant.nickname} has left: ${change.exit.text}`)
await room.leave()
console.log(`you are ${room.state.status}`)
