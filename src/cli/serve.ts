import { firstValueFrom } from 'rxjs'
import type { AccountInput, ListenOptions } from '../server/index.js'
import { commonOptions, type Command, type CommandContext } from './command.js'
import { demoAccounts, demoPassword } from './demo-accounts.js'
import { reportSessions, startEmbedded } from './embedded.js'
import { showJoin, showServer, toJoin } from './embedded-lines.js'
import { exitCodes } from './exit-codes.js'
import type { OptionTable } from './options.js'
import { openRecordingFile, recordOption } from './recording-file.js'
import { interrupted } from './session.js'
import { styled } from './text.js'
import { UsageError } from './usage-error.js'

const serveOptions = {
  domain: { value: 'NAME', help: 'The domain it serves; default localhost' },
  port: { value: 'PORT', help: 'Where TCP with STARTTLS is accepted; default any free port' },
  'tls-port': { value: 'PORT', help: 'Where direct TLS is accepted; default any free port' },
  'ws-port': { value: 'PORT', help: 'Where secure WebSockets are accepted; default any free port' },
  'plain-ws-port': {
    value: 'PORT',
    help: 'Where WebSockets in clear are accepted, for pages in development',
  },
  account: {
    value: 'USER:PASSWORD',
    multiple: true,
    help: `An account; default toto, tintin and guest with ${demoPassword}`,
  },
  'ca-out': {
    value: 'FILE',
    help: 'Where to write the authority that clients must trust; default temporary',
  },
  ...recordOption,
  ...commonOptions,
} as const satisfies OptionTable

/** Runs the embedded server. */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'Run the embedded server, for demos and tests',
  usage: '[--domain NAME] [--port PORT] [--account USER:PASSWORD …] [options]',
  options: serveOptions,
  notes: [
    'It listens on this machine alone and keeps everything in memory. It is for demos and tests, never',
    'for the open network. Ctrl-C stops it: everybody is told, and the exit code is 0.',
  ],
  run: (context: CommandContext<keyof typeof serveOptions>) => serve(context),
}

async function serve({
  host,
  options,
  report,
  screen,
}: CommandContext<keyof typeof serveOptions>): Promise<number> {
  const given = options.list('account').map(toAccount)
  const accounts = given.length > 0 ? given : demoAccounts
  const plainPort = options.port('plain-ws-port')
  const listen: ListenOptions = {
    tcp: toListen(options.port('port')),
    tls: toListen(options.port('tls-port')),
    secureWebSocket: toListen(options.port('ws-port')),
    ...(plainPort !== undefined && { webSocket: { port: plainPort } }),
  }
  const wanted = options.text('domain')
  const recording = await openRecordingFile(options.text('record'), screen)
  const inspect = recording.recorder(wanted ?? 'server')?.taps.inspect
  const embedded = await startEmbedded(
    {
      accounts,
      listen,
      allowPlaintext: plainPort !== undefined,
      ...(inspect && { inspect }),
      ...(wanted === undefined ? {} : { domain: wanted }),
    },
    options.text('ca-out'),
  )
  const { server, caFile } = embedded
  try {
    const jids = accounts.map(({ username }) => `${username}@${server.domain}`)
    const join = toJoin(host.program, embedded, jids[0] ?? '')
    const { domain, endpoints } = server
    report.event({ kind: 'listening', domain, endpoints, accounts: jids, caFile, join: join.join(' ') })
    showServer(embedded, jids, given.length === 0 ? demoPassword : undefined, report)
    report.title('Log in from another terminal')
    showJoin(join, given.length === 0 ? demoPassword : undefined, report)
    report.note()
    report.note(styled('dim', 'Ctrl-C stops the server.'))
    reportSessions(server, report)
    await firstValueFrom(interrupted(host.interruption.signal))
    return exitCodes.ok
  } finally {
    await embedded.close()
    await recording.close()
  }
}

function toAccount(text: string): AccountInput {
  const [username = '', ...password] = text.split(':')
  if (username !== '' && password.join(':') !== '') return { username, password: password.join(':') }
  throw new UsageError('--account wants a user and a password.', 'Write --account USER:PASSWORD.')
}

const toListen = (port: number | undefined) => (port === undefined ? {} : { port })
