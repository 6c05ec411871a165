import { afterAll, expect, test } from 'vitest'
import type { ServerUnderTest } from '../conversations/server-under-test.js'
import { holdTakeover } from '../conversations/takeover.js'
import { onEachRealServer, realPassword } from '../support/real-server.js'
import { startRedis } from '../support/redis.js'

const redis = await startRedis()

if (typeof redis === 'string') {
  test('a session moves by Redis', ({ skip }) => {
    skip(redis)
    expect.unreachable()
  })
} else {
  afterAll(() => redis.stop())
  onEachRealServer(({ ca, open }) => {
    const under: ServerUnderTest = {
      name: open.domain,
      domain: open.domain,
      endpoints: { 'direct TLS': `xmpps://127.0.0.1:${open.directTlsPort}` },
      ca,
      password: realPassword,
      mechanisms: [],
    }
    holdTakeover(under, open.directTlsPort, redis.url)
  })
}
