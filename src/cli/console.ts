import { tryParseJid, Jid } from '../stanza/jid.js'
import { parseEndpoint } from '../transport/endpoint.js'
import { showingOptions, type Command, type CommandContext } from './command.js'
import { loginOptions, toClientOptions, toJidOf } from './connect-options.js'
import { talkByHand } from './console/by-hand.js'
import { ChartStates } from './console/chart-states.js'
import { embeddedAccounts, embeddedJid, toEmbeddedOptions } from './console/embedded-world.js'
import { stayLoggedIn } from './console/logged-in.js'
import { WireLines } from './console/wire-lines.js'
import { demoPassword } from './demo-accounts.js'
import { startEmbedded, type Embedded } from './embedded.js'
import { showServer } from './embedded-lines.js'
import type { GivenOptions, OptionTable } from './options.js'
import { readAuthority, warnOfPassword } from './password.js'
import { understand } from './session.js'
import { styled } from './text.js'
import { UsageError } from './usage-error.js'

const consoleOptions = {
  ...loginOptions,
  embedded: { help: `Use the embedded server; default --jid: ${embeddedJid}` },
  'no-login': { help: 'Open the stream by hand: nothing is sent but what you type' },
  offline: { help: 'Do not connect yet: /connect or /register does' },
  'show-secrets': { help: 'Show credentials as they cross; only on a terminal' },
  ...showingOptions,
} as const satisfies OptionTable

type ConsoleContext = CommandContext<keyof typeof consoleOptions>
type ConsoleOptions = GivenOptions<keyof typeof consoleOptions>

/** Lets a person type XML. */
export const consoleCommand: Command = {
  name: 'console',
  summary: 'Type XML or commands, see every byte both ways and where every chart stands',
  usage: '--jid JID [--no-login] [--embedded] [options]',
  options: consoleOptions,
  notes: [
    'What you type is sent once its element is closed; a line that begins with / is a command: /help.',
    'With --no-login it is sent as it is, and --jid may be a domain; /tls does the handshake of STARTTLS.',
    'Standard input may be a script: /wait NAME goes on once such an element has come.',
  ],
  run: (context: ConsoleContext) => openConsole(context),
}

async function openConsole(context: ConsoleContext): Promise<number> {
  const { host, options, report, screen } = context
  if (options.has('show-secrets') && !(screen.isInteractive && host.stdin.isTTY === true)) {
    throw new UsageError('--show-secrets needs a terminal.', 'Leave it out: what is written down stays.')
  }
  if (options.has('no-login') && options.has('offline')) {
    throw new UsageError('--no-login and --offline contradict each other.', 'Give one of them.')
  }
  if (options.has('password')) warnOfPassword(report, 'password')
  const charts = new ChartStates()
  if (!options.has('embedded')) return talk(context, charts, options)
  const jid = toJidOf('jid', options.text('jid') ?? embeddedJid)
  if (options.has('endpoint')) {
    throw new UsageError('--embedded and --endpoint contradict each other.', 'Give one of them.')
  }
  const embedded = await startEmbedded(toEmbeddedOptions(jid.domain, charts))
  try {
    showWorld(context, embedded)
    return await talk(context, charts, withEmbedded(context, embedded, jid))
  } finally {
    await embedded.close()
  }
}

async function talk(context: ConsoleContext, charts: ChartStates, options: ConsoleOptions): Promise<number> {
  const { host, screen } = context
  const wire = new WireLines(screen, options.has('show-secrets'))
  const parts = { context: { ...context, options }, charts, wire }
  if (!screen.isInteractive || host.stdin.isTTY !== true) {
    charts.change$.subscribe(({ name, state }) => screen.print(styled('dim', `= ${name} ${state}`)))
  }
  if (options.has('no-login')) {
    const endpoints = options.list('endpoint')
    for (const endpoint of endpoints) understand(() => parseEndpoint(endpoint))
    const ca = options.text('ca')
    return talkByHand({
      ...parts,
      domain: toDomain(options),
      endpoints,
      ca: ca === undefined ? undefined : await readAuthority(ca),
    })
  }
  return stayLoggedIn(await toClientOptions(host, options), { ...parts, isOffline: options.has('offline') })
}

function toDomain(options: ConsoleOptions): string {
  const text = options.text('jid')
  const jid = text === undefined ? undefined : tryParseJid(text)
  if (jid instanceof Jid) return jid.domain
  throw new UsageError(
    text === undefined ? 'No server is named.' : `--jid is no address: ${text}.`,
    'Write --jid example.org, or add --embedded.',
  )
}

/** The variable is of an account elsewhere, unless this one is still to be made. */
function withEmbedded(
  { host, options }: ConsoleContext,
  { caFile, server }: Embedded,
  { local }: Jid,
): ConsoleOptions {
  const isThere = embeddedAccounts.some(({ username }) => username === local)
  const isTold = options.has('password-file') || (!isThere && host.environment['XMPP_PASSWORD'] !== undefined)
  return options.withDefaults({
    jid: embeddedJid,
    endpoint: server.endpoints.starttls,
    ca: caFile,
    password: isTold || options.has('anonymous') ? undefined : demoPassword,
  })
}

function showWorld({ host, report }: ConsoleContext, embedded: Embedded): void {
  const { caFile, server } = embedded
  const jids = embeddedAccounts.map(({ username }) => `${username}@${server.domain}`)
  showServer(embedded, jids, demoPassword, report)
  report.note()
  report.note(styled('dim', 'Somebody else joins from another terminal with'))
  report.note(
    styled(
      'cyan',
      `  ${host.program} console --jid tintin@${server.domain} --endpoint ${server.endpoints.starttls ?? ''} --ca ${caFile}`,
    ),
  )
  report.note()
}
