import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SaxesParser } from 'saxes'
import { afterAll, expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/exit-codes.js'
import { run } from '../../src/cli/run.js'
import { createServer } from '../../src/server/index.js'
import { reportFindings } from '../../src/cli/findings-report.js'
import { parseOptions } from '../../src/cli/options.js'
import { createTextReport } from '../../src/cli/text-report.js'
import { readKnown, showFindings, toFindingsExitCode, writeJunit } from '../../src/cli/findings.js'
import { Screen } from '../../src/cli/screen.js'
import { right, toFinding, unseen, wrong } from '../../src/testing/finding.js'
import { fakeHost } from './fake-host.js'

const canary = 'canary-4711'
const folder = await mkdtemp(join(tmpdir(), 'xmpp-machines-'))
const file = (name: string) => join(folder, name)
/** A server that is wrong in one thing: SCRAM has to be offered by everybody. */
const server = await createServer({
  domain: 'example.test',
  mechanisms: ['PLAIN'],
  accounts: [{ username: 'alice', password: canary }],
})
await writeFile(file('ca.crt'), server.ca ?? '')
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

async function cli(words: readonly string[], columns?: number) {
  const environment = { XMPP_PASSWORD: canary, XMPP_OTHER_PASSWORD: canary }
  const host = fakeHost({ environment, ...(columns === undefined ? {} : { columns }) })
  const code = await run(words, host)
  return { code, shown: host.shown(), complained: host.complained().replaceAll(/\s+/g, ' ').trim() }
}

const check = [
  'check',
  server.endpoints.starttls ?? '',
  '--jid',
  'alice@example.test',
  '--timeout',
  '2',
  '--ca',
  file('ca.crt'),
]

test(
  'check finds what a server does wrong, in a table, as JSON and as JUnit XML',
  { timeout: 300_000 },
  async () => {
    const words = [...check, '--no-color', '--json', file('all.json'), '--junit', file('all.xml')]
    const { code, complained, shown } = await cli(words, 100)
    expect({ code, complained }).toEqual({ code: exitCodes.deviation, complained: '' })
    expect(shown).toMatch(
      /✗ offers the mechanism that everybody has to have +RFC 6120 §13\.8 +authentication\.choosing/,
    )
    expect(shown).toMatch(/✓ lets the account in by PLAIN +RFC 6120 §6\.4 /)
    expect(shown).toContain(' 1 wrong, 0 known, ')
    expect(shown).toMatch(/█+░* *\d+\/\d+ /)
    expect(
      shown.split('\n').every((line) => (line.split('\r').at(-1)?.length ?? 0) <= 100 + '\u001B[2K'.length),
    ).toBe(true)

    const json = await readFile(file('all.json'), 'utf8')
    const { command, findings, subject } = JSON.parse(json)
    expect({ command, subject }).toEqual({ command: 'check', subject: server.endpoints.starttls })
    expect(findings.filter(({ verdict }: { verdict: string }) => verdict === 'wrong')).toMatchObject([
      { id: 'sasl.scram', spec: 'RFC 6120 §13.8', state: 'authentication.choosing' },
    ])
    const counts = await readJunit(file('all.xml'))
    expect(counts).toMatchObject({ failure: 1, testcase: findings.length })
    expect(`${shown}${json}${await readFile(file('all.xml'), 'utf8')}`).not.toContain(canary)
  },
)

test('what is known to be wrong is put up with, and said with its reason', async () => {
  const about = { title: 'does it', spec: 'RFC 6120 §1', state: 'session' }
  const findings = [
    await toFinding({ id: 'one', ...about }, async () => wrong('it does not')),
    await toFinding({ id: 'other', ...about }, async () => unseen('nobody looked')),
  ]
  await writeFile(file('known.json'), JSON.stringify({ one: 'it is old' }))
  const known = await readKnown(file('known.json'))
  expect(toFindingsExitCode(findings, new Map())).toBe(exitCodes.deviation)
  expect(toFindingsExitCode(findings, known)).toBe(exitCodes.ok)
  const host = fakeHost()
  showFindings(new Screen(host, false), findings, known)
  expect(host.shown()).toContain('known: it is old')
  expect(host.shown()).toContain('0 right, 0 wrong, 1 known, 0 not offered, 1 not observed')
  await writeJunit(file('known.xml'), { command: 'check', subject: '<&>' }, findings, known)
  expect(await readJunit(file('known.xml'))).toEqual({ testsuites: 1, testsuite: 1, testcase: 2, skipped: 2 })
})

test('findings are written whatever was seen', async () => {
  const about = { spec: 'RFC 6120 §1', state: 'connection.opening' }
  const seen = 'it hangs up: \u0000\u001b[31m \ud800 \uffff'
  const findings = [
    await toFinding({ id: 'one', ...about, title: 'opens' }, async () => wrong(seen)),
    await toFinding({ id: 'two', ...about, title: 'goes' }, async () => unseen(seen)),
  ]
  await writeJunit(file('any.xml'), { command: 'challenge', subject: 'a\u0007' }, findings, new Map())
  expect(await readJunit(file('any.xml'))).toMatchObject({ testcase: 2, failure: 1, skipped: 1 })
  expect(await readFile(file('any.xml'), 'utf8')).toContain('it hangs up: \ufffd\ufffd[31m \ufffd \ufffd')
})

test('check says why nobody can be logged in at all', async () => {
  const words = ['check', 'xmpp://127.0.0.1:1', '--jid', 'alice@example.test', '--timeout', '2']
  expect(await cli(words)).toMatchObject({ code: exitCodes.transport })
})

test.each([
  [['check', '--jid', 'alice@example.test'], 'No endpoint is named.'],
  [['check', 'example.test', '--jid', 'alice@example.test'], 'This is no endpoint: example.test.'],
  [['check', 'xmpp://127.0.0.1:1/path', '--jid', 'a@b'], 'This is no endpoint: xmpp://127.0.0.1:1/path.'],
  [['check', `xmpp://a:${canary}@127.0.0.1:1`, '--jid', 'a@b'], 'This is no endpoint.'],
  [['check', `wss://127.0.0.1:1/?token=${canary}#x`, '--jid', 'a@b'], 'This is no endpoint.'],
  [['challenge', '--domain', 'a b', '--', 'true'], '--domain is no domain: "a b".'],
  [['check', 'xmpp://127.0.0.1:1'], 'Nobody is named to log in as.'],
  [['check', 'xmpp://127.0.0.1:1', '--jid', 'example.test'], '--jid names no account: example.test.'],
  [['check', 'xmpp://127.0.0.1:1', '--jid', 'a@b', '--known', file('ca.crt')], 'holds no known deviations.'],
  [
    ['check', 'xmpp://127.0.0.1:1', '--jid', 'a@b', '--other-jid', 'A@b/x'],
    'The other account is the same one.',
  ],
  [
    ['check', 'xmpp://127.0.0.1:1', '--jid', 'a@b', '--json', '/nowhere/x'],
    '/nowhere/x cannot be written (ENOENT).',
  ],
  [['challenge', '--junit', '/nowhere/x', '--', 'true'], '/nowhere/x cannot be written (ENOENT).'],
  [['challenge', '--transport', 'smoke'], 'There is no transport "smoke".'],
  [['challenge', '--at-once', '0'], '--at-once wants a number, not "0".'],
  [['challenge', '--', 'client', '{pasword}'], 'There is no placeholder {pasword}.'],
  [['challenge', '--', '/nonexistent/client', '--json'], 'There is no command /nonexistent/client.'],
])('%j is refused with what to write instead', async (words, complaint) => {
  const { code, complained } = await cli(words)
  expect(code).toBe(exitCodes.usage)
  expect(complained).toContain(complaint)
})

test('challenge starts the client that it is told to, and does not end well where none comes', async () => {
  const patience = ['--start', '0.5', '--timeout', '0.5', '--at-once', '20']
  const wanted = [file('started'), '{host}', '{port}', '{user}', '{domain}', '{endpoint}', '{cafile}']
  const words = ['challenge', ...patience, '--', 'sh', '-c', 'echo "$@" >> "$0"', ...wanted]
  const { code, complained, shown } = await cli(words)
  expect(code).toBe(exitCodes.timeout)
  expect(shown).toMatch(
    /^\? (\d+) not observed: it does not come\n\n0 right, 0 wrong, 0 known, 0 not offered, \1 not observed$/m,
  )
  expect(complained).toBe(
    '✗ A client that can be judged did not come within 500 ms. See what it says with --verbose, or give it longer with --start.',
  )
  const started = await readFile(file('started'), 'utf8')
  expect(started).toMatch(/^127\.0\.0\.1 (\d+) challenger localhost xmpp:\/\/127\.0\.0\.1:\1 \S+ca\.crt$/m)
})

test.each([
  ['before all is found', true, right(), exitCodes.usage],
  ['before all is found, and something wrong', true, wrong('no'), exitCodes.deviation],
  ['at the table', false, right(), exitCodes.ok],
  ['at the table, with something wrong', false, wrong('no'), exitCodes.deviation],
])('who stops reading %s does not hide what is wrong', async (_, isBefore, judgement, code) => {
  const reader = new AbortController()
  const { signal } = reader
  if (isBefore) reader.abort()
  const host = { ...fakeHost(), interruption: { signal, exitCode: exitCodes.ok } }
  host.stdout.once('more', () => reader.abort())
  const screen = new Screen(host, false)
  const context = { host, screen, report: createTextReport(screen, false), options: parseOptions({}, []) }
  const trial = { command: 'check', subject: 'nobody' }
  const about = { id: 'one', title: 'does it', spec: 'RFC 6120 §1', state: 'session' }
  const findings = [await toFinding(about, async () => judgement)]
  expect(await reportFindings(context, trial, findings, new Map(), 0)).toBe(code)
})

/** How many elements there are of each name. */
async function readJunit(path: string): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name }) => {
    counts[name] = (counts[name] ?? 0) + 1
  })
  parser.write(await readFile(path, 'utf8')).close()
  return counts
}
