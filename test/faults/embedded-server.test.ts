import { afterAll } from 'vitest'
import { createServer } from '../../src/server/index.js'
import { holdSurvival } from './survival.js'

const password = 'secret'
const server = await createServer({
  domain: 'example.test',
  accounts: ['u0', 'u1'].map((username) => ({ username, password })),
})
afterAll(() => server.close())

holdSurvival({
  name: 'the embedded server',
  domain: server.domain,
  ca: server.ca ?? '',
  password,
  directTlsPort: Number(new URL(server.endpoints.directTls ?? '').port),
  swaps: false,
})
