import { filter, firstValueFrom } from 'rxjs'
import { afterEach, expect, it, onTestFinished } from 'vitest'
import { createClient, type Client } from '../../src/client.js'
import type { ClientState } from '../../src/features/client-state.js'
import { createCertificate, createCertificateAuthority } from '../../src/server/certificate.js'
import { createServer } from '../../src/server/index.js'
import { createTransportPair } from '../../src/transport/memory.js'
import { ScramServer } from '../spec/scram-server.js'
import { closingTag, rest, streamCondition, streamError } from '../spec/session.js'
import {
  features,
  login,
  mechanisms,
  openingTag,
  scriptedEndpoint,
  ScriptedServer,
  type Exchange,
} from '../support/scripted-server.js'

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

const header = { hears: /<stream:stream[^>]*>/, says: openingTag + features(mechanisms('SCRAM-SHA-1')) }
const sasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"

/** A login with SCRAM, from the offer on. */
function scramLogin(): readonly Exchange[] {
  const scram = new ScramServer('sha1')
  const data = (heard: string) =>
    heard.slice(heard.lastIndexOf('>', heard.length - 2) + 1, heard.lastIndexOf('<'))
  return [
    { hears: /<\/auth>/, says: (heard) => `<challenge ${sasl}>${scram.challenge(data(heard))}</challenge>` },
    { hears: /<\/response>/, says: (heard) => `<success ${sasl}>${scram.final(data(heard))}</success>` },
    ...login.slice(3),
  ]
}

it('a login said ahead that the server does not bear is said in its turn next time', async () => {
  const badFormat = streamError(streamCondition('bad-format')) + closingTag
  const { open, servers } = scriptedEndpoint([
    [header, ...scramLogin()],
    [{ hears: /<\/auth>/, says: openingTag + badFormat }],
    [{ ...header, says: 'silence' }, ...scramLogin()],
    [{ ...header, says: 'silence' }],
  ])
  client = createClient({ jid: 'alice@example.test', password: 'secret', endpoint: open })
  const comeBack = async () => {
    await reach('backingOff')
    client?.connect().catch(() => undefined)
    await reach('connecting')
    await rest()
  }
  await client.connect()
  servers[0]?.cut()
  await comeBack()
  expect(servers[1]?.heard).toMatch(/<stream:stream [^>]*><auth /)
  await comeBack()
  expect(servers[2]?.heard).toMatch(/<stream:stream [^>]*>$/)
  servers[2]?.say(header.says)
  await reach('online')
  servers[2]?.cut()
  await comeBack()
  expect(servers[3]?.heard).toMatch(/<stream:stream [^>]*><auth /)
})

const reach = (status: ClientState['status']) =>
  client && firstValueFrom(client.state$.pipe(filter((state) => state.status === status)))

it('a certificate for several accounts logs in to the one that was asked for', async () => {
  const signer = await createCertificateAuthority()
  const server = await createServer({
    accounts: ['alice', 'bob'].map((username) => ({ username, password: 'secret' })),
    listen: { tls: {} },
    clientCertificateAuthority: signer.cert,
  })
  onTestFinished(() => server.close())
  const { cert, key } = await createCertificate({
    names: { xmpp: ['alice@localhost', 'bob@localhost'] },
    signer,
  })
  client = createClient({
    jid: 'bob@localhost/desk',
    endpoint: server.endpoints.directTls,
    tls: { ca: server.ca, cert, key },
  })
  await client.connect()
  expect(client.state).toMatchObject({ status: 'online', mechanism: 'EXTERNAL', jid: 'bob@localhost/desk' })
})
