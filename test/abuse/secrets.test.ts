import { createHmac, type Hmac } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { InspectionEvent } from 'xstate'
import { createClient } from '../../src/client.js'
import { keysIn } from '../../src/sasl/scram-key-store.js'
import { sessionIn } from '../../src/session-in.js'
import { createServer } from '../../src/server/index.js'
import { Disk } from '../store/disk.js'
import { features, login, mechanisms, openingTag, scriptedEndpoint } from '../support/scripted-server.js'

const canary = 'canary-in-the-coal-mine'
const forms = [
  canary,
  Buffer.from(canary).toString('base64'),
  Buffer.from(`\0alice\0${canary}`).toString('base64'),
]

/** What every HMAC of the process is made by. */
const hmacs: Hmac = Object.getPrototypeOf(createHmac('sha256', ''))

/** As much of a value as anything that prints or stores it would reach. */
const shown = (value: unknown) => inspect(value, { depth: 6, maxStringLength: null, maxArrayLength: null })

it.each([
  ['a login', true, login],
  [
    'a refused login',
    true,
    [
      ...login.slice(0, 2),
      {
        hears: /<\/auth>/,
        says: "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>",
      },
    ],
  ],
  [
    'a login without a usable mechanism',
    false,
    [{ hears: /<stream:stream[^>]*>/, says: openingTag + features(mechanisms('GSSAPI')) }],
  ],
])('%s shows the password to nobody but the server', async (_what, isSent, script) => {
  const seen: InspectionEvent[] = []
  const { open, servers } = scriptedEndpoint([script])
  const client = createClient({
    jid: 'alice@example.test',
    password: canary,
    endpoint: open,
    inspect: (event) => seen.push(event),
  })
  const error: unknown = await client.connect().catch((reason: unknown) => reason)
  const records = seen.map((record) => ('event' in record ? record.event : record.type))
  const text = [
    JSON.stringify(client.actor.getPersistedSnapshot()),
    shown(client.actor.getSnapshot().context),
    shown(client.state),
    shown(error),
    ...records.map(shown),
  ].join('\n')
  expect(seen.length).toBeGreaterThan(10)
  for (const form of forms) expect(text).not.toContain(form)
  expect(servers[0]?.heard.includes(forms[2] ?? '')).toBe(isSent)
  await client.close()
})

it.each([
  ['a place for secrets', true],
  ['none', false],
])(
  'the store holds no secret, and keys are kept where the app has given %s for them',
  async (_what, hasPlace) => {
    const server = await createServer({ accounts: [{ username: 'alice', password: canary }], listen: {} })
    onTestFinished(() => server.close())
    const disk = new Disk()
    const vault = new Disk()
    const derivation = vi.spyOn(hmacs, 'digest')
    const logIn = async (password: string | (() => string)) => {
      const client = createClient({
        jid: `alice@${server.domain}`,
        password,
        endpoint: () => server.connect(),
        store: sessionIn(disk.mount()),
        ...(hasPlace ? { keyCache: keysIn(vault.mount(), 'alice') } : {}),
      })
      await client.connect()
      client.send({ to: 'bob@example.test', body: 'Hello' })
      await client.close()
    }
    await logIn(canary)
    const stored = [...disk.texts].flat().join('\n')
    const kept = [...vault.texts.values()]
    expect(stored).toContain('pinned')
    const proofs = derivation.mock.results.map(({ value }) => value).filter((value) => Buffer.isBuffer(value))
    expect(proofs.length).toBeGreaterThan(3)
    const secrets = [...forms, ...proofs.map((proof) => proof.toString('base64'))]
    for (const secret of secrets) expect(stored).not.toContain(secret)
    for (const form of forms) expect(kept.join()).not.toContain(form)
    expect(kept.length).toBe(hasPlace ? 1 : 0)
    if (hasPlace) {
      // With its keys nobody need know the password.
      await logIn(() => {
        throw new Error('the password was asked for')
      })
    }
  },
)
