import { createClient } from 'xmpp-machines'

/**
 * As the README says: it comes back by itself, and every delivery says how far it has come. Failures are forgiven at once, not after
 * a minute, since fifty of them fall into minutes here: the peers do not count theirs.
 */
export function talk({ jid, password, resource, url }, hear) {
  const client = createClient({
    jid: `${jid}/${resource}`,
    password,
    endpoint: url,
    mechanisms: ['PLAIN'],
    timeouts: { stableMs: 1 },
  })
  let isOnline = false
  client.state$.subscribe(({ status }) => {
    if (status === 'online' && !isOnline) hear.online()
    isOnline = status === 'online'
  })
  client.message$.subscribe(({ body, type }) => {
    if (body !== undefined && type !== 'error') hear.arrived(body)
  })
  void client.connect()
  return {
    send: (to, body) => {
      client.send({ to, type: 'chat', body }).status$.subscribe(({ status }) => {
        if (status === 'acknowledged') hear.confirmed(body)
        else if (status === 'failed') hear.failed(body)
      })
    },
  }
}
