// Where can I watch all of this at work?
//   npm run build && node dist/examples/inspect.js
// It prints the address of a page, and ends when you press Enter.
import { createClient } from 'xmpp-machines'
import { createRecorder } from 'xmpp-machines/inspector'
import { createInspector } from 'xmpp-machines/inspector/server'
import { findAccount } from './accounts.js'

await using account = await findAccount()
await using inspector = await createInspector()
const recorder = createRecorder({ name: account.jid })
await using client = createClient({ ...account, ...recorder.taps })

inspector.observe(recorder, { allowCommandsTo: client }) // without the second word the page only looks
console.log(`watch: ${inspector.url}`)

await client.connect()
console.log('online; Enter ends it')
for await (const _ of process.stdin) break
