import { afterEach, expect, it } from 'vitest'
import { createClient, type Client } from '../../src/client.js'
import { features, login, mechanisms, openingTag, scriptedEndpoint } from '../support/scripted-server.js'
import { createTransportPair } from '../../src/transport/memory.js'
import { ScriptedServer } from '../support/scripted-server.js'

let client: Client | undefined
afterEach(() => client?.close())
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

it('a password that comes late reaches no later stream', async () => {
  const waiting: ((password: string) => void)[] = []
  const servers: ScriptedServer[] = []
  client = createClient({
    jid: 'alice@example.test',
    password: () => new Promise<string>((resolve) => waiting.push(resolve)),
    dangerouslyAllowPlaintext: true,
    endpoint: () => {
      const isFirst = servers.length === 0
      const pair = createTransportPair({ secure: isFirst })
      servers.push(new ScriptedServer(pair.server, isFirst ? login : [{ hears: /<stream/, says: 'silence' }]))
      return pair.client
    },
  })
  const first = client.connect().catch(() => undefined)
  await turn()
  await turn()
  expect(waiting).toHaveLength(1)
  const left = client.disconnect()
  const second = client.connect().catch(() => undefined)
  await turn()
  waiting[0]?.('TopSecret')
  await turn()
  await turn()
  expect(servers).toHaveLength(2)
  for (const { heard } of servers) expect(heard).not.toContain('<auth')
  await Promise.all([left, client.close(), first, second])
})

it('keys that were refused are forgotten', async () => {
  const refusal = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>"
  const { open } = scriptedEndpoint([
    [
      { hears: /<stream:stream[^>]*>/, says: openingTag + features(mechanisms('PLAIN')) },
      { hears: /<\/auth>/, says: refusal },
    ],
    login,
  ])
  const asked: string[] = []
  client = createClient({
    jid: 'alice@example.test',
    password: () => {
      asked.push('asked')
      return 'secret'
    },
    endpoint: open,
  })
  await expect(client.connect()).rejects.toMatchObject({ code: 'authentication.not-authorized' })
  await client.connect()
  expect(asked).toHaveLength(2)
})

it('an unacceptable challenge is answered by abort and the closing tag', async () => {
  const { open, servers } = scriptedEndpoint([
    [
      { hears: /<stream:stream[^>]*>/, says: openingTag + features(mechanisms('SCRAM-SHA-1')) },
      {
        hears: /<\/auth>/,
        says: "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>cj1mb3JlaWdu</challenge>",
      },
    ],
  ])
  client = createClient({ jid: 'alice@example.test', password: 'secret', endpoint: open })
  await expect(client.connect()).rejects.toMatchObject({ name: 'AuthenticationError' })
  await turn()
  expect(servers[0]?.heard).toMatch(/<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'\/><\/stream:stream>$/)
})
