import { rmSync } from 'node:fs'
import { $msg, $pres, Strophe } from 'strophe.js'
import { readWhole, writeWhole } from './whole-file.mjs'

const { Status } = Strophe
Strophe.setLogLevel(Strophe.LogLevel.FATAL)
const retryMs = 1000

/**
 * As its README says: stream management by `enableStreamManagement`, presence only where no session was resumed; where a
 * session is to be saved, by a storage of one's own. It leaves reconnects to the app: here a second after each end.
 */
export function talk({ jid, password, resource, saved, url }, hear) {
  const connection = new Strophe.Connection(url, {
    mechanisms: [Strophe.SASLPlain],
    enableStreamManagement: true,
    ...(saved === undefined ? {} : { streamManagement: { storage: toStorage(saved) } }),
  })
  const hearMessage = (message) => {
    const [body] = message.getElementsByTagName('body')
    if (body !== undefined && message.getAttribute('type') !== 'error') hear.arrived(body.textContent)
    return true
  }
  const connect = () =>
    connection.connect(`${jid}/${resource}`, password, (status) => {
      if (status === Status.CONNECTED) {
        connection.addHandler(hearMessage, null, 'message')
        if (!connection.hasResumed()) connection.send($pres())
        hear.online()
      } else if (status === Status.DISCONNECTED) {
        setTimeout(() => {
          connection.reset()
          connect()
        }, retryMs)
      }
    })
  connect()
  return {
    send: (to, body) => {
      try {
        connection.send($msg({ to, type: 'chat', id: body }).c('body').t(body))
      } catch {
        hear.failed(body)
      }
    },
  }
}

function toStorage(file) {
  return {
    load: () => JSON.parse(readWhole(file) ?? 'null'),
    save: (_key, state) => writeWhole(file, JSON.stringify(state)),
    clear: () => rmSync(file, { force: true }),
  }
}
