import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/cli/exit-codes.js'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import * as ns from '../../src/xml/namespaces.js'
import { startRawServer } from './raw-server.js'
import { Terminal } from './terminal.js'

const password = 'canary-4711-secret'
let server: EmbeddedServer
let folder = ''
let home: readonly string[] = []

beforeAll(async () => {
  server = await createServer({
    domain: 'jabber.org',
    accounts: ['alice', 'bob'].map((username) => ({ username, password })),
    registration: { invitations: [], uninvited: true },
    legacyIdentification: {},
  })
  folder = await mkdtemp(join(tmpdir(), 'console-'))
  const caFile = join(folder, 'ca.crt')
  await writeFile(caFile, server.ca ?? '')
  home = ['--ca', caFile, '--endpoint', server.endpoints.starttls ?? '']
})

afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const login = (user: string, ...words: readonly string[]) =>
  new Terminal(['--jid', `${user}@jabber.org`, ...home, ...words], { XMPP_PASSWORD: password })
const byHand = (...words: readonly string[]) => new Terminal(['--jid', 'jabber.org', '--no-login', ...words])

const opening = `<?xml version='1.0'?>
<stream:stream xmlns:stream='http://etherx.jabber.org/streams' version='1.0' xmlns='jabber:client' to='jabber.org'>`

const oddHeader = `<?xml version="1.0"?><stream:stream id="s1" from='jabber.org' version="1.0" xmlns:stream="${ns.streams}" xmlns="jabber:client"  >`

describe('console', () => {
  it('shows what crosses and every chart that moves, and hides what SASL says', async () => {
    const alice = login('alice')
    const shown = await alice.type('', /^= session active\.online\.course\.stable/)
    expect(shown).toMatch(/^→ <\?xml version='1\.0'\?><stream:stream xmlns='jabber:client'/m)
    expect(shown).toMatch(/^← <stream:features><starttls/m)
    expect(shown).toMatch(
      /^→ <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-512-PLUS'>•••<\/auth>/m,
    )
    expect(shown).toMatch(/^← <success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>•••<\/success>/m)
    expect(shown).toMatch(/^= connection securing$/m)
    expect(await alice.type('/state', /session {2,}active/)).toMatch(
      /^ {2}session +active\.online\.course\.stable \+ liveness\.listening$/m,
    )
    expect(await alice.end()).toBe(exitCodes.ok)
    expect(alice.shown + alice.complained).not.toContain(password)
  })

  it('shows how the server spells what it says, to the byte, and what nobody can read', async () => {
    const spoken: readonly (readonly [RegExp, string])[] = [
      [
        /<stream:stream[^>]*>/,
        `${oddHeader}<stream:features ><mechanisms xmlns="${ns.sasl}"><mechanism>PLAIN</mechanism></mechanisms></stream:features>`,
      ],
      [/<\/auth>/, `<success xmlns="${ns.sasl}"/>`],
      [/<stream:stream[^>]*>/, `${oddHeader}<stream:features><bind xmlns="${ns.bind}"/></stream:features>`],
      [
        /<\/iq>/,
        `<iq  type="result" id="ID"><bind xmlns="${ns.bind}"><jid>alice@jabber.org/&#x61;</jid></bind></iq >`,
      ],
      [
        /<typed[^>]*>/,
        '<message\n from = "jabber.org"><body><![CDATA[a < b]]></body></message><message></iq>',
      ],
    ]
    const steps = [...spoken]
    let heard = ''
    const raw = await startRawServer((socket) => {
      socket.on('data', (chunk: Buffer) => {
        heard += chunk.toString()
        const [hears, says] = steps[0] ?? []
        if (hears?.test(heard) !== true || says === undefined) return
        steps.shift()
        const id = /<iq[^>]* id='([^']+)'/.exec(heard)?.[1] ?? ''
        heard = ''
        socket.write(says.replace('ID', id))
      })
    })
    const words = ['--dangerously-allow-plaintext', '--no-roster', '--no-presence', '--mechanism', 'PLAIN']
    const alice = new Terminal(['--jid', 'alice@jabber.org', '--endpoint', raw.endpoint, ...words], {
      XMPP_PASSWORD: password,
    })
    await alice.type('', /^= session active\.online/)
    await alice.type("<message><typed xmlns='urn:typed'/></message>", /^← <message><\/iq>$/)
    await alice.end()
    for (const line of [
      `← ${oddHeader}`,
      `← <stream:features ><mechanisms xmlns="${ns.sasl}"><mechanism>PLAIN</mechanism></mechanisms></stream:features>`,
      `← <success xmlns="${ns.sasl}"/>`,
      '<jid>alice@jabber.org/&#x61;</jid></bind></iq >',
      `← <message\n   from = "jabber.org"><body><![CDATA[a < b]]></body></message>`,
    ])
      expect(alice.shown).toContain(line)
    expect(alice.shown).not.toContain(btoa(`\0alice\0${password}`))
    await raw.close()
  })

  it('sends a stanza that is typed over several lines once it is closed, and waits for what a script awaits', async () => {
    const alice = login('alice')
    const typed = "<iq type='get' id='typed-1'\n to='jabber.org'>\n<query xmlns='jabber:iq:version'/>\n</iq>"
    await alice.type(typed, /^← <iq.*typed-1.*<version>/)
    const more =
      "<presence><show>dnd</show></presence><message to='alice@jabber.org'><body>/quit</body></message>"
    await alice.type(`${more}\n/wait message\n/quit`, /^← <message.*\/quit/)
    expect(await alice.ended).toBe(exitCodes.ok)
  })

  it('does by command what takes many elements', async () => {
    const [alice, bob] = [login('alice'), login('bob')]
    await bob.type('', /^= session active\.online\.course\.stable/)
    await alice.type('/befriend bob@jabber.org It is me', /^← <iq.*ask='subscribe'/)
    await bob.type('', /^← <presence.*type='subscribe'.*It is me/)
    await bob.type('/accept', /^● alice@jabber.org: both|^= befriending:alice@jabber.org open.handshaking/)
    await alice.type('', /^● bob@jabber.org: both/)
    await alice.type('/roster', /^ {2}bob@jabber.org {2}both|bob@jabber.org {2}both/)
    await alice.type('/raw off\n/message bob@jabber.org A  few   words', /^→ message.*A {2}few {3}words/)
    await bob.type('', /^← <message.*<body>A {2}few {3}words<\/body>/)
    await alice.type('/disconnect', /^= session offline/)
    await alice.type('/connect', /^= session active\.online/)
    expect([await alice.end(), await bob.end()]).toEqual([0, 0])
  })

  it('does not say of a request that waits at the end that it was taken back', async () => {
    const alice = login('alice')
    await alice.type('/befriend nobody-yet@jabber.org', /^= befriending:\S+ open\.handshaking/)
    expect(await alice.end()).toBe(exitCodes.ok)
    expect(alice.shown).not.toContain('withdrawn')
  })

  it('invites, and shows an invitation to the server alone', async () => {
    const alice = login('alice')
    await alice.type('', /^= session active\.online\.course\.stable/)
    const told = await alice.type('/invite', /xmpp:jabber\.org\?register;preauth=[\w-]+$/)
    const uri = /xmpp:jabber\.org\?register;preauth=[\w-]+/.exec(told)?.[0] ?? ''
    const dave = login('dave', '--offline')
    await dave.type(`/register ${uri}`, /^= session active\.online\.course\.stable/)
    expect(dave.shown).toMatch(/^→ <iq .*<preauth xmlns='urn:xmpp:pars:0' token='•••'\/>/m)
    await dave.type('/unregister', /^= session removed/)
    expect([await alice.end(), await dave.end()]).toEqual([0, 0])
  })

  it('makes an account, and removes it', async () => {
    const carol = login('carol', '--offline')
    await carol.type('/register', /^= session active\.online\.course\.stable/)
    expect(carol.shown).toMatch(/^→ <iq .*jabber:iq:register.*<password>•••<\/password>/m)
    await carol.type('/unregister', /^= session removed/)
    expect(await carol.end()).toBe(exitCodes.ok)
    expect(carol.shown).not.toContain(password)
  })

  it('says why there is no account, and that one is made before one is online', async () => {
    const taken = login('alice', '--offline')
    taken.say('/register')
    expect(await taken.ended).toBe(exitCodes.authentication)
    expect(taken.complained.replaceAll(/\s+/g, ' ')).toContain('There is no account: the name is taken')
    const alice = login('alice')
    await alice.type('', /^= session active\.online\.course\.stable/)
    alice.say('/register')
    expect(await alice.ended).toBe(exitCodes.usage)
    expect(alice.complained).toContain('Type /disconnect')
  })

  it.each([
    ['<presence><show>dnd</presence>', /not-well-formed, RFC 6120 §4\.9\.3\.13/],
    ['<presence><!-- no --></presence>', /restricted-xml, RFC 6120 §4\.9\.3\.18/],
    ["<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", /is no stanza \(RFC 6120 §8\)/],
    ['</stream:stream>', /That closes the stream\. +Type \/disconnect\./],
    ['hello', /That was not sent/],
    ['/rooster', /There is no command \/rooster\. +Did you mean \/roster\?/],
    ['/message bob', /There is no text to send/],
    ['/message bob a\u0001', /XML cannot carry/],
    ['/befriend alice@jabber.org', /nobody is a contact of oneself/i],
    ['/accept', /Nobody like that has asked/],
  ])('refuses %s with a reason, and a script ends there', async (typed, reason) => {
    const alice = login('alice')
    await alice.type('', /^= session active\.online\.course\.stable/)
    alice.say(typed)
    expect(await alice.ended).toBe(exitCodes.usage)
    expect(alice.complained.replaceAll(/\s+/g, ' ')).toMatch(new RegExp(reason.source.replaceAll(' +', ' ')))
  })

  it('ends as other commands do where it cannot log in, or what is awaited does not come', async () => {
    expect(await new Terminal(['--jid', 'alice@jabber.org', ...home], { XMPP_PASSWORD: 'wrong' }).ended).toBe(
      exitCodes.authentication,
    )
    const alice = login('alice', '--timeout', '0.2')
    alice.say('/wait nothing')
    expect(await alice.ended).toBe(exitCodes.timeout)
  })

  it('logs in to the embedded server though the password of an account elsewhere is set', async () => {
    const toto = new Terminal(['--embedded'], { XMPP_PASSWORD: password })
    await toto.type('', /^= session active\.online/)
    expect(await toto.end()).toBe(exitCodes.ok)
  })

  it('may be interrupted while it waits for a silent server in the end', { timeout: 20_000 }, async () => {
    const alice = login('alice', '--resource', 'silenced', '--timeout', '60')
    await alice.type('', /^= session active\.online\.course\.stable/)
    expect(server.disturb('alice@jabber.org/silenced', 'silence')).toBe(1)
    void alice.end()
    await alice.type('', /^→ <iq.*urn:xmpp:ping/)
    expect(await alice.interrupt()).toBe(exitCodes.interrupted)
  })

  it('shows no secrets but on a terminal', async () => {
    const alice = login('alice', '--show-secrets')
    expect(await alice.ended).toBe(exitCodes.usage)
    expect(alice.complained).toContain('--show-secrets needs a terminal')
  })
})

describe('console --no-login', () => {
  it('sends what is typed and nothing else', async () => {
    const heard: string[] = []
    const raw = await startRawServer((socket) => {
      socket.on('data', (chunk: Buffer) => {
        heard.push(chunk.toString())
        if (heard.join('').includes('</a>')) socket.end()
      })
    })
    const hand = byHand('--endpoint', raw.endpoint)
    await hand.type(`${opening}\n<a\n  b='c'></a>`, /The connection has ended/)
    expect(await hand.end()).toBe(exitCodes.ok)
    expect(heard.join('')).toBe(`${opening}<a\n  b='c'></a>`)
    await raw.close()
  })

  it.each([
    [
      'not-well-formed, RFC 6120 §4.9.3.13',
      "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><a></b>",
    ],
    [
      'invalid-namespace, RFC 6120 §4.9.3.10',
      "<stream:stream xmlns='jabber:client' xmlns:stream='urn:other'>",
    ],
    ['restricted-xml, RFC 6120 §4.9.3.18', '<!DOCTYPE a>'],
  ])('names the section that the server breaks: %s', async (section, said) => {
    const raw = await startRawServer((socket) => socket.write(said))
    const hand = byHand('--endpoint', raw.endpoint)
    expect(await hand.ended).toBe(exitCodes.protocol)
    expect(hand.complained.replaceAll(/\s+/g, ' ')).toContain(section)
    await raw.close()
  })

  it('tries the endpoints in order and says why it left one', async () => {
    const hand = byHand('--endpoint', 'xmpp://127.0.0.1:1', ...home)
    const shown = await hand.type(opening, /<\/stream:features>/)
    expect(shown).toMatch(
      /^Not this one: connecting to tcp:\/\/127\.0\.0\.1:1 failed: .*ECONNREFUSED.*\.\nConnected to /,
    )
    expect(await hand.end()).toBe(exitCodes.ok)
  })

  it('says what one breaks oneself, and sends it all the same', async () => {
    const hand = byHand(...home)
    await hand.type(opening, /<\/stream:features>/)
    await hand.type('<presence></iq>', /^The server ends the stream: not-well-formed, RFC 6120 §4\.9\.3\.13/)
    await hand.type('', /The connection has ended/)
    expect(hand.complained.replaceAll(/\s+/g, ' ')).toContain('What you sent breaks the protocol')
    expect(await hand.end()).toBe(exitCodes.ok)
  })

  it('waits no longer for a connection, or for TLS on it, than it is told to', async () => {
    const raw = await startRawServer((socket) => {
      socket.write(
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
      )
    })
    const silent = await startRawServer(() => {})
    const dialing = byHand('--endpoint', silent.endpoint.replace('xmpp:', 'xmpps:'), '--timeout', '1.5')
    const securing = byHand('--endpoint', raw.endpoint, '--timeout', '1.5')
    await securing.type('', /^← <proceed/)
    securing.say('/tls')
    expect(await Promise.all([dialing.ended, securing.ended])).toEqual([exitCodes.timeout, exitCodes.timeout])
    await Promise.all([raw.close(), silent.close()])
  })

  it('goes on with TLS only behind the go-ahead, and refuses what came in clear after it', async () => {
    const hand = byHand(...home)
    await hand.type(opening, /<\/stream:features>/)
    hand.say('/tls')
    expect(await hand.ended).toBe(exitCodes.usage)
    const raw = await startRawServer((socket) =>
      socket.write(
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><mess",
      ),
    )
    const injected = byHand('--endpoint', raw.endpoint)
    await injected.type('', /^← <proceed/)
    injected.say('/tls')
    expect(await injected.ended).toBe(exitCodes.protocol)
    expect(injected.complained.replaceAll(/\s+/g, ' ')).toContain('RFC 6120 §5.4.3.3')
    await raw.close()
  })
})
