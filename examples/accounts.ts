// Where the examples log in: as you, where XMPP_JID, XMPP_PASSWORD and XMPP_ENDPOINT say so, else on a server of their own.
import type { ClientOptions } from 'xmpp-machines'
import { createServer } from 'xmpp-machines/server'

/** What to log in with, until it is disposed of. */
export async function findAccount(): Promise<ClientOptions & AsyncDisposable> {
  const { you, [Symbol.asyncDispose]: leave } = await findAccounts()
  return { ...you, [Symbol.asyncDispose]: leave }
}

/** The same for two; the other one is XMPP_FRIEND_JID, with XMPP_FRIEND_PASSWORD. */
export async function findAccounts(): Promise<
  { readonly you: ClientOptions; readonly friend: ClientOptions } & AsyncDisposable
> {
  const { XMPP_ENDPOINT: endpoint, XMPP_JID: jid, XMPP_PASSWORD: password } = process.env
  const { XMPP_FRIEND_JID: friend = '', XMPP_FRIEND_PASSWORD: theirs } = process.env
  if (jid !== undefined) {
    return {
      you: { jid, password, endpoint },
      friend: { jid: friend, password: theirs, endpoint },
      [Symbol.asyncDispose]: async () => {},
    }
  }
  const accounts = ['toto', 'tata'].map((username) => ({ username, password: 'mot2passe' }))
  const server = await createServer({ accounts })
  const as = (username: string): ClientOptions => ({
    jid: `${username}@${server.domain}`,
    password: 'mot2passe',
    endpoint: server.endpoints.starttls,
    tls: { ca: server.ca ?? '' },
  })
  return { you: as('toto'), friend: as('tata'), [Symbol.asyncDispose]: () => server.close() }
}
