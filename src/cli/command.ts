import type { Report } from './events.js'
import type { Host } from './host.js'
import type { GivenOptions, OptionTable } from './options.js'
import type { Screen } from './screen.js'

/** What a command works with. */
export interface CommandContext<Name extends string = string> {
  readonly host: Host
  readonly screen: Screen
  readonly report: Report
  readonly options: GivenOptions<Name>
}

/** One thing the program can do. */
export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What follows the name, e.g. `--jid JID [options]`. */
  readonly usage: string
  readonly options: OptionTable
  /** Takes words that are no options: an address, or after `--` a whole command. Default false. */
  readonly mayHaveOperands?: boolean
  /** More for its help: lines of at most 98 characters. */
  readonly notes: readonly string[]
  /** Resolves with the exit code; rejects with what went wrong. */
  run(context: CommandContext): Promise<number>
}

/** How a command shows what it has to say. */
export const showingOptions = {
  verbose: { help: 'Tell more: full stanzas, causes of errors, mechanisms not needed' },
  'no-color': { help: 'No colours; the variables NO_COLOR and FORCE_COLOR count as well' },
  help: { help: 'Show this help' },
} as const satisfies OptionTable

/** Options that every command has which reports as it goes. */
export const commonOptions = {
  json: { help: 'One JSON object a line on standard output, and nothing else there' },
  ...showingOptions,
} as const satisfies OptionTable
