import { XmppError } from '../errors.js'
import { toAdvice } from './advice.js'
import { challengeCommand } from './challenge.js'
import { checkCommand } from './check.js'
import type { Command } from './command.js'
import { connectCommand } from './connect.js'
import { consoleCommand } from './console.js'
import { demoCommand } from './demo.js'
import type { Report } from './events.js'
import { exitCodes, toExitCode } from './exit-codes.js'
import { toCommandHelp, toProgramHelp } from './help.js'
import type { Host } from './host.js'
import { createJsonReport } from './json-report.js'
import { findNearest } from '../nearest.js'
import { parseOptions } from './options.js'
import { inspectCommand } from './inspect.js'
import { replayCommand } from './replay.js'
import { serveCommand } from './serve.js'
import { Screen } from './screen.js'
import { createTextReport } from './text-report.js'
import { UsageError } from './usage-error.js'

const commands: readonly Command[] = [
  demoCommand,
  connectCommand,
  consoleCommand,
  serveCommand,
  inspectCommand,
  checkCommand,
  challengeCommand,
  replayCommand,
]

/** Runs the program with these words and resolves with its exit code; never rejects. */
export async function run(words: readonly string[], host: Host): Promise<number> {
  const [name, ...rest] = words
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words
  const has = (option: string) => own.includes(`--${option}`)
  const screen = new Screen(host, !has('no-color'))
  const isForPrograms = has('json') && !writesFiles(name)
  const report = isForPrograms ? createJsonReport(host, screen) : createTextReport(screen, has('verbose'))
  try {
    if (name === '--version') {
      screen.print(host.version)
      return exitCodes.ok
    }
    if (name === undefined || name === '--help' || (name === 'help' && rest.length === 0)) {
      for (const line of toProgramHelp(host.program, commands)) screen.print(...line)
      return name === undefined ? exitCodes.usage : exitCodes.ok
    }
    const command = findCommand(name === 'help' ? (rest[0] ?? '') : name)
    if (name === 'help' || has('help')) {
      for (const line of toCommandHelp(host.program, command)) screen.print(...line)
      return exitCodes.ok
    }
    return await command.run({
      host,
      screen,
      report,
      options: parseOptions(command.options, rest, command.mayHaveOperands),
    })
  } catch (error) {
    return host.interruption.exitCode ?? fail(error, report)
  }
}

/** Whether `--json` names a file there. */
const writesFiles = (name: string | undefined) =>
  commands.find((command) => command.name === name)?.options['json']?.value !== undefined

function findCommand(name: string): Command {
  const found = commands.find((command) => command.name === name)
  if (found !== undefined) return found
  const names = commands.map((command) => command.name)
  const nearest = findNearest(name, names)
  throw new UsageError(
    name.startsWith('-') ? `A command comes first, not ${name}.` : `There is no command ${name}.`,
    nearest === undefined ? `There are ${names.join(', ')}; see --help.` : `Did you mean ${nearest}?`,
  )
}

/** Says what went wrong, once and without a stack unless it is a defect of ours. */
function fail(error: unknown, report: Report): number {
  const exitCode = toExitCode(error)
  const message = error instanceof Error ? error.message : String(error)
  const causes = toCauses(error)
  if (error instanceof UsageError || (error instanceof XmppError && exitCode !== exitCodes.defect)) {
    const advice = error instanceof XmppError ? toAdvice(error) : error.advice
    report.event({ kind: 'error', code: error.code, message, advice, exitCode, causes })
  } else {
    const advice = 'This is a defect of xmpp-machines: please report it, with what --verbose says.'
    const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 6) : []
    report.event({ kind: 'error', code: 'defect', message, advice, exitCode, causes: [...causes, ...stack] })
  }
  return exitCode
}

const causeLimit = 10

function toCauses(error: unknown): readonly string[] {
  const causes: string[] = []
  let next = error instanceof Error ? error.cause : undefined
  while (next instanceof Error && causes.length < causeLimit) {
    causes.push(next.message)
    next = next.cause
  }
  return causes
}
