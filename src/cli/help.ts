import type { Command } from './command.js'
import { exitCodeMeanings } from './exit-codes.js'
import type { OptionSpec, OptionTable } from './options.js'
import { styled, type Line } from './text.js'

const what = 'Speaks XMPP as statecharts: logs in, names each phase as it passes, exchanges messages.'

/** The help of the whole program. */
export function toProgramHelp(program: string, commands: readonly Command[]): readonly Line[] {
  return [
    [styled('bold', 'xmpp-machines')],
    [what],
    ...section('Usage', [[`${program} COMMAND [options]`]]),
    ...section('Commands', toColumns(commands.map(({ name, summary }) => [name, summary]))),
    ...section(
      'Options',
      toColumns([
        ['--help', 'Show this help; COMMAND --help shows that of a command'],
        ['--version', 'Show the version'],
      ]),
    ),
    ...section('Exit codes', toExitCodes()),
  ]
}

/** The help of one command. */
export function toCommandHelp(program: string, command: Command): readonly Line[] {
  return [
    [styled('bold', `xmpp-machines ${command.name}`)],
    [`${command.summary}.`],
    ...section('Usage', [[`${program} ${command.name} ${command.usage}`]]),
    ...section('Options', toOptionLines(command.options)),
    ...(command.notes.length === 0 ? [] : [[], ...command.notes.map((note) => [note])]),
    ...section('Exit codes', toExitCodes()),
  ]
}

/** What may be given, one option a line. */
export const toOptionLines = (options: OptionTable): readonly Line[] =>
  toColumns(Object.entries(options).map(([name, spec]) => [`--${name}${toValue(spec)}`, spec.help]))

function toValue({ isOptional, multiple, value }: OptionSpec): string {
  if (value === undefined) return ''
  return isOptional === true ? `[=${value}]` : ` ${value}${multiple === true ? ' …' : ''}`
}

const toExitCodes = () => toColumns(exitCodeMeanings.map(([code, meaning]) => [String(code), meaning]))

function toColumns(rows: readonly (readonly [term: string, meaning: string])[]): readonly Line[] {
  const width = Math.max(...rows.map(([term]) => term.length)) + 2
  return rows.map(([term, meaning]) => [styled('cyan', term.padEnd(width)), meaning])
}

const section = (title: string, lines: readonly Line[]): readonly Line[] => [
  [],
  [styled('bold', title)],
  ...lines.map((line) => ['  ', ...line]),
]
