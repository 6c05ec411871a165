// How do I ask another entity something, and stop waiting?
//   npm run build && node dist/examples/request.js
// It asks a server of its own; XMPP_JID, XMPP_PASSWORD and XMPP_ENDPOINT make it your account and your server.
import { createClient, ns, TransportError, xml } from 'xmpp-machines'
import { findAccount } from './accounts.js'

await using account = await findAccount()
await using client = createClient(account)
await client.connect()
const server = client.jid.domain

// Rejects with TimeoutError when there is no answer, StanzaError when the answer is an error.
const began = performance.now()
await client.request({ type: 'get', to: server, payload: xml('ping', ns.ping) }, { timeoutMs: 5000 })
console.log(`pong after ${Math.round(performance.now() - began)} ms`)

const { payload } = await client.request({ type: 'get', to: server, payload: xml('query', ns.version) })
console.log(`the server is ${payload?.child('name')?.text() ?? 'nameless'}`)

const controller = new AbortController()
const info = client.request(
  { type: 'get', to: server, payload: xml('query', ns.discoInfo) },
  { signal: controller.signal },
)
controller.abort() // the person has closed the window
await info.catch((error: unknown) => {
  if (!(error instanceof TransportError)) throw error
  console.log(`given up: ${error.code}`)
})
