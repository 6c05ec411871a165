// What happens when something goes wrong, and how do I tell what?
//   npm run build && node dist/examples/errors.js
// It fails on purpose, on a server of its own; XMPP_JID, XMPP_PASSWORD and XMPP_ENDPOINT make it your account.
import { AuthenticationError, createClient, StanzaError, TransportError, XmppError, xml } from 'xmpp-machines'
import { findAccount } from './accounts.js'

await using account = await findAccount()

await attempt('a wrong password', async () => {
  await using client = createClient({ ...account, password: 'not the password' })
  await client.connect()
})

await attempt('a port where nothing listens', async () => {
  await using client = createClient({ ...account, endpoint: 'xmpp://127.0.0.1:1' })
  await client.connect()
})

await attempt('a request that nobody understands', async () => {
  await using client = createClient(account)
  await client.connect()
  await client.request({ type: 'get', payload: xml('query', 'urn:example:unknown') })
})

async function attempt(what: string, deed: () => Promise<void>): Promise<void> {
  try {
    await deed()
  } catch (error) {
    if (!(error instanceof XmppError)) throw error
    console.log(`${what}: ${error.code}\n  ${error.message}\n  → ${error.advice}`)
    if (error instanceof AuthenticationError) console.log('  (ask for the password again)')
    else if (error instanceof TransportError) console.log(`  (no connection: ${error.reason})`)
    else if (error instanceof StanzaError) console.log(`  (refused: ${error.condition}, ${error.type})`)
  }
}
