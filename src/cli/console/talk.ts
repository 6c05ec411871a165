import { endWith, map, type Observable } from 'rxjs'
import { XmppError } from '../../errors.js'
import { toAdvice } from '../advice.js'
import type { CommandContext } from '../command.js'
import { eachLine } from '../typing.js'
import { UsageError } from '../usage-error.js'
import type { ChartStates } from './chart-states.js'
import { complete } from './completion.js'
import { runTyped, type TypedCommand } from './typed-command.js'
import { TypedHistory } from './typed-history.js'
import { mayHoldSecret } from './wire-lines.js'

/** Who takes what is typed. */
export interface Listener {
  readonly commands: readonly TypedCommand[]
  /** Whom one may want to name. */
  readonly jids: () => readonly string[]
  /** Whether an element is begun and not closed yet: then nothing is a command. */
  readonly isOpen: boolean
  /** A line of XML. */
  readonly take: (line: string) => void
  /** Forgets the element that is begun. */
  readonly drop: () => void
}

/** Takes line after line, and emits at the end of them. A person may try again where one fails; a pipe ends there. */
export function talk(context: CommandContext, listener: Listener, charts: ChartStates): Observable<null> {
  const { host, report, screen } = context
  const history = new TypedHistory()
  let entry: string[] = []
  const aids = {
    history,
    complete: (line: string) =>
      complete(line, {
        commands: listener.commands.map(({ name }) => `/${name}`),
        jids: listener.jids(),
      }),
    beneath$: charts.change$.pipe(map(() => charts.toText())),
    drop: () => {
      const wasOpen = listener.isOpen
      listener.drop()
      entry = []
      return wasOpen
    },
  }
  const take = async (line: string) => {
    entry.push(line)
    try {
      if (!listener.isOpen && line.startsWith('/')) await runTyped(line, listener.commands)
      else listener.take(line)
    } catch (error) {
      const isMistake = error instanceof XmppError || error instanceof UsageError
      if (host.stdin.isTTY !== true || !isMistake) throw error
      report.warn(toSentence(error.message), error instanceof XmppError ? toAdvice(error) : error.advice)
    }
    if (listener.isOpen) return
    const whole = entry.join(' ')
    entry = []
    if (!mayHoldSecret(whole)) history.add(whole)
  }
  return eachLine(host, screen, take, aids).pipe(endWith(null))
}

const toSentence = (message: string): string =>
  /[.!?…]$/.test(message) ? message : `${message.charAt(0).toUpperCase()}${message.slice(1)}.`
