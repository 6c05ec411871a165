import { createClient } from 'xmpp-machines'

/** Logs in; resolves when online, with what was said and asked for on the way behind it. */
export async function login({ jid, mechanism, password, resource, url }) {
  const client = createClient({
    jid: `${jid}/${resource}`,
    password,
    endpoint: url,
    reconnect: 'never',
    ...(mechanism === undefined ? {} : { mechanisms: [mechanism] }),
  })
  await client.connect()
  return {
    send: (to, body) => client.send({ to, type: 'chat', body }),
    onBody: (take) => client.message$.subscribe(({ body }) => take(body)),
    close: () => client.close(),
  }
}
