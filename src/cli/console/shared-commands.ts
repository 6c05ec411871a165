import type { CommandContext } from '../command.js'
import { styled } from '../text.js'
import type { Arrivals } from './arrivals.js'
import type { ChartStates } from './chart-states.js'
import type { TypedCommand } from './typed-command.js'

/** What every console has. */
export interface SharedDesk {
  readonly arrivals: Arrivals
  readonly charts: ChartStates
  readonly context: Pick<CommandContext, 'host' | 'options' | 'report'>
  readonly quit: () => void
}

/** How long a script waits for something to come, and a person by hand for a connection. */
export const defaultTimeoutMs = 30_000

/** Commands that every console has, last in its list. */
export function toSharedCommands({ arrivals, charts, context, quit }: SharedDesk): readonly TypedCommand[] {
  const { host, options, report } = context
  return [
    {
      name: 'state',
      usage: '',
      help: 'Show where every living chart stands',
      run: () => {
        for (const { name, state } of charts.living) report.note('  ', name.padEnd(24), styled('cyan', state))
        if (charts.living.length === 0) report.note('  ', 'No chart lives here.')
      },
    },
    {
      name: 'wait',
      usage: '[NAME]',
      help: 'For scripts: go on once an element of this name, or any, has come',
      run: ([name]) =>
        arrivals.wait(name, options.milliseconds('timeout') ?? defaultTimeoutMs, host.interruption.signal),
    },
    { name: 'quit', usage: '', help: 'Leave in order', run: quit },
  ]
}
