import { afterAll } from 'vitest'
import type { ServerUnderTest } from '../conversations/server-under-test.js'
import { holdTakeover } from '../conversations/takeover.js'
import { realPassword } from '../support/real-accounts.js'
import { onEachRealServer } from '../support/real-server.js'
import { startRedis } from '../support/redis.js'

const redis = await startRedis()

const url = typeof redis === 'string' ? undefined : redis.url
const reason = typeof redis === 'string' ? redis : ''
afterAll(async () => (typeof redis === 'string' ? undefined : redis.stop()))

onEachRealServer(({ ca, open }) => {
  const under: ServerUnderTest = {
    name: open.domain,
    domain: open.domain,
    endpoints: { 'direct TLS': `xmpps://127.0.0.1:${open.directTlsPort}` },
    ca,
    password: realPassword,
    mechanisms: [],
  }
  holdTakeover(under, open.directTlsPort, { url, reason })
})
