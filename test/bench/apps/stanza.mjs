import { createClient } from 'stanza'

const client = createClient({
  jid: 'alice@example.org',
  password: 'secret',
  transports: { websocket: 'wss://example.org/xmpp-websocket', bosh: false },
})
client.on('message', ({ body, from }) => console.log(from, body))
client.on('presence', ({ from, type }) => console.log(from, type))
client.on('session:started', () => {
  void client.getRoster().then(({ items }) => console.log(items.map(({ jid }) => jid)))
  client.sendPresence()
  client.sendMessage({ to: 'bob@example.org', type: 'chat', body: 'Hello' })
})
client.connect()
