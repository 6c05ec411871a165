import { expect, test } from 'vitest'
import { createClient } from '../../src/client.js'
import { ns, type XmlElement } from '../../src/index.js'
import { toErrorReply } from '../../src/stanza/stanza-error.js'
import { loginProbes, mechanismProbes } from '../../src/testing/conformance-login.js'
import type { Probe } from '../../src/testing/conformance-probe.js'
import { rosterProbes } from '../../src/testing/conformance-roster.js'
import { stanzaProbes } from '../../src/testing/conformance-stanzas.js'
import { Visit } from '../../src/testing/conformance-visit.js'
import { toFinding } from '../../src/testing/finding.js'
import { answerTo } from '../../src/testing/scripted-peer-login.js'
import { createScriptedServer, type ScriptedServerOptions } from '../../src/testing/scripted-peer-server.js'
import type { ScriptedPeer } from '../../src/testing/scripted-peer.js'
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

/** Hears requests, and does something else about those that fit. */
const requests = (
  fits: (request: XmlElement) => boolean,
  answer: (request: XmlElement, peer: ScriptedPeer) => void = () => {},
): ScriptedServerOptions => ({
  reactions: [
    (heard, peer) => {
      if (heard.kind !== 'element' || !heard.element.is('iq', ns.client) || !fits(heard.element)) return false
      answer(heard.element, peer)
      return true
    },
  ],
})

const has = (name: string, namespace: string) => (request: XmlElement) =>
  request.child(name, namespace) !== undefined
const isUnknown = has('query', 'urn:example:nobody-knows-this')
const refuse = (request: XmlElement, peer: ScriptedPeer) => {
  const refusal = toErrorReply(request, { condition: 'resource-constraint' })
  if (refusal !== undefined) peer.say(refusal)
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

test('a server that answers no request that it does not know is told', async () => {
  const probes = stanzaProbes.filter(({ id }) => id.startsWith('iq.'))
  const silence = 'wrong nothing comes back'
  expect(await find(probes, requests(isUnknown))).toEqual({
    'iq.unknown': silence,
    'iq.account': silence,
    'iq.no-resource': silence,
    'iq.nobody': silence,
    'iq.empty': 'wrong service-unavailable',
    'iq.two': silence,
    'iq.type': silence,
    'iq.delivered': silence,
  })
})

test.each([
  ['ping', stanzaProbes, has('ping', ns.ping)],
  ['disco.info', stanzaProbes, has('query', ns.discoInfo)],
  ['roster.get', rosterProbes, has('query', ns.roster)],
  [
    'roster.set',
    rosterProbes,
    (request: XmlElement) => has('query', ns.roster)(request) && request.attribute('type') === 'set',
  ],
  ['bind.generated', loginProbes, has('bind', ns.bind)],
] as const)('a server that is silent about %s is told', async (sought, probes, fits) => {
  const found = await find(
    probes.filter(({ id }) => id === sought),
    requests(fits),
  )
  expect(found).toEqual({ [sought]: 'wrong nothing comes back' })
})

test('a server that offers versions of the list of contacts, and never sends one, is told', async () => {
  const probes = rosterProbes.filter(({ id }) => id === 'roster.versioning')
  const silent = requests(has('query', ns.roster))
  const authenticatedFeatures = { bind: true, rosterVersioning: true }
  expect(await find(probes, { ...silent, authenticatedFeatures })).toEqual({
    'roster.versioning': 'wrong nothing comes back',
  })
})

test.each([
  ['a refusal', refuse, 'wrong resource-constraint'],
  [
    'no address',
    (request: XmlElement, peer: ScriptedPeer) => peer.say(answerTo(request)),
    'wrong the server bound no full JID',
  ],
] as const)('a server that gives %s to who asks for no resource is told', async (_what, answer, expected) => {
  const probes = loginProbes.filter(({ id }) => id === 'bind.generated')
  expect(await find(probes, requests(has('bind', ns.bind), answer))).toEqual({ 'bind.generated': expected })
})

test('a trial whose preparation is not answered is told as none', async () => {
  const probes = rosterProbes.filter(({ id }) => id === 'roster.push')
  const found = await find(probes, requests(has('query', ns.roster)))
  expect(found['roster.push']).toMatch(/^unseen/)
})

test('contacts that a server should not have taken are taken out again', async () => {
  const asked: string[] = []
  const take = (request: XmlElement, peer: ScriptedPeer) => {
    for (const item of request.child('query', ns.roster)?.elements('item') ?? [])
      asked.push(`${item.attribute('jid')?.split('check-')[0]} ${item.attribute('subscription') ?? ''}`)
    peer.say(answerTo(request))
  }
  const probes = rosterProbes.filter(({ id }) => id === 'roster.two-items')
  expect(await find(probes, requests(has('query', ns.roster), take))).toEqual({
    'roster.two-items': 'wrong it is taken',
  })
  expect(asked).toEqual([' ', ' ', 'also- ', 'also- remove', ' remove'])
})
