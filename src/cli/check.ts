import { createClient } from '../client.js'
import { Jid, tryParseJid } from '../stanza/jid.js'
import { isEndpoint } from '../transport/endpoint.js'
import type { Account } from '../testing/conformance-visit.js'
import { showingOptions, type Command, type CommandContext } from './command.js'
import { findingsOptions, readKnown, toProgress, tryFiles } from './findings.js'
import { reportFindings } from './findings-report.js'
import type { OptionTable } from './options.js'
import { findPassword, readAuthority, warnOfPassword } from './password.js'
import { openRecordingFile, recordOption } from './recording-file.js'
import { styled } from './text.js'
import { UsageError } from './usage-error.js'

const checkOptions = {
  jid: { value: 'JID', help: 'The account to log in as, e.g. check@example.org' },
  'password-file': { value: 'FILE', help: 'The first line of FILE is the password; - reads standard input' },
  password: { value: 'TEXT', help: 'The password itself; others on this machine can see it' },
  'other-jid': { value: 'JID', help: 'Somebody else at the server, for what takes two' },
  'other-password': { value: 'TEXT', help: 'That one’s password; default the variable XMPP_OTHER_PASSWORD' },
  ca: { value: 'FILE', help: 'Trust the authority in this PEM file instead of the system’s' },
  timeout: { value: 'SECONDS', help: 'How long an answer may take; default 5' },
  'dangerously-allow-plaintext': { help: 'Go on without encryption: everybody on the way reads everything' },
  ...recordOption,
  ...findingsOptions,
  ...showingOptions,
} as const satisfies OptionTable

type CheckContext = CommandContext<keyof typeof checkOptions>

/** Walks the charts against a server, and says where it goes its own way. */
export const checkCommand: Command = {
  name: 'check',
  summary: 'Walk the charts against a server, and report by section what it does',
  usage: 'ENDPOINT --jid JID [--other-jid JID] [options]',
  options: checkOptions,
  mayHaveOperands: true,
  notes: [
    'ENDPOINT is xmpp://host:port (STARTTLS), xmpps://host:port (direct TLS) or wss://host/path.',
    'Use accounts made for it: contacts are added and removed, wrong passwords are tried, resources',
    'taken away; two accounts are no contacts of each other afterwards.',
  ],
  run: (context: CheckContext) => check(context),
}

async function check(context: CheckContext): Promise<number> {
  const { host, options, screen } = context
  const endpoint = toEndpoint(options.operands)
  const known = await readKnown(options.text('known'))
  const ca = options.text('ca')
  for (const name of ['password', 'other-password'] as const) {
    if (options.has(name)) warnOfPassword(context.report, name)
  }
  const account = await toAccount(context)
  const other = toOther(context, account)
  await tryFiles(options)
  const { checkServer } = await import('../testing/conformance.js')
  const recording = await openRecordingFile(options.text('record'), screen)
  const begin = performance.now()
  screen.print(styled('bold', `Checking ${endpoint}`), ` as ${account.jid}`)
  try {
    const findings = await checkServer({
      createClient,
      endpoint,
      account,
      other,
      ca: ca === undefined ? undefined : await readAuthority(ca),
      patienceMs: options.milliseconds('timeout'),
      allowPlaintext: options.has('dangerously-allow-plaintext'),
      signal: host.interruption.signal,
      recorded: (lines) => recording.write(lines),
      progress: (done, total, title) => screen.show(...toProgress(done, total, title, screen.columns)),
    })
    const trial = { command: 'check', subject: endpoint }
    return await reportFindings(context, trial, findings, known, begin)
  } finally {
    await recording.close()
  }
}

function toEndpoint(given: readonly string[]): string {
  const [endpoint, ...more] = given
  if (endpoint !== undefined && more.length === 0 && isEndpoint(endpoint)) return endpoint
  throw new UsageError(
    endpoint === undefined
      ? 'No endpoint is named.'
      : `This is no endpoint${/[@?#]/.test(given.join(' ')) ? '' : `: ${given.join(' ')}`}.`,
    'Write one, e.g. check xmpp://127.0.0.1:5222 --jid check@example.org.',
  )
}

async function toAccount({ host, options }: CheckContext): Promise<Account> {
  const jid = toBare('jid', options.text('jid'))
  const sources = { password: options.text('password'), file: options.text('password-file') }
  return { jid, password: await findPassword(host, sources, jid) }
}

function toOther({ host, options }: CheckContext, account: Account): Account | undefined {
  const text = options.text('other-jid')
  if (text === undefined) return undefined
  const jid = toBare('other-jid', text)
  if (jid === account.jid) {
    throw new UsageError(
      'The other account is the same one.',
      'Name somebody else, or leave --other-jid out.',
    )
  }
  const password = options.text('other-password') ?? host.environment['XMPP_OTHER_PASSWORD'] ?? ''
  if (password !== '') return { jid, password }
  throw new UsageError('The other account has no password.', 'Set the variable XMPP_OTHER_PASSWORD.')
}

function toBare(name: string, text: string | undefined): string {
  const jid = text === undefined ? undefined : tryParseJid(text)
  if (jid instanceof Jid && jid.local !== undefined) return jid.bare.toString()
  throw new UsageError(
    text === undefined ? 'Nobody is named to log in as.' : `--${name} names no account: ${text}.`,
    `Write --${name} check@example.org.`,
  )
}
