import { createClient, Utils } from 'stanza'
import { readWhole, writeWhole } from './whole-file.mjs'

/**
 * As its documentation says: stream management and resumption are on from the start; `autoReconnect` brings it back, here a
 * second after each end, and `enableKeepAlive` watches the connection, here every 30 s; `sm.cache()` and `sm.load()` save a
 * session where one is to be saved.
 */
export function talk({ jid, password, resource, saved, url }, hear) {
  const client = createClient({
    jid,
    password,
    resource,
    transports: { websocket: url, bosh: false },
    autoReconnect: true,
    maxReconnectBackoff: 1,
  })
  for (const name of ['SCRAM-SHA-256', 'SCRAM-SHA-1']) client.sasl.disable(name)
  client.enableKeepAlive({ interval: 30, timeout: 15 })
  client.on('session:started', () => {
    client.getRoster().catch(() => {})
    client.sendPresence()
    hear.online()
  })
  client.on('stream:management:resumed', () => hear.online())
  client.on('message', ({ body, type }) => {
    if (body !== undefined && type !== 'error') hear.arrived(body)
  })
  client.on('message:acked', ({ body }) => hear.confirmed(body))
  client.on('message:failed', ({ body }) => hear.failed(body))
  if (saved !== undefined) {
    const state = readWhole(saved)
    if (state !== undefined) client.sm.load(JSON.parse(state, Utils.reviveData))
    client.sm.cache((next) => writeWhole(saved, JSON.stringify(next)))
  }
  client.connect()
  return { send: (to, body) => client.sendMessage({ to, type: 'chat', body }) }
}
