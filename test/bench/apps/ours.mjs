import { createClient } from 'xmpp-machines'

const client = createClient({
  jid: 'alice@example.org',
  password: 'secret',
  endpoint: 'wss://example.org/xmpp-websocket',
})
client.message$.subscribe(({ body, from }) => console.log(String(from), body))
client.presence$.subscribe(({ from, type }) => console.log(String(from), type))
client.roster$.subscribe((contacts) => console.log([...contacts.keys()]))
await client.connect()
client.send({ to: 'bob@example.org', type: 'chat', body: 'Hello' })
