import { toStory, type RecordingLine } from '../inspector/index.js'
import { showingOptions, type Command, type CommandContext } from './command.js'
import { exitCodes } from './exit-codes.js'
import type { OptionTable } from './options.js'
import { readRecording } from './recording-file.js'
import { runInspector } from './inspecting.js'
import { styled, toHarmlessJson } from './text.js'
import { UsageError } from './usage-error.js'

const replayOptions = {
  json: { help: 'The lines of the recording as they are, checked' },
  open: { help: 'Show it on a page instead' },
  ...showingOptions,
} as const satisfies OptionTable

/** Tells what a recording says. */
export const replayCommand: Command = {
  name: 'replay',
  summary: 'Tell a recording as text, and hold it against the charts',
  usage: 'FILE [--json | --open]',
  options: replayOptions,
  mayHaveOperands: true,
  notes: [
    'FILE is what --record has written. Every event, state and stanza is one line; #12 names a stanza.',
    'Where the recorded charts did what charts of this version do not, that is said; the exit code is 9.',
  ],
  run: (context: CommandContext<keyof typeof replayOptions>) => replay(context),
}

async function replay(context: CommandContext<keyof typeof replayOptions>): Promise<number> {
  const { host, options, screen } = context
  const [file, ...more] = options.operands
  if (file === undefined || more.length > 0)
    throw new UsageError('One recording is told at a time.', 'Write replay FILE.')
  const lines = await readRecording(file)
  if (options.has('open')) return runInspector(context, lines)
  if (options.has('json')) {
    for (const line of lines) host.stdout.write(`${toHarmlessJson(line)}\n`)
    return exitCodes.ok
  }
  for (const sentence of toStory(lines)) screen.print(sentence)
  const { clientCharts, replayRecording } = await import('../testing/replay.js')
  const known = withCharts(lines, clientCharts)
  const divergences = replayRecording(known)
  for (const { actorPath, recorded, reached, seq, type } of divergences) {
    const difference = `${JSON.stringify(recorded)} instead of ${JSON.stringify(reached)}`
    screen.print(styled('red', '✗'), ` ${actorPath} at ${type} (record ${seq}): ${difference}`)
  }
  if (divergences.length > 0) return exitCodes.deviation
  const steps = known.filter(({ kind }) => kind === 'event').length
  screen.print(styled('green', '✓'), ` ${steps} steps, as the charts say`)
  return exitCodes.ok
}

/** Without the lives of charts that are not the client’s. */
function withCharts(
  lines: readonly RecordingLine[],
  known: ReadonlyMap<string, unknown>,
): readonly RecordingLine[] {
  const unknown = new Set<string>()
  return lines.filter((line) => {
    if (!('actorPath' in line)) return true
    const key = `${line.source} ${line.actorPath}`
    if (line.kind === 'start' && line.chart !== undefined) {
      if (known.has(line.chart)) unknown.delete(key)
      else unknown.add(key)
    }
    return !unknown.has(key)
  })
}
