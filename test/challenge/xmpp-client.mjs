// A client on @xmpp/client as its documentation has it: logs in, and says that it is there.
import { client, xml } from '@xmpp/client'

const [service, domain, username, password] = process.argv.slice(2)
const xmpp = client({ service, domain, username, password })
xmpp.on('error', () => {})
xmpp.on('online', async () => {
  await xmpp.iqCaller.get(xml('query', 'jabber:iq:roster'))
  await xmpp.send(xml('presence'))
})
await xmpp.start().catch(() => {})
