import { setTimeout as pause } from 'node:timers/promises'
import { filter, firstValueFrom, fromEvent, takeUntil, timeout, type Observable } from 'rxjs'
import type { Client } from '../client.js'
import { TimeoutError } from '../errors.js'
import { commonOptions, type Command, type CommandContext } from './command.js'
import { demoAccounts, demoPassword } from './demo-accounts.js'
import { lineOf, openStage, type Stage } from './demo-stage.js'
import { reportSessions, startEmbedded, type Embedded } from './embedded.js'
import { showJoin, showServer, toJoin } from './embedded-lines.js'
import { exitCodes } from './exit-codes.js'
import type { OptionTable } from './options.js'
import { openRecordingFile, recordOption, type RecordingFile } from './recording-file.js'
import { interrupted, openSession, send } from './session.js'
import { styled, toDuration } from './text.js'

const demoOptions = {
  once: { help: 'Leave when everything has been shown, instead of waiting for you to join' },
  ...recordOption,
  ...commonOptions,
} as const satisfies OptionTable

type DemoContext = CommandContext<keyof typeof demoOptions>

/** Shows two people who meet on the embedded server. */
export const demoCommand: Command = {
  name: 'demo',
  summary: 'Show two clients meet on the embedded server, each phase as it passes',
  usage: '[--once]',
  options: demoOptions,
  notes: [
    'Nothing is simulated: the server listens on this machine, the clients use TCP, STARTTLS and SCRAM.',
    'A page shows the charts live, at the address that is printed. Afterwards the server stays for you',
    'to join until Ctrl-C; the exit code is 0.',
  ],
  run: (context: DemoContext) => demo(context),
}

async function demo(context: DemoContext): Promise<number> {
  const { host, options, report } = context
  const begun = performance.now()
  report.introduce([
    { account: 'toto@localhost', name: 'toto', brief: false },
    { account: 'tintin@localhost', name: 'tintin', brief: true },
  ])
  report.note(styled('bold', 'Two clients and a server, from nothing to exchanging messages'))
  await using stage = options.has('once') ? undefined : await openStage()
  const recording = await openRecordingFile(options.text('record'), context.screen)
  const embedded = await startEmbedded({ accounts: demoAccounts, ...stage?.serverTaps })
  const clients: Client[] = []
  try {
    const { domain, endpoints } = embedded.server
    const accounts = demoAccounts.map(({ username }) => `${username}@${domain}`)
    const join = toJoin(host.program, embedded, 'guest@localhost', '--to tintin@localhost')
    const { caFile } = embedded
    report.event({ kind: 'listening', domain, endpoints, accounts, caFile, join: join.join(' ') })
    showServer(embedded, accounts, demoPassword, report)
    stage?.show(context)

    await breathe(context)
    report.title('toto logs in')
    const cast = { clients, stage, recording }
    const toto = await arrive('toto@localhost/maison', context, embedded, cast)
    await breathe(context)
    report.title('tintin logs in, through the same phases')
    const tintin = await arrive('tintin@localhost/bureau', context, embedded, cast)
    await meet(toto, tintin, context)
    await talk(toto, tintin, context)
    if (stage !== undefined) await stay(toto, tintin, join, context, embedded, stage)

    report.title('Everybody leaves', 'RFC 6120 §4.4')
    for (const client of clients.toReversed()) await client.close()
    await embedded.close()
    report.note(styled('dim', '○ The server has stopped'))
    report.note()
    report.note(styled('green', '✓'), ` Done in ${toDuration(performance.now() - begun)}.`)
    return exitCodes.ok
  } catch (error) {
    if (host.interruption.exitCode === undefined) throw error
    return host.interruption.exitCode
  } finally {
    await Promise.all(clients.map((client) => client.close()))
    await embedded.close()
    await recording.close()
  }
}

/** Who takes part, and who looks on. */
interface Cast {
  readonly clients: Client[]
  readonly stage: Stage | undefined
  readonly recording: RecordingFile
}

async function arrive(
  jid: string,
  { host, report }: DemoContext,
  { server }: Embedded,
  { clients, recording, stage }: Cast,
): Promise<Client> {
  const { starttls: endpoint, directTls } = server.endpoints
  const recorder = recording.recorder(jid) ?? stage?.record(jid)
  const client = openSession(
    {
      jid,
      password: demoPassword,
      endpoint: endpoint ?? directTls,
      tls: server.ca === undefined ? undefined : { ca: server.ca },
      // Shown one after the other further on.
      roster: false,
      presence: false,
      ...recorder?.taps,
    },
    report,
  )
  clients.push(client)
  if (recorder !== undefined) stage?.enter(recorder, client, server)
  await client.connect({ signal: host.interruption.signal })
  return client
}

async function meet(toto: Client, tintin: Client, context: DemoContext): Promise<void> {
  await breathe(context)
  context.report.title('toto asks who the contacts are', 'RFC 6121 §2')
  await toto.fetchRoster()
  await breathe(context)
  context.report.title('Both say that they are there, and see each other', 'RFC 6121 §4')
  const seen = Promise.all([
    hear(from(toto.presence$, tintin), 'tintin’s presence', context),
    hear(from(tintin.presence$, toto), 'toto’s presence', context),
  ])
  toto.sendPresence()
  tintin.sendPresence({ show: 'chat', status: 'at the desk' })
  await seen
}

async function talk(toto: Client, tintin: Client, context: DemoContext): Promise<void> {
  await breathe(context)
  context.report.title('They exchange messages', 'RFC 6121 §5')
  await say(toto, tintin, 'Hello tintin! Can you read me?', context)
  await say(tintin, toto, 'Every word, toto: é, 漢字, 👋 and <tags> & all.', context)
  await say(toto, tintin, 'See you soon.', context)
}

async function say(speaker: Client, listener: Client, body: string, context: DemoContext): Promise<void> {
  await Promise.all([
    hear(
      from(listener.message$, speaker).pipe(filter((message) => message.body === body)),
      'the message',
      context,
    ),
    send(speaker, { to: listener.jid, type: 'chat', body }, context.report),
  ])
}

/** tintin answers whoever writes, until somebody wants the demo to end. */
async function stay(
  toto: Client,
  tintin: Client,
  join: readonly string[],
  { host, report }: DemoContext,
  { server }: Embedded,
  stage: Stage,
): Promise<void> {
  report.title('Your turn: join from another terminal')
  showJoin(join, demoPassword, report)
  report.note()
  report.note(
    '  Every line you type there is a message; tintin answers. ',
    styled('bold', 'Ctrl-C'),
    ' ends the demo.',
  )
  report.note()
  reportSessions(server, report, ['toto@localhost', 'tintin@localhost'])
  const answering = tintin.message$.subscribe(({ body, from, type }) => {
    // Two who answer everything would never end.
    if (body === undefined || type === 'error' || from === undefined || body.startsWith(echo)) return
    send(tintin, { to: from, type: 'chat', body: `${echo}${body}` }, report).catch(() => undefined)
  })
  const talking = stage.watched$(talkMs).subscribe((count) => {
    // Whoever looks at the page may have cut the line, or ended the session.
    if (toto.state.status === 'online') toto.send({ to: tintin.jid, type: 'chat', body: lineOf(count) })
  })
  await firstValueFrom(interrupted(host.interruption.signal))
  talking.unsubscribe()
  answering.unsubscribe()
}

const echo = 'You said: '
/** How long toto thinks, in milliseconds. */
const talkMs = 4_000
const hearingTimeoutMs = 10_000

function hear<T>(source: Observable<T>, what: string, { host }: DemoContext): Promise<T> {
  const missing = () => {
    throw new TimeoutError('demo', what, hearingTimeoutMs)
  }
  return firstValueFrom(
    source.pipe(
      takeUntil(fromEvent(host.interruption.signal, 'abort')),
      timeout({ first: hearingTimeoutMs, with: missing }),
    ),
  )
}

const from = <T extends { readonly from: Client['jid'] | undefined }>(source: Observable<T>, whom: Client) =>
  source.pipe(filter((stanza) => stanza.from?.toString() === whom.jid.toString()))

/** A person reads along; a program does not wait. */
async function breathe({ host, options, screen }: DemoContext): Promise<void> {
  if (!screen.isInteractive || options.has('json')) return
  await pause(350, undefined, { signal: host.interruption.signal })
}
