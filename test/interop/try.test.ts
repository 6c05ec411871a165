import { test } from 'vitest'
import { createClient } from '../../src/client.js'
import { checkServer } from '../../src/testing/conformance.js'
import { createServer } from '../../src/server/index.js'
import { onEachRealServer, realPassword } from '../support/real-server.js'
const report = async (name: string, options: Omit<Parameters<typeof checkServer>[0], 'createClient'>) => {
  const begin = performance.now()
  const findings = await checkServer({ ...options, createClient })
  process.stdout.write(`\n=== ${name} ${Math.round(performance.now() - begin)} ms\n` + findings.filter((f) => f.verdict !== 'right' || f.durationMs > 1500).map((f) => `${f.verdict.padEnd(7)} ${f.id.padEnd(28)} ${f.detail ?? ''} ${f.durationMs}\n`).join('') + findings.filter(f => f.verdict === 'right').length + ' right ' + findings.at(-1)?.detail + '\n')
}
test('embedded', async () => {
  const server = await createServer({ domain: 'example.test', accounts: ['alice','bob'].map(username => ({username, password: 'secret'})) })
  try { await report('embedded', { endpoint: server.endpoints.starttls ?? '', ca: server.ca, account: { jid: 'alice@example.test', password: 'secret' }, other: { jid: 'bob@example.test', password: 'secret' } }) }
  finally { await server.close() }
}, 200_000)
onEachRealServer((server) => {
  test('try', async () => {
    await report(server.name, { endpoint: `xmpp://127.0.0.1:${server.secure.starttlsPort}`, ca: server.ca, account: { jid: `alice@${server.secure.domain}`, password: realPassword }, other: { jid: `bob@${server.secure.domain}`, password: realPassword } })
  }, 200_000)
})
