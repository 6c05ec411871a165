// Somebody whose session is kept in files, in a process of its own that may be killed at any moment.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, fromUnstorage } from 'xmpp-machines'
import { createStorage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'
import redisDriver from 'unstorage/drivers/redis'
import type { StoredPersonOptions } from './stored-person-options.js'

const options: StoredPersonOptions = JSON.parse(process.argv[2] ?? '{}')
const { account, count, folder, redis, to, word } = options
const driver =
  redis === undefined ? fsDriver({ base: join(folder, 'store') }) : redisDriver({ url: redis, base: word })
const client = createClient({ ...account, store: fromUnstorage(createStorage({ driver })) })

/** What this app itself has written down, line by line. */
const linesOf = (file: string) =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
const note = (file: string, line: string) => appendFileSync(file, `${line}\n`)
const heardFile = join(folder, 'heard')
const againFile = join(folder, 'again')
const handedFile = join(folder, 'handed')

/** Counts in the store itself: what a handler keeps there is stored with the fact that the message was handled. */
let counted = 0
const memory = client.use((host) => host.memory)
memory?.factsOf('counted', (_, value) => (counted = Number(value)))

const heard = new Set(linesOf(heardFile))
client.message$.subscribe(({ body = '' }) => {
  if (!body.startsWith(word)) return
  memory?.keepFact('counted', (counted += 1))
  if (heard.has(body)) return note(againFile, body)
  heard.add(body)
  note(heardFile, body)
  console.log(`heard ${heard.size}`)
})

let handed = linesOf(handedFile).length
client.restored$.subscribe(({ session, deliveries, ignored }) => {
  // What is in the store has been handed over, whether or not there was time to write that down.
  for (const { id } of deliveries) handed = Math.max(handed, Number(id.split(' ').at(-1)) + 1)
  while (linesOf(handedFile).length < handed) note(handedFile, 'restored')
  console.log(`restored ${session} ${deliveries.length} ${ignored.map(({ code }) => code).join()}`)
})
client.state$.subscribe((state) => {
  if (state.status === 'online') console.log(`online ${state.resumed} ${state.streamManagement}`)
  if (state.status === 'halted') console.log(`halted ${state.error.code}`)
})

await client.connect()
console.log('connected')
while (handed < count) {
  const delivery = client.send({ to, type: 'chat', id: `${word} ${handed}`, body: `${word} ${handed}` })
  await new Promise<void>((resolve) => {
    delivery.status$.subscribe(({ status }) => {
      if (status !== 'queued') resolve()
    })
  })
  note(handedFile, delivery.id)
  handed += 1
  console.log(`handed ${handed}`)
  // In step with the other side, so that whenever the end comes something is on its way, both ways.
  while (handed >= heard.size && handed < count) await new Promise((resolve) => setImmediate(resolve))
}
while (heard.size < count) await new Promise((resolve) => setImmediate(resolve))
await client.close()
console.log(`done ${counted}`)
