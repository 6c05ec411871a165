import { filter, firstValueFrom } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createClient } from '../../../src/client.js'
import { isCommand, type Command } from '../../../src/inspector/link/command.js'
import { obey, readStanza } from '../../../src/inspector/link/obey.js'
import { createServer, type EmbeddedServer } from '../../../src/server/index.js'

let server: EmbeddedServer
beforeAll(async () => {
  const accounts = ['alice', 'bob'].map((username) => ({ username, password: 'secret' }))
  server = await createServer({ listen: {}, accounts })
})
afterAll(() => server.close())

function clientOf(username: string) {
  const client = createClient({
    jid: `${username}@localhost/desk`,
    password: 'secret',
    endpoint: () => server.connect(),
    roster: false,
  })
  onTestFinished(() => client.close())
  return client
}

describe('obey()', () => {
  it('connects, says presence, sends what was written, and disconnects', async () => {
    const [alice, bob] = [clientOf('alice'), clientOf('bob')]
    await bob.connect()
    const ask = (command: Command) => obey(command, alice, undefined)
    expect(await ask({ name: 'connect' })).toEqual({ outcome: 'ok' })
    expect(alice.state.status).toBe('online')
    const heard = firstValueFrom(bob.message$)
    const xml = "<message to='bob@localhost/desk'><body>é &amp; 漢</body><x xmlns='urn:example:x'/></message>"
    expect(await ask({ name: 'send', xml })).toEqual({ outcome: 'ok' })
    const { body, payloads } = await heard
    expect([body, payloads[0]?.namespace]).toEqual(['é & 漢', 'urn:example:x'])
    const seen = firstValueFrom(alice.presence$.pipe(filter(({ show }) => show === 'away')))
    expect(await ask({ name: 'presence', show: 'away', status: 'at lunch' })).toEqual({ outcome: 'ok' })
    expect(await seen).toMatchObject({ status: 'at lunch' })
    expect(await ask({ name: 'disconnect' })).toEqual({ outcome: 'ok' })
    expect(alice.state.status).toBe('offline')
  })

  it('refuses in a sentence what does not work', async () => {
    const alice = clientOf('alice')
    const refused = (reason: string) => ({ outcome: 'refused', reason: expect.stringContaining(reason) })
    const ask = (command: Command) => obey(command, alice, undefined)
    expect(await ask({ name: 'send', xml: '<presence/>' })).toEqual(refused('not online'))
    expect(await ask({ name: 'send', xml: '<presence>' })).toEqual(refused('an end tag has another name'))
    expect(await ask({ name: 'fault', fault: 'cut' })).toEqual(refused('nobody here can disturb'))
    await alice.close()
    expect(await ask({ name: 'connect' })).toEqual(refused('closed'))
  })

  it('hands faults to who can make them', async () => {
    const alice = clientOf('alice')
    await alice.connect()
    const suspended = firstValueFrom(alice.state$.pipe(filter(({ status }) => status !== 'online')))
    const disturb = (fault: 'cut' | 'silence' | 'not-authorized') => server.disturb('alice@localhost', fault)
    expect(await obey({ name: 'fault', fault: 'cut' }, alice, disturb)).toEqual({ outcome: 'ok' })
    expect((await suspended).status).toMatch(/^(?:suspended|backingOff)$/)
  })
})

describe('readStanza()', () => {
  it.each([
    ['nothing', ''],
    ['a text', 'hello'],
    ['two stanzas', '<presence/><presence/>'],
    ['a stanza and a text', '<presence/>hello'],
    ['no stanza', '<ping/>'],
    ['a stanza of another namespace', "<message xmlns='jabber:server'/>"],
    ['an element of the stream', "<features xmlns='http://etherx.jabber.org/streams'/>"],
    ['an authentication', "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGE=</auth>"],
    ['a request without an id', "<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>"],
    ['an unknown type', "<presence type='here'/>"],
    ['half a stanza', '<message><body>'],
    ['an end of the stream', '</stream>'],
    ['another stream', "</stream><stream xmlns='jabber:client'><presence/>"],
    ['a comment', '<presence><!-- a --></presence>'],
    ['an entity', '<presence>&lol;</presence>'],
    ['a document type', '<!DOCTYPE a><presence/>'],
    ['an unbound prefix', '<presence><a:b/></presence>'],
  ])('refuses %s', (_, xml) => {
    expect(() => readStanza(xml)).toThrow(Error)
  })

  it('takes the namespace of the stream for granted', () => {
    expect(readStanza(' <iq type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>\n')).toMatchObject({
      name: 'iq',
      namespace: 'jabber:client',
    })
  })
})

describe('isCommand()', () => {
  it.each([
    [{ name: 'connect' }, true],
    [{ name: 'presence' }, true],
    [{ name: 'presence', show: 'xa', status: '' }, true],
    [{ name: 'presence', show: 'gone' }, false],
    [{ name: 'send', xml: '' }, true],
    [{ name: 'send' }, false],
    [{ name: 'send', xml: 'x'.repeat(300_000) }, false],
    [{ name: 'fault', fault: 'silence' }, true],
    [{ name: 'fault', fault: 'explode' }, false],
    [{ name: 'connect', more: 1 }, false],
    [{ name: 'toString' }, false],
    [null, false],
    ['connect', false],
  ])('of %j is %s', (value, expected) => {
    expect(isCommand(value)).toBe(expected)
  })
})
