import { findNearest } from '../../nearest.js'
import { styled, type Line } from '../text.js'
import { UsageError } from '../usage-error.js'

/** Something to type behind a slash. */
export interface TypedCommand {
  readonly name: string
  /** What follows the name, e.g. `JID TEXT`. */
  readonly usage: string
  /** One line. */
  readonly help: string
  /** @param words what follows @param text the same, as it was typed */
  readonly run: (words: readonly string[], text: string) => void | Promise<void>
}

/** Runs what was typed. @throws UsageError where there is no such command or it cannot be meant, and whatever else the command does */
export async function runTyped(line: string, commands: readonly TypedCommand[]): Promise<void> {
  const [, name = '', text = ''] = /^\/(\S*)\s*(.*)$/s.exec(line.trim()) ?? []
  const command = commands.find((known) => known.name === name)
  if (command === undefined) {
    const nearest = findNearest(
      name,
      commands.map((known) => known.name),
    )
    throw new UsageError(
      `There is no command /${name}.`,
      nearest === undefined ? 'See /help.' : `Did you mean /${nearest}?`,
    )
  }
  try {
    await command.run(text === '' ? [] : text.split(/\s+/), text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const usage = `/${name} ${command.usage}`.trimEnd()
    throw new UsageError(`That cannot be meant: ${error.message}.`, `Write ${usage}.`)
  }
}

/** What there is to type, a line each. */
export function toHelp(commands: readonly TypedCommand[]): readonly Line[] {
  const width = Math.max(...commands.map(({ name, usage }) => name.length + usage.length)) + 4
  return commands.map(({ name, usage, help }) => [
    '  ',
    styled('cyan', `/${name} ${usage}`.padEnd(width)),
    help,
  ])
}
