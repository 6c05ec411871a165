import { afterAll } from 'vitest'
import { createServer } from '../../src/server/index.js'
import { holdRestarts } from './restarts.js'

const password = 'secret'
const server = await createServer({
  domain: 'example.test',
  accounts: ['alice', 'bob'].map((username) => ({ username, password })),
})
afterAll(() => server.close())

holdRestarts(
  {
    name: 'the embedded server',
    domain: server.domain,
    endpoints: { 'direct TLS': server.endpoints.directTls ?? '' },
    ca: server.ca ?? '',
    password,
    mechanisms: [],
  },
  Number(new URL(server.endpoints.directTls ?? '').port),
)
