// Who of my contacts is there?
//   npm run build && node dist/examples/presence-board.js
// Two contacts come, change and go, on a server of their own; the board shows each change as it comes.
import { distinctUntilChanged, firstValueFrom, map, skip } from 'rxjs'
import { contacts, createClient, type ContactPresence, type PresenceInput } from 'xmpp-machines'
import { createServer } from 'xmpp-machines/server'

const password = 'mot2passe'
await using server = await createServer({
  accounts: [
    { username: 'toto', password, contacts: [{ username: 'anna' }, { username: 'ben' }] },
    { username: 'anna', password },
    { username: 'ben', password },
  ],
  listen: {},
})
const connect = async (address: string, presence?: PresenceInput) => {
  const client = createClient({ jid: address, password, endpoint: () => server.connect(), presence })
  await client.connect()
  return client
}

await using you = createClient({ jid: 'toto@localhost', password, endpoint: () => server.connect() })
const board$ = you.use(contacts).presence$.pipe(
  map((people) => [...people.values()].filter(({ jid }) => jid.local !== 'toto').map(toWords)),
  map((words) => words.join(' · ') || 'nobody'),
  distinctUntilChanged(),
)
board$.subscribe((board) => console.log(board))
await you.connect()

const phone = await shown(() => connect('anna@localhost/phone', { show: 'chat' }))
const desk = await shown(() => connect('anna@localhost/desk', { priority: 5, status: 'At work' }))
const ben = await shown(() => connect('ben@localhost/train', { show: 'away', status: 'In a tunnel' }))
await shown(() => ben.sendPresence({ status: { en: 'Out of it', fr: 'Sorti' } }))
await shown(() => desk.close())
await shown(() => phone.close())
await shown(() => ben.close())

function toWords({ available, jid, resources, show, status }: ContactPresence): string {
  const words = available ? [show ?? 'here', status, `${resources.size}×`] : ['gone']
  return `${jid.local}: ${words.filter((word) => word !== undefined).join(', ')}`
}

/** Does something, and waits until the board shows it. */
async function shown<T>(deed: () => T | Promise<T>): Promise<T> {
  const change = firstValueFrom(board$.pipe(skip(1)))
  const done = await deed()
  await change
  return done
}
