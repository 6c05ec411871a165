import {
  concat,
  concatMap,
  defer,
  EMPTY,
  endWith,
  firstValueFrom,
  ignoreElements,
  map,
  merge,
  NEVER,
  of,
  timer,
  type Observable,
} from 'rxjs'
import type { Client } from '../client.js'
import type { MessageInput } from '../stanza/message.js'
import { BouncedError } from './bounced-error.js'
import type { Command, CommandContext } from './command.js'
import { connectOptions, toClientOptions, toMessage, type ConnectOptions } from './connect-options.js'
import { exitCodes } from './exit-codes.js'
import { halted, interrupted, openSession, send, settle } from './session.js'
import { toPeer } from './stanza-words.js'
import { typedLines } from './typing.js'
import { UsageError } from './usage-error.js'

/** Logs in and shows what happens. */
export const connectCommand: Command = {
  name: 'connect',
  summary: 'Log in, show every phase and stanza, send messages',
  usage: '--jid JID [--endpoint URL] [--to JID --body TEXT] [options]',
  options: connectOptions,
  notes: [
    'The password comes from --password, --password-file, the variable XMPP_PASSWORD, or is asked for.',
    'With --to and without --body every line typed, or read from a pipe, is sent as a message.',
  ],
  run: (context: CommandContext<keyof typeof connectOptions>) => connect(context),
}

async function connect(context: CommandContext<keyof typeof connectOptions>): Promise<number> {
  const { host, options, report } = context
  const message = toMessage(options)
  const stay = toStay(options, message)
  if (options.has('password')) {
    report.warn(
      'Others on this machine can see --password.',
      'The variable XMPP_PASSWORD or --password-file is safer.',
    )
  }
  const client = openSession(await toClientOptions(host, options), report)
  const { signal } = host.interruption
  try {
    await client.connect({ signal })
    await firstValueFrom(
      merge(
        interrupted(signal),
        halted(client),
        bounced(client, stay),
        deeds(client, context, stay, message),
      ),
    )
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await client.close()
  }
  return host.interruption.exitCode ?? exitCodes.ok
}

/** When to leave: once all is sent, after so many milliseconds, or when told to. */
type Stay = 'once' | 'open' | number

function toStay(options: ConnectOptions, message: MessageInput | undefined): Stay {
  const waitMs = options.milliseconds('wait')
  if (waitMs !== undefined && options.has('once')) {
    throw new UsageError('--once and --wait contradict each other.', 'Give one of them.')
  }
  if (message !== undefined && !hasText(message) && options.has('once')) {
    throw new UsageError('There is nothing to send.', 'Add --body TEXT.')
  }
  return options.has('once') ? 'once' : (waitMs ?? 'open')
}

const hasText = ({ body, subject }: MessageInput) => body !== undefined || subject !== undefined

/** Does what there is to do online; emits when the command may end by itself. */
function deeds(
  client: Client,
  { host, options, report, screen }: CommandContext<keyof typeof connectOptions>,
  stay: Stay,
  message: MessageInput | undefined,
): Observable<unknown> {
  const isTyping = stay === 'open' && message !== undefined && (host.stdin.isTTY || !hasText(message))
  const written =
    message !== undefined && hasText(message) ? defer(() => send(client, message, report)) : of(undefined)
  const typed = typedLines(host, screen).pipe(
    concatMap((body) => send(client, { ...message, subject: undefined, body }, report)),
  )
  const seen = defer(() => settle(client, options.milliseconds('timeout')))
  const end = stay === 'once' || isTyping ? seen : stay === 'open' ? NEVER : timer(stay)
  return concat(written, isTyping ? typed : EMPTY).pipe(
    ignoreElements(),
    endWith(null),
    concatMap(() => end),
  )
}

/** With an end in sight a message that comes back is the end; a person only sees it. */
function bounced(client: Client, stay: Stay): Observable<never> {
  if (stay === 'open') return NEVER
  return client.bounced$.pipe(
    map(({ message, reason }) => {
      throw new BouncedError(reason, toPeer(message.from))
    }),
  )
}
