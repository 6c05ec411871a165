import { X509Certificate } from 'node:crypto'
import { expect, it } from 'vitest'
import { createClient } from '../../../src/client.js'
import { createRecorder } from '../../../src/inspector/recording/recorder.js'
import { createServer } from '../../../src/server/index.js'

it('client.security says over TLS what RFC 7590 §3.6 asks for, and the recording has it', async () => {
  await using server = await createServer({
    domain: 'example.test',
    accounts: [{ username: 'alice', password: 'secret' }],
    listen: { tcp: {} },
  })
  const recorder = createRecorder({ name: 'alice' })
  await using client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    endpoint: server.endpoints.starttls,
    tls: { ca: server.ca },
    ...recorder.taps,
  })
  expect(client.security).toBeUndefined()
  await client.connect()
  const { security } = client
  expect(security).toMatchObject({
    encrypted: true,
    tls: {
      version: 'TLSv1.3',
      cipher: expect.stringMatching(/^TLS_/),
      verifiedBy: 'app',
      certificate: {
        subject: 'CN=example.test',
        issuer: new X509Certificate(server.ca ?? '').subject,
        names: expect.arrayContaining(['example.test']),
        fingerprint: expect.stringMatching(/^(?:[\dA-F]{2}:){31}[\dA-F]{2}$/),
      },
    },
    channelBinding: { used: 'tls-exporter', available: ['tls-exporter', 'tls-server-end-point'] },
    mechanism: 'SCRAM-SHA-512-PLUS',
    downgrade: { scramPinned: true, bindingsStripped: false },
  })
  expect(security?.refusals).toContainEqual({ name: 'PLAIN', reason: 'a stronger one has worked' })
  const last = recorder.history().findLast((line) => line.kind === 'security')
  expect(JSON.stringify(last?.security)).toBe(JSON.stringify(security))
})
