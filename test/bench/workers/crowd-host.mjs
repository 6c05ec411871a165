// The embedded server, for a crowd that logs in from another process.
import { createServer } from 'xmpp-machines/server'
import { finish, hear, input, say } from './parent.mjs'

const { accounts, password } = input
const server = await createServer({
  accounts: Array.from({ length: accounts }, (_, index) => ({ username: `u${index}`, password })),
  listen: { webSocket: {} },
  allowPlaintext: true,
  limits: { connections: 100_000, resourcesPerAccount: 1_000 },
})
say('ready', { port: Number(new URL(server.endpoints.webSocket).port) })
await hear('stop')
await server.close()
finish({})
