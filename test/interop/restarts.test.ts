import { holdRestarts } from '../conversations/restarts.js'
import type { ServerUnderTest } from '../conversations/server-under-test.js'
import { realPassword } from '../support/real-accounts.js'
import { onEachRealServer } from '../support/real-server.js'

onEachRealServer(({ ca, open }) => {
  const under: ServerUnderTest = {
    name: open.domain,
    domain: open.domain,
    endpoints: { 'direct TLS': `xmpps://127.0.0.1:${open.directTlsPort}` },
    ca,
    password: realPassword,
    mechanisms: [],
  }
  holdRestarts(under, open.directTlsPort)
})
