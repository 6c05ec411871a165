import { XmppError } from '../errors.js'
import { toAdvice } from './advice.js'
import type { Command } from './command.js'
import type { Report } from './events.js'
import { exitCodes, toEnding, toExitCode } from './exit-codes.js'
import { toCommandHelp, toProgramHelp } from './help.js'
import type { Host } from './host.js'
import { createJsonReport } from './json-report.js'
import { findNearest } from '../nearest.js'
import { parseOptions } from './options.js'
import { Screen } from './screen.js'
import { createTextReport } from './text-report.js'
import { UsageError } from './usage-error.js'

/** Each is loaded when it is asked for: nobody waits for the server who only connects. */
const commands = new Map<string, () => Promise<Command>>([
  ['demo', async () => (await import('./demo.js')).demoCommand],
  ['connect', async () => (await import('./connect.js')).connectCommand],
  ['console', async () => (await import('./console.js')).consoleCommand],
  ['serve', async () => (await import('./serve.js')).serveCommand],
  ['inspect', async () => (await import('./inspect.js')).inspectCommand],
  ['check', async () => (await import('./check.js')).checkCommand],
  ['challenge', async () => (await import('./challenge.js')).challengeCommand],
  ['replay', async () => (await import('./replay.js')).replayCommand],
])

/** Runs the program with these words and resolves with its exit code; never rejects. */
export async function run(words: readonly string[], host: Host): Promise<number> {
  const [name, ...rest] = words
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words
  const has = (option: string) => own.includes(`--${option}`)
  const screen = new Screen(host, !has('no-color'))
  const isForPrograms = has('json') && !(await writesFiles(name))
  const report = isForPrograms ? createJsonReport(host, screen) : createTextReport(screen, has('verbose'))
  try {
    if (name === '--version') {
      screen.print(host.version)
      return exitCodes.ok
    }
    if (name === undefined || name === '--help' || (name === 'help' && rest.length === 0)) {
      const all = await Promise.all([...commands.values()].map((load) => load()))
      for (const line of toProgramHelp(host.program, all)) screen.print(...line)
      return name === undefined ? exitCodes.usage : exitCodes.ok
    }
    const command = await findCommand(name === 'help' ? (rest[0] ?? '') : name)
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
    return host.interruption.exitCode === undefined ? fail(error, report) : toEnding(host, false)
  }
}

/** Whether `--json` names a file there. */
async function writesFiles(name = ''): Promise<boolean> {
  const command = await commands.get(name)?.()
  return command?.options['json']?.value !== undefined
}

function findCommand(name: string): Promise<Command> {
  const load = commands.get(name)
  if (load !== undefined) return load()
  const names = [...commands.keys()]
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
