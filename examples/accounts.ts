// Where the examples log in: as you, where XMPP_JID, XMPP_PASSWORD and XMPP_ENDPOINT say so, else on a server of their own.
import type { ClientOptions } from 'xmpp-machines'
import { createServer } from 'xmpp-machines/server'

/** What to log in with, until it is disposed of. */
export async function findAccount(): Promise<ClientOptions & AsyncDisposable> {
  const { XMPP_ENDPOINT: endpoint, XMPP_JID: jid, XMPP_PASSWORD: password } = process.env
  if (jid !== undefined) return { jid, password, endpoint, [Symbol.asyncDispose]: async () => {} }
  const server = await createServer({ accounts: [{ username: 'toto', password: 'mot2passe' }] })
  return {
    jid: `toto@${server.domain}`,
    password: 'mot2passe',
    endpoint: server.endpoints.starttls,
    tls: { ca: server.ca ?? '' },
    [Symbol.asyncDispose]: () => server.close(),
  }
}
