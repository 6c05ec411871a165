import { client as createClient, xml } from '@xmpp/client'

const client = createClient({
  service: 'wss://example.org/xmpp-websocket',
  domain: 'example.org',
  username: 'alice',
  password: 'secret',
})
client.on('error', (error) => console.error(error))
client.on('stanza', (stanza) => {
  if (stanza.is('message')) console.log(stanza.attrs.from, stanza.getChildText('body'))
  if (stanza.is('presence')) console.log(stanza.attrs.from, stanza.attrs.type)
})
await client.start()
const roster = await client.iqCaller.get(xml('query', 'jabber:iq:roster'))
console.log(roster.getChildren('item').map(({ attrs }) => attrs.jid))
await client.send(xml('presence'))
await client.send(xml('message', { to: 'bob@example.org', type: 'chat' }, xml('body', {}, 'Hello')))
