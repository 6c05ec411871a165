import { client as createClient, xml } from '@xmpp/client'
import { WebSocket } from 'ws'

globalThis.WebSocket = WebSocket

/**
 * As its README says: reconnects and stream management are on from the start; a resumed session is told by an event of
 * its own, and so are stanzas that were not sent.
 */
export function talk({ jid, password, resource, url }, hear) {
  const [username, domain] = jid.split('@')
  const client = createClient({
    service: url,
    domain,
    resource,
    credentials: (authenticate) => authenticate({ username, password }, 'PLAIN'),
  })
  client.on('error', () => {})
  client.on('online', () => {
    client.send(xml('presence')).catch(() => {})
    hear.online()
  })
  client.on('stanza', (stanza) => {
    const body = stanza.is('message') && stanza.attrs.type !== 'error' ? stanza.getChildText('body') : null
    if (body !== null) hear.arrived(body)
  })
  client.streamManagement.on('resumed', () => hear.online())
  client.streamManagement.on('ack', (stanza) => {
    const body = stanza.getChildText('body')
    if (body !== null) hear.confirmed(body)
  })
  client.streamManagement.on('fail', (stanza) => {
    const body = stanza.getChildText('body')
    if (body !== null) hear.failed(body)
  })
  client.start().catch(() => {})
  return {
    send: (to, body) => {
      client
        .send(xml('message', { to, type: 'chat', id: body }, xml('body', {}, body)))
        .catch(() => hear.failed(body))
    },
  }
}
