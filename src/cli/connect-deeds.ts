import {
  concat,
  concatMap,
  defer,
  EMPTY,
  endWith,
  ignoreElements,
  map,
  merge,
  NEVER,
  tap,
  timer,
  type Observable,
} from 'rxjs'
import type { Client } from '../client.js'
import { XmppError } from '../errors.js'
import type { MessageInput } from '../stanza/message.js'
import { BouncedError } from './bounced-error.js'
import type { CommandContext } from './command.js'
import type { connectOptions } from './connect-options.js'
import { send, settle } from './session.js'
import { toPeer } from './stanza-words.js'
import { styled } from './text.js'
import { eachLine } from './typing.js'
import { UsageError } from './usage-error.js'

/** When to leave: once all is sent, after so many milliseconds, or when told to. */
export type Stay = 'once' | 'open' | number

/** Does what there is to do online; emits when the command may end by itself. @param fulfilled told once only listening is left */
export function deeds(
  client: Client,
  context: CommandContext<keyof typeof connectOptions>,
  stay: Stay,
  message: MessageInput | undefined,
  fulfilled: () => void,
): Observable<unknown> {
  const { host, options, report } = context
  const isPerson = host.stdin.isTTY === true
  const written =
    message !== undefined && hasText(message) ? defer(() => send(client, message, report)) : EMPTY
  const isTyping =
    message !== undefined && stay !== 'once' && (!hasText(message) || (isPerson && stay === 'open'))
  const end = () => {
    if (stay === 'once' || (isTyping && stay === 'open'))
      return settle(client, options.milliseconds('timeout'), host.interruption.signal).then(fulfilled)
    fulfilled()
    if (typeof stay === 'number') return timer(stay)
    hint(context, 'Listening; Ctrl-C leaves.')
    return NEVER
  }
  // What a person types then is no work that a script waits for.
  const said = isPerson && stay !== 'once' ? written.pipe(tap({ complete: fulfilled })) : written
  const all = concat(said, isTyping ? typed(client, context, message) : EMPTY).pipe(
    ignoreElements(),
    endWith(null),
    concatMap(end),
  )
  // A pipe is read to its end first; a person may have none.
  return isPerson && typeof stay === 'number' ? merge(all, timer(stay)) : all
}

/** Whether there is something to send at once. */
export const hasText = ({ body, subject }: MessageInput): boolean =>
  body !== undefined || subject !== undefined

/** Whether there is more to do than to listen, and nobody there who sees whether it is done. */
export const hasWork = ({ host }: CommandContext, stay: Stay, message: MessageInput | undefined): boolean =>
  stay === 'once' || (message !== undefined && (hasText(message) || host.stdin.isTTY !== true))

/** With an end in sight, as a pipe has one, a message that comes back is the end; a person only sees it. */
export function bounced(
  client: Client,
  { host }: CommandContext,
  stay: Stay,
  message: MessageInput | undefined,
): Observable<never> {
  const isPipe = message !== undefined && !hasText(message) && host.stdin.isTTY !== true
  if (stay === 'open' && !isPipe) return NEVER
  return client.bounced$.pipe(
    map(({ message, reason }) => {
      throw new BouncedError(reason, toPeer(message.from))
    }),
  )
}

/** Sends line after line. A person may try again where one fails; a pipe ends there. */
function typed(
  client: Client,
  context: CommandContext<keyof typeof connectOptions>,
  message: MessageInput,
): Observable<never> {
  const { host, options, report, screen } = context
  const sendLine = async (body: string) => {
    try {
      await send(client, { ...message, subject: undefined, body }, report)
    } catch (error) {
      if (host.stdin.isTTY !== true) throw error
      if (error instanceof UsageError) report.warn(error.message, error.advice)
      else if (error instanceof XmppError)
        report.warn(`That was not sent: ${error.message}.`, 'Type it again once online.')
      else throw error
    }
  }
  return defer(() => {
    hint(context, `Each line that you type goes to ${options.text('to') ?? ''}; Ctrl-C leaves.`)
    return eachLine(host, screen, sendLine)
  })
}

function hint({ report, screen }: CommandContext, text: string): void {
  if (screen.isInteractive) report.note(styled('dim', text))
}
