import { firstValueFrom, merge } from 'rxjs'
import type { Client } from '../client.js'
import type { MessageInput } from '../stanza/message.js'
import type { Command, CommandContext } from './command.js'
import { bounced, deeds, hasText, hasWork, type Stay } from './connect-deeds.js'
import { connectOptions, toClientOptions, toMessage, type ConnectOptions } from './connect-options.js'
import { toEnding } from './exit-codes.js'
import { createRecorder } from '../inspector/recording/recorder.js'
import { inspectClient } from './inspecting.js'
import { warnOfPassword } from './password.js'
import { openRecordingFile } from './recording-file.js'
import { halted, interrupted, openSession } from './session.js'
import { UsageError } from './usage-error.js'

/** Logs in and shows what happens. */
export const connectCommand: Command = {
  name: 'connect',
  summary: 'Log in, show every phase and stanza, send messages',
  usage: '--jid JID [--to JID --body TEXT] [options]',
  options: connectOptions,
  notes: [
    'The password comes from --password, --password-file, the variable XMPP_PASSWORD, or is asked for.',
    'With --inspect alone the page may be that of the variable XMPP_INSPECTOR_URL.',
    'With --to and without --body every line typed, or read from a pipe, is sent as a message.',
  ],
  run: (context: CommandContext<keyof typeof connectOptions>) => connect(context),
}

async function connect(context: CommandContext<keyof typeof connectOptions>): Promise<number> {
  const { host, options, report } = context
  const message = toMessage(options)
  const stay = toStay(options, message)
  if (options.has('password')) warnOfPassword(report, 'password')
  const account = await toClientOptions(host, options)
  const recording = await openRecordingFile(options.text('record'), context.screen)
  const recorder =
    recording.recorder(account.jid) ??
    (options.has('inspect') ? createRecorder({ name: account.jid }) : undefined)
  const { signal } = host.interruption
  let isDone = !hasWork(context, stay, message)
  let client: Client | undefined
  let endInspection = async () => {}
  try {
    client = openSession({ ...account, ...recorder?.taps }, report)
    if (recorder !== undefined && options.has('inspect')) {
      endInspection = await inspectClient(context, recorder, client)
    }
    await client.connect({ signal })
    await firstValueFrom(
      merge(
        interrupted(signal),
        halted(client),
        bounced(client, context, stay, message),
        deeds(client, context, stay, message, () => (isDone = true)),
      ),
    )
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await client?.close()
    await endInspection()
    await recording.close()
  }
  return toEnding(host, isDone)
}

function toStay(options: ConnectOptions, message: MessageInput | undefined): Stay {
  const waitMs = options.milliseconds('wait')
  if (waitMs !== undefined && options.has('once')) {
    throw new UsageError('--once and --wait contradict each other.', 'Give one of them.')
  }
  if (options.has('allow-commands') && !options.has('inspect')) {
    throw new UsageError('There is no page to allow anything to.', 'Add --inspect.')
  }
  if (message !== undefined && !hasText(message) && options.has('once')) {
    throw new UsageError('There is nothing to send.', 'Add --body TEXT.')
  }
  return options.has('once') ? 'once' : (waitMs ?? 'open')
}
