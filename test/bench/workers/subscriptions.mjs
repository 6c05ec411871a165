// What it takes to remember where one stands with many settled contacts, beside the list that names them.
import { parseJid } from 'xmpp-machines'
import { Subscriptions } from '../../../dist/src/features/subscriptions.js'
import { finish, input, pause } from './parent.mjs'

async function heap() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc()
    await pause(20)
  }
  return process.memoryUsage().heapUsed
}

const items = new Map(
  Array.from({ length: input.contacts }, (_, index) => {
    const jid = parseJid(`contact${index}@localhost`)
    const item = { jid, subscription: 'both', ask: false, approved: false, groups: [], payloads: [] }
    return [jid.toString(), item]
  }),
)
const listed = (jid) => items.get(jid)
// What the first one makes once belongs to nobody.
new Subscriptions(listed).replace(items)

const before = await heap()
const subscriptions = new Subscriptions(listed)
subscriptions.replace(items)
const after = await heap()
if (subscriptions.standingOf('contact0@localhost').to !== 'subscribed') throw new Error('nobody is settled')
finish({ heap: (after - before) / 1024 })
