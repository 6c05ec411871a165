// Somebody whose session is kept in a store, in a process of its own that may be killed at any moment.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filter, firstValueFrom } from 'rxjs'
import { createStorage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'
import redisDriver from 'unstorage/drivers/redis'
import { createClient, fromUnstorage, sessionIn } from 'xmpp-machines'
import type { StoredPersonOptions } from './stored-person-options.js'

const options: StoredPersonOptions = JSON.parse(process.argv[2] ?? '{}')
const { account, count, folder, redis, to, word } = options
const driver =
  redis === undefined ? fsDriver({ base: join(folder, 'store') }) : redisDriver({ url: redis, base: word })
const client = createClient({ ...account, store: sessionIn(fromUnstorage(createStorage({ driver }))) })

/** What is kept here in one turn is stored together with what was sent or handled in it. */
const memory = client.use((host) => host.memory)
let handed = 0
let counted = 0
memory?.factsOf('handed', (_, value) => (handed = Number(value)))
memory?.factsOf('counted', (_, value) => (counted = Number(value)))

/** A diary of its own, beside the store: there it has to look whether it has written something before. */
const diary = join(folder, 'heard')
const known = new Set(existsSync(diary) ? readFileSync(diary, 'utf8').split('\n') : [])
client.message$.subscribe(({ body = '' }) => {
  if (!body.startsWith(word)) return
  memory?.keepFact('counted', (counted += 1))
  if (!known.has(body)) appendFileSync(diary, `${body}\n`)
  else appendFileSync(join(folder, 'again'), `${body}\n`)
  known.add(body)
})
client.restored$.subscribe(({ session }) => console.log(`restored ${session}`))
client.state$.subscribe((state) => {
  if (state.status === 'online') console.log(`online ${state.resumed}`)
  if (state.status !== 'halted') return
  console.log(`halted ${state.error.code}`)
  process.exit()
})

const turn = () => new Promise((resolve) => setImmediate(resolve))
await client.connect()
// A session that is not stored yet cannot be gone on with: what is written behind its beginning says that it is.
await firstValueFrom(
  client.state$.pipe(filter((state) => state.status === 'online' && state.streamManagement !== 'enabling')),
)
const { status$ } = client.send({ to: account.jid, body: 'begun' })
await firstValueFrom(status$.pipe(filter(({ status }) => status === 'written' || status === 'acknowledged')))
console.log('connected')
while (handed < count) {
  // In step with the other side, so that whenever the end comes something is on its way, both ways.
  while (handed > counted) await turn()
  client.send({ to, type: 'chat', body: `${word} ${handed}` })
  memory?.keepFact('handed', (handed += 1))
  console.log(`handed ${handed}`)
  await turn()
}
while (counted < count) await turn()
await client.close()
console.log(`done ${counted}`)
process.exit()
