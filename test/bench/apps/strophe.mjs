import { $iq, $msg, $pres, Strophe } from 'strophe.js'

const connection = new Strophe.Connection('wss://example.org/xmpp-websocket')
connection.addHandler(
  (message) => {
    console.log(message.getAttribute('from'), message.getElementsByTagName('body')[0]?.textContent)
    return true
  },
  null,
  'message',
)
connection.addHandler(
  (presence) => {
    console.log(presence.getAttribute('from'), presence.getAttribute('type'))
    return true
  },
  null,
  'presence',
)
connection.connect('alice@example.org', 'secret', (status) => {
  if (status !== Strophe.Status.CONNECTED) return
  connection.sendIQ($iq({ type: 'get' }).c('query', { xmlns: Strophe.NS.ROSTER }), (answer) => {
    console.log([...answer.getElementsByTagName('item')].map((item) => item.getAttribute('jid')))
  })
  connection.send($pres())
  connection.send($msg({ to: 'bob@example.org', type: 'chat' }).c('body').t('Hello'))
})
