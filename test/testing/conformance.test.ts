import { filter, firstValueFrom } from 'rxjs'
import { expect, test } from 'vitest'
import { createClient } from '../../src/client.js'
import { createServer } from '../../src/server/index.js'
import { ns, xml } from '../../src/index.js'
import { checkServer } from '../../src/testing/conformance.js'
import { Visitor } from '../../src/testing/conformance-visit.js'
import { answerTo } from '../../src/testing/scripted-peer-login.js'
import { createScriptedServer } from '../../src/testing/scripted-peer-server.js'

test.each(['starttls', 'secureWebSocket'] as const)(
  'the embedded server does nothing wrong over %s',
  { timeout: 300_000 },
  async (way) => {
    await using server = await createServer({
      domain: 'example.test',
      accounts: ['alice', 'bob'].map((username) => ({ username, password: 'secret' })),
    })
    const progress: number[] = []
    const findings = await checkServer({
      createClient,
      endpoint: server.endpoints[way] ?? '',
      ca: server.ca,
      account: { jid: 'alice@example.test', password: 'secret' },
      other: { jid: 'bob@example.test', password: 'secret' },
      patienceMs: 2_000,
      progress: (done) => progress.push(done),
    })
    expect(findings.filter(({ verdict }) => verdict === 'wrong')).toEqual([])
    const unseen = findings.filter(({ verdict }) => verdict === 'unseen').map(({ id }) => id)
    const encryptedAlready = /^(?:starttls\.|header\.invalid-namespace|login\..*-PLUS|xml\.)/
    expect(unseen.filter((id) => way === 'starttls' || !encryptedAlready.test(id))).toEqual([])
    expect(findings.filter(({ verdict }) => verdict === 'right').length).toBeGreaterThan(85)
    expect(progress).toEqual(progress.map((_, index) => index))
    expect(findings.length).toBe(progress.length + 1)
  },
)

test('a check that is stopped keeps what was found', async () => {
  await using server = await createServer({ accounts: [{ username: 'alice', password: 'secret' }] })
  const stop = new AbortController()
  const findings = await checkServer({
    createClient,
    endpoint: server.endpoints.starttls ?? '',
    ca: server.ca,
    account: { jid: 'alice@localhost', password: 'secret' },
    signal: stop.signal,
    found: () => stop.abort(),
  })
  expect(findings).toMatchObject([{ id: 'header.from', verdict: 'right' }])
})

test.each(['', 'nonsense', 'http://example.test', 'xmpp://example.test/path'])(
  'an endpoint like %j is refused at once',
  async (endpoint) => {
    const account = { jid: 'alice@localhost', password: 'secret' }
    await expect(checkServer({ createClient, endpoint, account })).rejects.toBeInstanceOf(RangeError)
  },
)

test('nobody stays where the app cannot take what is found', async () => {
  await using server = await createServer({ accounts: [{ username: 'alice', password: 'secret' }] })
  const full = new Error('no room')
  const checking = checkServer({
    createClient,
    endpoint: server.endpoints.starttls ?? '',
    ca: server.ca,
    account: { jid: 'alice@localhost', password: 'secret' },
    found: ({ id }) => {
      if (id !== 'header.from') return
      throw full
    },
  })
  await expect(checking).rejects.toBe(full)
  await firstValueFrom(server.sessions$.pipe(filter((sessions) => sessions.length === 0)))
})

test('what comes back after something else was answered has come back', async () => {
  const scripted = createScriptedServer()
  const client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    endpoint: scripted.open,
    roster: false,
    presence: false,
  })
  await client.connect()
  const { peer } = scripted
  const bounced = new Visitor(client, 60_000, () => {}).bounce(
    xml('presence', ns.client, { id: 'odd', type: 'unheard-of' }),
  )
  await new Promise<void>((resolve) => setImmediate(resolve))
  const other = peer.elements.find((element) => element.child('ping', ns.ping) !== undefined)
  if (other !== undefined) peer.say(answerTo(other))
  await new Promise<void>((resolve) => setImmediate(resolve))
  peer.say(
    `<presence type='error' id='odd'><error type='modify'><bad-request xmlns='${ns.stanzaErrors}'/></error></presence>`,
  )
  expect(await bounced).toMatchObject({ condition: 'bad-request' })
  await client.close()
})
