// Somebody who talks in a room, whose session is kept in a store, in a process of its own that may be killed at any moment.
import { join } from 'node:path'
import { createStorage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'
import { createClient, fromUnstorage, muc, sessionIn } from 'xmpp-machines'
import type { StoredPersonOptions } from './stored-person-options.js'

const options: StoredPersonOptions = JSON.parse(process.argv[2] ?? '{}')
const { account, count, folder, last = 0, to, word } = options
const storage = createStorage({ driver: fsDriver({ base: join(folder, 'store') }) })
const client = createClient({
  ...account,
  reconnect: 'always',
  store: sessionIn(fromUnstorage(storage)),
})
const room = client.use(muc).room(to)

/** What is kept here in one turn is stored together with what was said in it. */
const memory = client.use((host) => host.memory)
let handed = 0
memory?.factsOf('handed', (_, value) => (handed = Number(value)))

/** Words that the room has not reflected yet. */
let open = 0
const say = () => {
  open += 1
  const delivery = room.send(`${word} ${handed}`)
  delivery.status$.subscribe(({ status }) => (open -= Number(status === 'received')))
  memory?.keepFact('handed', (handed += 1))
  console.log(`handed ${handed}`)
  return delivery
}

client.restored$.subscribe(({ deliveries, session }) => {
  console.log(`restored ${session} ${deliveries.length}`)
  let left = last
  for (let count = 0; count < last; count += 1)
    say().status$.subscribe(({ status }) => {
      if (status === 'stored' && (left -= 1) === 0) process.kill(process.pid, 'SIGKILL')
    })
})
client.state$.subscribe((state) => {
  if (state.status === 'online') console.log(`online ${state.resumed}`)
})

const turn = () => new Promise((resolve) => setImmediate(resolve))
void room.join({ nickname: 'Alice' })
await client.connect()
while (handed < count) {
  // Whenever the end comes something is on its way, and not more than a room remembers.
  while (open > 3) await turn()
  say()
  await turn()
}
while (open > 0) await turn()
await client.close()
console.log('done')
process.exit()
