import { client as createClient, xml } from '@xmpp/client'
import { WebSocket } from 'ws'

// Node 20 has none of its own, and every client is to use the same.
globalThis.WebSocket = WebSocket

export async function login({ jid, mechanism, password, resource, url }) {
  const [username, domain] = jid.split('@')
  const client = createClient({
    service: url,
    domain,
    resource,
    ...(mechanism === undefined
      ? { username, password }
      : { credentials: (authenticate) => authenticate({ username, password }, mechanism) }),
  })
  client.reconnect.stop()
  client.on('error', (error) => {
    throw error
  })
  client.once('online', () => {
    void client.iqCaller.request(xml('iq', { type: 'get' }, xml('query', 'jabber:iq:roster')))
    void client.send(xml('presence'))
  })
  await client.start()
  return {
    send: (to, body) => client.send(xml('message', { to, type: 'chat' }, xml('body', {}, body))),
    onBody: (take) =>
      client.on('stanza', (stanza) => {
        if (stanza.is('message')) take(stanza.getChildText('body') ?? undefined)
      }),
    roster: async () => {
      const query = await client.iqCaller.get(xml('query', 'jabber:iq:roster'))
      return query.getChildren('item').length
    },
    onPresence: (take) =>
      client.on('stanza', (stanza) => {
        if (stanza.is('presence')) take(stanza)
      }),
    close: () => client.stop(),
  }
}
