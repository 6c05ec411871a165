import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { browserCommand } from '../../src/cli/browser.js'
import type { RecordingLine } from '../../src/inspector/recording/record.js'
import { eventLine, sourceLine } from '../inspector/server/lines.js'
import { openPage } from '../inspector/server/visitor.js'
import { buildPrograms, type Programs } from '../support/build-programs.js'
import { start, toRecords, type RunOptions } from './program.js'

let programs: Programs
beforeAll(async () => {
  programs = await buildPrograms(['src/cli/main.ts'])
})
afterAll(() => programs.remove())

const cli = (words: readonly string[], options?: RunOptions) =>
  start(programs.file('src/cli/main.ts'), words, options)

type Running = ReturnType<typeof cli>

async function urlOf(program: Running): Promise<string> {
  const line = await program.line(/http:\/\/127\.0\.0\.1:\d+\/\?token=/)
  return /http:\S+token=[\w-]+/.exec(line)?.[0] ?? ''
}

const has =
  (wanted: Readonly<Record<string, unknown>>) =>
  (line: RecordingLine): boolean =>
    Object.entries(wanted).every(([name, value]) => Reflect.get(line, name) === value)

describe('inspect', () => {
  it('says where the page is, as text and as JSON, until Ctrl-C, and ends with 0', async () => {
    for (const words of [['inspect'], ['inspect', '--json']]) {
      const program = cli(words)
      const page = await openPage(await urlOf(program))
      expect(await page.lines()).toEqual([])
      program.signal('SIGINT')
      expect(await program.ended).toMatchObject({ code: 0, stderr: '' })
    }
  })

  it.each([
    ['inspect --open', (file: string) => ['inspect', '--open', file]],
    ['replay --open', (file: string) => ['replay', file, '--open']],
  ])('shows a recording, of somebody who has gone: %s', async (_, words) => {
    const folder = await mkdtemp(join(tmpdir(), 'recording-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'session.jsonl')
    const lines = [
      sourceLine('alice', { commands: ['connect'] }),
      eventLine('alice', 0),
      eventLine('alice', 1),
    ]
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const program = cli(words(file))
    const page = await openPage(await urlOf(program))
    expect(await page.lines()).toMatchObject([
      { kind: 'source', endedAt: 1_700_000_000_001 },
      { seq: 0 },
      { seq: 1 },
    ])
    page.send({ source: 'alice', command: { name: 'connect' } })
    expect(await page.frame()).toMatchObject({ outcome: 'refused' })
    program.signal('SIGINT')
    expect((await program.ended).code).toBe(0)
  })

  it('shows all of a recording, however many are in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'recording-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'session.jsonl')
    const names = Array.from({ length: 40 }, (_, index) => `check-${index}`)
    const lines = names.flatMap((name) => [sourceLine(name), eventLine(name, 0)])
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const program = cli(['inspect', '--open', file])
    const page = await openPage(await urlOf(program))
    const shown = (await page.lines()).flatMap((line) => (line.kind === 'event' ? line.source : []))
    expect(shown).toEqual(names)
    program.signal('SIGINT')
    expect((await program.ended).code).toBe(0)
  })

  it('says what is wrong with a file, or a port', async () => {
    const broken = await cli(['inspect', '--open', 'package.json']).ended
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('package.json is no recording')])
    const first = cli(['inspect'])
    const port = new URL(await urlOf(first)).port
    const second = await cli(['inspect', '--port', port]).ended
    expect([second.code, second.stderr]).toEqual([2, expect.stringContaining('EADDRINUSE')])
    first.signal('SIGINT')
    await first.ended
  })
})

describe('connect --inspect', () => {
  it('shows its client on a page of its own, which only looks', async () => {
    const { join: words, server } = await serve()
    const client = cli([...words, '--inspect'], { environment: { XMPP_PASSWORD: 'mot2passe' } })
    const page = await openPage(await urlOf(client))
    const lines = await page.lines(has({ kind: 'wire', name: 'iq' }))
    expect(lines[0]).toMatchObject({ kind: 'source', name: 'toto@localhost' })
    expect(JSON.stringify(lines)).not.toContain('mot2passe')
    page.send({ source: lines[0]?.source, command: { name: 'disconnect' } })
    expect(await page.outcome()).toMatchObject({ outcome: 'refused' })
    await end(client, server)
  })

  it('shows it on a page that is there already, and lets that send', async () => {
    const { join: words, server } = await serve()
    const inspector = cli(['inspect'])
    const url = await urlOf(inspector)
    const page = await openPage(url)
    const client = cli([...words, '--inspect', '--allow-commands'], {
      environment: { XMPP_INSPECTOR_URL: url, XMPP_PASSWORD: 'mot2passe' },
    })
    const lines = await page.lines(has({ kind: 'wire', name: 'iq' }))
    const [{ source } = sourceLine('')] = lines
    await client.line(/Online as/)
    page.send({
      source,
      command: { name: 'send', xml: "<message to='toto@localhost'><body>Me</body></message>" },
    })
    expect(await page.outcome()).toMatchObject({ outcome: 'ok' })
    await client.line(/← message .* Me$/)
    client.signal('SIGINT')
    expect(await client.ended).toMatchObject({ code: 130, stderr: '' })
    await page.lines((line) => line.kind === 'source' && line.endedAt !== undefined)
    await end(inspector, server)
  })

  it('says where nobody was there to show it to, and who sees the secret in that address, without it', async () => {
    const url = '--inspect=http://127.0.0.1:1/?token=canary-4711'
    const given = ['connect', '--jid', 'toto@localhost', '--endpoint', 'xmpp://127.0.0.1:1', url]
    const { code, stderr } = await cli(given, { environment: { XMPP_PASSWORD: 'x' } }).ended
    expect([code, stderr]).toEqual([3, expect.stringContaining('No inspector was reached at 127.0.0.1:1.')])
    expect(stderr).toContain('Others on this machine can see the address in --inspect')
    expect(stderr).not.toContain('canary-4711')
  })

  it.each([
    [['--inspect=nonsense'], '--inspect has no address of an inspector.'],
    [['--allow-commands'], 'There is no page to allow anything to.'],
  ])('refuses %j', async (words, told) => {
    const given = ['connect', '--jid', 'toto@localhost', '--endpoint', 'xmpp://127.0.0.1:1', ...words]
    const { code, stderr } = await cli(given, { environment: { XMPP_PASSWORD: 'x' } }).ended
    expect([code, stderr]).toEqual([2, expect.stringContaining(told)])
  })
})

describe('demo', () => {
  it('can be watched: both people and the server, and what the page does to them', async () => {
    const demo = cli(['demo'])
    const page = await openPage(await urlOf(demo))
    const names = new Set<string>()
    let toto = ''
    await page.lines((line) => {
      if (line.kind !== 'source') return false
      names.add(line.name)
      if (line.name.startsWith('toto')) toto = line.source
      return names.size === 3
    })
    expect([...names].toSorted()).toEqual(['the server', 'tintin@localhost/bureau', 'toto@localhost/maison'])
    await demo.line(/Your turn/)
    page.send({ source: toto, command: { name: 'fault', fault: 'cut' } })
    expect(await page.outcome()).toMatchObject({ outcome: 'ok' })
    await page.lines(has({ source: toto, kind: 'event', type: 'connection.lost' }))
    demo.signal('SIGINT')
    expect((await demo.ended).code).toBe(0)
  })

  it('starts no inspector where nobody stays to look', async () => {
    const { stdout } = await cli(['demo', '--once']).ended
    expect(stdout).not.toContain('token=')
  })
})

describe('browserCommand()', () => {
  it.each([
    ['linux', { DISPLAY: ':0' }, ['xdg-open']],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, ['xdg-open']],
    ['linux', {}, undefined],
    ['linux', { DISPLAY: ':0', CI: 'true' }, undefined],
    ['linux', { DISPLAY: ':0', SSH_CONNECTION: 'a b' }, undefined],
    ['linux', { DISPLAY: ':0', BROWSER: 'none' }, undefined],
    ['darwin', {}, ['open']],
    ['win32', {}, ['rundll32', 'url.dll,FileProtocolHandler']],
  ] as const)('on %s with %j is %j', (platform, environment, command) => {
    expect(browserCommand(environment, platform)).toEqual(command)
  })
})

async function serve() {
  const server = cli(['serve', '--json'])
  const listening = toRecords(await server.line(/"listening"/))[0]
  const words = String(listening?.join).split(' ')
  return { server, join: words.slice(words.indexOf('connect')) }
}

async function end(...running: readonly Running[]): Promise<void> {
  for (const program of running) {
    program.signal('SIGINT')
    await program.ended
  }
}
