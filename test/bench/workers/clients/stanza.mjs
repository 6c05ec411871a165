import { createClient } from 'stanza'

export async function login({ jid, mechanism, password, resource, url }) {
  const client = createClient({
    jid,
    password,
    resource,
    transports: { websocket: url, bosh: false },
    autoReconnect: false,
  })
  if (mechanism !== undefined) {
    for (const name of ['SCRAM-SHA-256', 'SCRAM-SHA-1']) if (name !== mechanism) client.sasl.disable(name)
  }
  await new Promise((resolve, reject) => {
    client.once('session:started', () => {
      resolve()
      void client.getRoster()
      client.sendPresence()
    })
    client.once('auth:failed', () => reject(new Error('stanza could not log in')))
    client.once('disconnected', () => reject(new Error('stanza was disconnected')))
    client.connect()
  })
  return {
    send: (to, body) => client.sendMessage({ to, type: 'chat', body }),
    onBody: (take) => client.on('message', ({ body }) => take(body)),
    roster: async () => (await client.getRoster()).items.length,
    onPresence: (take) => client.on('presence', take),
    close: () =>
      new Promise((resolve) => {
        client.once('disconnected', resolve)
        client.disconnect()
      }),
  }
}
