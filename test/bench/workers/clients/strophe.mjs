import { $iq, $msg, $pres, Strophe } from 'strophe.js'

const { Status } = Strophe
// Its log would cost it CPU that belongs to nobody's work.
Strophe.setLogLevel(Strophe.LogLevel.ERROR)

export async function login({ jid, mechanism, password, resource, url }) {
  const mechanisms = mechanism === 'PLAIN' ? { mechanisms: [Strophe.SASLPlain] } : {}
  const connection = new Strophe.Connection(url, mechanisms)
  let disconnected = () => {}
  await new Promise((resolve, reject) => {
    connection.connect(`${jid}/${resource}`, password, (status, reason) => {
      if (status === Status.CONNECTED) {
        resolve()
        connection.sendIQ($iq({ type: 'get' }).c('query', { xmlns: Strophe.NS.ROSTER }))
        connection.send($pres())
      } else if (status === Status.DISCONNECTED) {
        disconnected()
        reject(new Error('strophe.js was disconnected'))
      } else if (status === Status.CONNFAIL || status === Status.AUTHFAIL) {
        reject(new Error(`strophe.js could not log in: ${reason}`))
      }
    })
  })
  return {
    send: (to, body) => connection.send($msg({ to, type: 'chat' }).c('body').t(body)),
    onBody: (take) =>
      connection.addHandler(
        (message) => {
          take(message.getElementsByTagName('body')[0]?.textContent)
          return true
        },
        null,
        'message',
      ),
    close: () =>
      new Promise((resolve) => {
        disconnected = resolve
        connection.disconnect('done')
      }),
  }
}
