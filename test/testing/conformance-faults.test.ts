import { expect, test } from 'vitest'
import { createClient } from '../../src/client.js'
import { mechanismProbes } from '../../src/testing/conformance-login.js'
import type { Probe } from '../../src/testing/conformance-probe.js'
import { Visit } from '../../src/testing/conformance-visit.js'
import { toFinding } from '../../src/testing/finding.js'
import { createScriptedServer, type ScriptedServerOptions } from '../../src/testing/scripted-peer-server.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'

/** A visit to a scripted server, which lets everybody in by PLAIN. */
function visitOf(options: ScriptedServerOptions = {}): Visit {
  const server = createScriptedServer(options)
  class ScriptedVisit extends Visit {
    override async dial() {
      return server.open()
    }
  }
  return new ScriptedVisit({
    createClient,
    endpoint: 'xmpp://example.test',
    account: { jid: 'alice@example.test', password: 'secret' },
    patienceMs: 1_000,
  })
}

/** What is found, in virtual time, by id. */
async function find(probes: readonly Probe[], options?: ScriptedServerOptions) {
  using clock = new VirtualClock()
  const found: Record<string, string> = {}
  for (const probe of probes) {
    const visit = visitOf(options)
    const finding = toFinding(probe, () => probe.run(visit))
    await pass(clock, finding)
    await pass(clock, visit.leave())
    const { detail = '', verdict } = await finding
    found[probe.id] = `${verdict} ${detail}`.trim()
  }
  return found
}

/** Lets time pass until something is done. */
async function pass(clock: VirtualClock, done: Promise<unknown>): Promise<void> {
  let isDone = false
  void done.finally(() => (isDone = true))
  while (!isDone) await clock.advance(100)
}

test('a server that lets everybody in by one of its mechanisms is told', async () => {
  const features = { mechanisms: ['SCRAM-SHA-256', 'PLAIN', 'X-OWN'] }
  const probes = await mechanismProbes(visitOf({ features }))
  expect(await find(probes, { features })).toMatchObject({
    'login.PLAIN': 'right',
    'sasl.wrong-password.PLAIN': 'wrong it lets in',
    'sasl.unknown-user.PLAIN': 'wrong it lets in',
    'login.X-OWN': 'unseen this client does not speak it',
  })
  expect(probes.map(({ id }) => id)).not.toContain('sasl.wrong-password.X-OWN')
})
