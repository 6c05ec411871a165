import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import { Realm } from '../../src/server/realm.js'
import { toServerLimits } from '../../src/server/limits.js'
import { Credentials } from '../../src/server/credentials.js'
import { AccountRegistry } from '../../src/server/account-registry.js'
import { SessionRegistry } from '../../src/server/session-registry.js'
import { parseJid } from '../../src/stanza/jid.js'
import { createTransportPair } from '../../src/transport/memory.js'
import { logIn, Wire } from './wire.js'

let server: EmbeddedServer
beforeAll(async () => {
  server = await createServer({ listen: { tcp: {} }, accounts: [{ username: 'alice', password: 'secret' }] })
})
afterAll(() => server.close())

const header =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>"
const open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>"
const auth = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>"
const bind =
  "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>desk</resource></bind></iq>"
const roster = "<iq xmlns='jabber:client' type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>"
const presence = "<presence xmlns='jabber:client'/>"

/** Names of what comes, header and success included. */
async function names(wire: Wire, count: number): Promise<readonly string[]> {
  const got: string[] = []
  while (got.length < count) {
    const item = await wire.take()
    got.push(typeof item === 'string' ? item : 'header' in item ? 'header' : item.name)
  }
  return got
}

const whole = ['header', 'features', 'success', 'header', 'features', 'iq', 'iq', 'presence']

describe('a client that does not wait', () => {
  it('may ask for TLS together with the header', async () => {
    const wire = new Wire(server.connect({ secure: false }))
    wire.write(`${header}<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`)
    expect(await names(wire, 3)).toEqual(['header', 'features', 'proceed'])
  })

  it('may log in with one flight and do the rest with another', async () => {
    const wire = new Wire(server.connect())
    wire.write(`${header}${auth}`)
    expect(await names(wire, 3)).toEqual(whole.slice(0, 3))
    wire.write(`${header}${bind}${roster}${presence}`)
    expect(await names(wire, 5)).toEqual(whole.slice(3))
  })

  it('may say everything at once', async () => {
    const wire = new Wire(server.connect())
    wire.write(`${header}${auth}${header}${bind}${roster}${presence}`)
    expect(await names(wire, whole.length)).toEqual(whole)
  })

  it('may say everything at once in frames', async () => {
    const wire = new Wire(server.connect({ framing: 'frames' }))
    for (const frame of [open, auth, open, bind, roster, presence]) wire.write(frame)
    expect(await names(wire, whole.length)).toEqual(whole)
  })

  it('may cut what it says anywhere', async () => {
    const wire = new Wire(server.connect())
    for (const character of `${header}${auth}${header}${bind}${roster}${presence}`) wire.write(character)
    expect(await names(wire, whole.length)).toEqual(whole)
  })

  it('may leave before it has logged in', async () => {
    const wire = new Wire(server.connect())
    wire.write(`${header}${auth}</stream:stream>`)
    expect(await names(wire, 5)).toEqual(['header', 'features', 'success', 'header', 'error'])
  })
})

describe('a mistake of the server', () => {
  it('costs one session, is told, and costs no other', async () => {
    const realm = new Realm({
      domain: parseJid('localhost'),
      limits: toServerLimits(),
      now: () => new Date(),
      nextId: () => 'id',
      serve: () => {
        throw new Error('a bug')
      },
    })
    const mechanisms = ['SCRAM-SHA-256']
    const credentials = new Credentials('localhost', mechanisms)
    const accounts = new AccountRegistry(realm, credentials)
    for (const username of ['alice', 'bob']) await accounts.add({ username, password: 'secret' })
    const timeouts = { negotiationMs: 60_000, tlsMs: 1000, saslMs: 1000, resumptionMs: 1000, closeMs: 1000 }
    const settings = { mechanisms, allowPlaintext: false, credentials, tls: undefined, timeouts }
    const sessions = new SessionRegistry(
      realm,
      { ...settings, resourceConflict: 'replace', legacyIdentification: undefined, registrar: undefined },
      undefined,
    )
    const told: unknown[] = []
    sessions.events$.subscribe((event) => event.kind === 'defect' && told.push(event))
    const connect = () => {
      const pair = createTransportPair({ secure: true })
      sessions.accept(pair.server)
      return pair.client
    }
    const [alice, bob] = [await logIn(connect(), 'alice'), await logIn(connect(), 'bob', 'desk')]
    alice.write(roster)
    expect(await alice.streamError()).toBe('internal-server-error')
    bob.write("<message to='bob@localhost/desk'/>")
    expect((await bob.element('message')).attribute('from')).toBe('bob@localhost/desk')
    expect(told).toEqual([{ kind: 'defect', session: 'session-1', message: 'a bug' }])
    await sessions.close()
  })
})
