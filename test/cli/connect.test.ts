import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { filter, firstValueFrom } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { run } from '../../src/cli/run.js'
import { createClient, type Client } from '../../src/client.js'
import { createServer, type EmbeddedServer, type ServerEvent } from '../../src/server/index.js'
import { buildPrograms, type Programs } from '../support/build-programs.js'
import { fakeHost } from './fake-host.js'
import { start, toRecords, type RunOptions } from './program.js'
import { startRawServer } from './raw-server.js'

const password = 'canary-4711-secret'
let programs: Programs
let server: EmbeddedServer
let folder = ''
let caFile = ''
let bob: Client

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'))
  caFile = join(folder, 'ca.crt')
  programs = await buildPrograms(['src/cli/main.ts'])
  server = await createServer({
    accounts: [
      { username: 'alice', password },
      { username: 'bob', password },
    ],
  })
  await writeFile(caFile, server.ca ?? '')
  bob = createClient({
    jid: 'bob@localhost',
    password,
    endpoint: server.endpoints.starttls,
    tls: { ca: server.ca ?? '' },
  })
  await bob.connect()
})

afterAll(async () => {
  await bob.close()
  await server.close()
  await programs.remove()
  await rm(folder, { recursive: true })
})

const cli = (words: readonly string[], options?: RunOptions) =>
  start(programs.file('src/cli/main.ts'), ['connect', '--jid', 'alice@localhost', ...words], {
    environment: { XMPP_PASSWORD: password },
    ...options,
  })
const home = () => ['--ca', caFile, '--endpoint', server.endpoints.starttls ?? '']
const heard = (body: string) => firstValueFrom(bob.message$.pipe(filter((message) => message.body === body)))

describe('connect', () => {
  it('logs in, sends a message, leaves in order and ends with 0', async () => {
    const arrived = heard('one message')
    const ended = theEnd('sending')
    const message = ['--to', 'bob@localhost', '--body', 'one message', '--subject', 'greeting']
    const words = [...home(), ...message, '--resource', 'sending', '--once']
    const { code, stderr, stdout } = await cli(words).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await arrived).toMatchObject({ type: 'chat', subject: 'greeting' })
    expect(await ended).toHaveProperty('fault', undefined)
    expect(stdout).toMatch(
      / ✓ securing .* RFC 6120 §5\.4\.3 +[\d.]+ m?s\n +TLSv1\.3; channel binding by tls-exporter/,
    )
    expect(stdout).toMatch(
      /Authenticating as alice@localhost\n +SCRAM-SHA-512-PLUS, bound .* by tls-exporter/,
    )
    expect(stdout).toMatch(/● Online as alice@localhost\/\S+ +TLSv1\.3 · SCRAM-SHA-512-PLUS · [\d.]+ m?s/)
    expect(stdout).toMatch(/→ message +bob@localhost +\[greeting\] one message/)
    expect(stdout).not.toContain(password)
  })

  it.each(['directTls', 'secureWebSocket'] as const)('goes the way of %s too', async (way) => {
    const words = ['--ca', caFile, '--endpoint', server.endpoints[way] ?? '', '--once']
    const { code, stdout } = await cli(words).ended
    expect(code).toBe(0)
    expect(stdout).not.toContain('requesting TLS')
  })

  it('tries the endpoints in order and says why it left one', async () => {
    const { code, stdout } = await cli(['--endpoint', 'xmpp://127.0.0.1:1', ...home(), '--once']).ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/ ✗ dialing .*\n.*ECONNREFUSED[^✓]* ✓ dialing/)
  })

  it('says why mechanisms were not chosen', async () => {
    const { stdout } = await cli([...home(), '--mechanism', 'scram-sha-1', '--once']).ended
    expect(stdout).toMatch(/ {3}SCRAM-SHA-1\n {3}not SCRAM-SHA-512-PLUS, [^✓]*: the app does not allow it\n/)
  })

  it('tells everything as JSON, one object a line, and never the password', async () => {
    const words = [...home(), '--to', 'bob@localhost', '--body', 'as JSON', '--once', '--json', '--verbose']
    const { code, stderr, stdout } = await cli(words).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const records = toRecords(stdout)
    expect(records.every(({ at }) => !Number.isNaN(Date.parse(String(at))))).toBe(true)
    expect(new Set(records.map(({ kind }) => kind))).toEqual(new Set(['state', 'stanza', 'delivery']))
    expect(records).toContainEqual(
      expect.objectContaining({
        kind: 'stanza',
        direction: 'out',
        stanza: 'message',
        to: 'bob@localhost',
        body: 'as JSON',
        xml: expect.stringContaining('<body>as JSON</body>'),
      }),
    )
    expect(stdout).not.toContain(password)
  })

  it('sends each line of a pipe as a message, and leaves at its end', async () => {
    const arrived = Promise.all([heard('line 1'), heard('line 2')])
    const { code } = await cli([...home(), '--to', 'bob@localhost'], {
      environment: { XMPP_PASSWORD: password },
      input: 'line 1\n\nline 2',
    }).ended
    expect(code).toBe(0)
    expect((await arrived).map(({ body }) => body)).toEqual(['line 1', 'line 2'])
  })

  it('leaves after its time, though a person could type on', async () => {
    const host = fakeHost({ columns: 80, environment: { XMPP_PASSWORD: password } })
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    const words = ['connect', '--jid', 'alice@localhost', ...home(), '--to', 'bob@localhost', '--wait', '0.2']
    expect(await run(words, { ...host, stdin })).toBe(0)
  })

  it('has done its work where what it was to say is said, whoever could type on', async () => {
    const arrived = heard('said')
    const host = fakeHost({ columns: 80, environment: { XMPP_PASSWORD: password } })
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    const unread = new AbortController()
    const interruption = { signal: unread.signal, exitCode: 0 }
    const words = ['--jid', 'alice@localhost', ...home(), '--to', 'bob@localhost', '--body', 'said']
    const ended = run(['connect', ...words], { ...host, stdin, interruption })
    await arrived
    await vi.waitFor(() => expect(host.shown()).toContain('Each line that you type'))
    unread.abort()
    expect(await ended).toBe(0)
  })

  it('shows what strangers send without obeying it', async () => {
    const alice = cli([...home(), '--resource', 'screen'])
    await alice.line(/contact list: /)
    bob.send({ to: 'alice@localhost/screen', type: 'chat', body: 'a\u009B2Jb\u202Ec\n✓ Online' })
    const line = await alice.line(/← message/)
    expect(line).toMatch(/bob@localhost\/\S+ +a\uFFFD2Jbc ⏎ ✓ Online$/)
    alice.signal('SIGTERM')
    expect((await alice.ended).code).toBe(143)
  })

  it('leaves in order when interrupted, and ends with 130', async () => {
    const ended = theEnd('interrupted')
    const alice = cli([...home(), '--resource', 'interrupted'])
    await alice.line(/● Online as alice@localhost\/interrupted/)
    alice.signal('SIGINT')
    const { code, stderr, stdout } = await alice.ended
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' })
    expect(stdout).toMatch(/ ✓ closing .*\n○ Offline\n$/)
    expect(await ended).toHaveProperty('fault', undefined)
  })

  it('leaves quietly when nobody reads its output any more', async () => {
    const ended = theEnd('unread')
    const alice = cli([...home(), '--resource', 'unread', '--verbose'])
    await alice.line(/contact list: /)
    alice.hangUp()
    bob.send({ to: 'alice@localhost/unread', type: 'chat', body: 'still there?' })
    expect(await alice.ended).toMatchObject({ code: 0, stderr: '' })
    expect(await ended).toHaveProperty('fault', undefined)
  })
})

describe('connect has not done its work where nobody reads its output any more and', () => {
  it.each([
    ['a message is not sent', () => ['--to', 'bob@localhost', '--body', 'unheard', '--once'], undefined],
    ['a pipe is not read', () => ['--to', 'bob@localhost'], 'unheard\n'],
  ])('%s', async (_, words, input) => {
    const alice = cli([...home(), ...words()], {
      environment: { XMPP_PASSWORD: password },
      ...(input === undefined ? {} : { input }),
    })
    await alice.line(/Connecting/)
    alice.hangUp()
    expect(await alice.ended).toMatchObject({ code: 2, stderr: '' })
  })
})

describe('connect takes the password', () => {
  const once = () => [...home(), '--once', '--no-roster', '--no-presence']

  it('from a file, its first line', async () => {
    const file = join(folder, 'password')
    await writeFile(file, `${password}\nsomething else\n`)
    const { code } = await cli([...once(), '--password-file', file], { environment: {} }).ended
    expect(code).toBe(0)
  })

  it('from standard input', async () => {
    const { code } = await cli([...once(), '--password-file', '-'], { environment: {}, input: password })
      .ended
    expect(code).toBe(0)
  })

  it('from standard input, the rest of which is messages', async () => {
    const arrived = heard('behind the password')
    const { code } = await cli([...home(), '--to', 'bob@localhost', '--password-file', '-'], {
      environment: {},
      input: `${password}\nbehind the password\n`,
    }).ended
    expect(code).toBe(0)
    await arrived
  })

  it('from standard input that has no more, and leaves', async () => {
    const words = [...home(), '--to', 'bob@localhost', '--password-file', '-']
    const [line, all] = [`${password}\n`, password].map((input) => cli(words, { environment: {}, input }))
    expect([(await line?.ended)?.code, (await all?.ended)?.code]).toEqual([0, 0])
  })

  it('from the command line, with a warning', async () => {
    const { code, stderr, stdout } = await cli([...once(), '--password', password], { environment: {} }).ended
    expect(code).toBe(0)
    expect(stderr).toContain('Others on this machine can see --password.')
    expect(stdout + stderr).not.toContain(password)
  })

  it('and says where from when there is none', async () => {
    const { code, stderr } = await cli(once(), { environment: {} }).ended
    expect(code).toBe(2)
    expect(stderr).toContain('Set the variable XMPP_PASSWORD')
  })
})

describe('connect ends with', () => {
  const fail = async (words: readonly string[]) => {
    const { code, stderr, stdout } = await cli([...words, '--once', '--timeout', '5']).ended
    expect(stdout + stderr).not.toContain(password)
    return { code, stderr: stderr.replaceAll(/\s+/g, ' ').trim() }
  }

  it('2 where a message is none, from the command line and from a pipe', async () => {
    const bob = [...home(), '--to', 'bob@localhost']
    const given = await cli([...bob, '--body', 'a\u001B[1m', '--once']).ended
    const piped = await cli(bob, { input: 'b\u001B[1m\n' }).ended
    expect([given.code, piped.code]).toEqual([2, 2])
    for (const { stderr } of [given, piped])
      expect(stderr).toMatch(/That is no message: XML cannot carry the character U\+001B/)
  })

  it('3 where nothing listens', async () => {
    expect(await fail(['--endpoint', 'xmpp://127.0.0.1:1'])).toEqual({
      code: 3,
      stderr:
        '✗ Connecting to tcp://127.0.0.1:1 failed: connect ECONNREFUSED 127.0.0.1:1. Nothing listens there: check host and port, and whether the server runs.',
    })
  })

  it('3 where the host is unknown', async () => {
    // Longer than a label of the DNS may be: unknown without asking anybody.
    const { code, stderr } = await fail(['--endpoint', `xmpp://${'x'.repeat(64)}.test`])
    expect(code).toBe(3)
    expect(stderr).toContain('Check the domain of --jid, or say where the server is with --endpoint.')
  })

  it('3 where the certificate is not trusted', async () => {
    const { code, stderr } = await fail(['--endpoint', server.endpoints.starttls ?? ''])
    expect(code).toBe(3)
    expect(stderr).toContain('name the authority of its certificate with --ca FILE')
  })

  it('3 where something else than TLS answers, without naming source files of OpenSSL', async () => {
    const raw = await startRawServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const { code, stderr } = await fail(['--endpoint', raw.endpoint.replace('xmpp:', 'xmpps:')])
    expect(code).toBe(3)
    expect(stderr).toMatch(/^✗ TLS handshake with tls:\/\/\S+ failed: [a-z ]+ \(ERR_SSL_[A-Z_]+\)\. /)
    await raw.close()
  })

  it('4 where the password is wrong', async () => {
    const environment = { XMPP_PASSWORD: 'wrong-canary' }
    const { code, stderr, stdout } = await cli([...home(), '--once'], { environment }).ended
    expect(code).toBe(4)
    expect(stderr).toContain('Check user name and password.')
    expect(stdout + stderr).not.toContain('wrong-canary')
  })

  it('4 as JSON, too', async () => {
    const environment = { XMPP_PASSWORD: 'wrong-canary' }
    const { code, stderr, stdout } = await cli([...home(), '--once', '--json'], { environment }).ended
    expect({ code, stderr }).toEqual({ code: 4, stderr: '' })
    expect(toRecords(stdout).at(-1)).toMatchObject({
      kind: 'error',
      code: 'authentication.not-authorized',
      advice: 'Check user name and password.',
      exitCode: 4,
    })
    expect(stdout).not.toContain('wrong-canary')
  })

  it('5 where the server ends the stream', async () => {
    const raw = await startRawServer((socket) => {
      const namespaces = `xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'`
      socket.write(
        `<stream:stream ${namespaces} id='1' version='1.0'><stream:error>` +
          `<host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
      )
    })
    const { code, stderr } = await fail(['--endpoint', raw.endpoint])
    expect(code).toBe(5)
    expect(stderr).toContain('This server does not host the domain')
    await raw.close()
  })

  it('6 where garbage answers', async () => {
    const raw = await startRawServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const { code, stderr } = await fail(['--endpoint', raw.endpoint])
    expect(code).toBe(6)
    expect(stderr).toContain('does not speak correct XMPP')
    await raw.close()
  })

  it('7 where the message comes back', async () => {
    const { code, stderr } = await fail([...home(), '--to', 'nobody@localhost', '--body', 'anyone?'])
    expect(code).toBe(7)
    expect(stderr).toBe(
      '✗ The message to nobody@localhost came back: service-unavailable. Check the address: nobody there takes it, or not while they are away.',
    )
  })

  it('7 where a line of a pipe comes back', async () => {
    const { code, stderr } = await cli([...home(), '--to', 'nobody@localhost'], { input: 'anyone?' }).ended
    expect(code).toBe(7)
    expect(stderr).toContain('The message to nobody@localhost came back')
  })

  it('8 where nothing is ever said', async () => {
    const raw = await startRawServer(() => {})
    const words = ['--endpoint', raw.endpoint, '--once', '--timeout', '0.05']
    const { code, stderr } = await cli(words).ended
    expect(code).toBe(8)
    expect(stderr).toContain('did not come within 50 ms')
    await raw.close()
  })
})

/** The end of the session with this resource, as the server sees it. */
function theEnd(resource: string): Promise<ServerEvent> {
  const sessions = new Set<string>()
  return firstValueFrom(
    server.events$.pipe(
      filter((event) => {
        if (event.kind === 'changed' && event.session.jid === `alice@localhost/${resource}`) {
          sessions.add(event.session.id)
        }
        return event.kind === 'ended' && sessions.has(event.session)
      }),
    ),
  )
}
