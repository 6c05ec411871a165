import { firstValueFrom } from 'rxjs'
import { commonOptions, type Command, type CommandContext } from './command.js'
import { exitCodes } from './exit-codes.js'
import { showInspector, startInspector } from './inspecting.js'
import type { OptionTable } from './options.js'
import { readRecordingFile } from './recording-file.js'
import { interrupted } from './session.js'
import { styled } from './text.js'

const inspectOptions = {
  port: { value: 'PORT', help: 'Where on this machine; default any free port' },
  open: { value: 'FILE', help: 'Show a recording, too' },
  ...commonOptions,
} as const satisfies OptionTable

type InspectContext = CommandContext<keyof typeof inspectOptions>

/** Runs the inspector for apps elsewhere, and for recordings. */
export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'Open the page that shows charts, stanzas and recordings live',
  usage: '[--port PORT] [--open FILE]',
  options: inspectOptions,
  notes: [
    'Apps attach with connectInspector({ url, recorder }), and `connect` with --inspect=URL. The page',
    'needs no internet. Its address has a token: whoever has that, on this machine, can look.',
  ],
  run: (context: InspectContext) => inspect(context),
}

async function inspect(context: InspectContext): Promise<number> {
  const { host, options, report } = context
  const file = options.text('open')
  const recording = file === undefined ? undefined : await readRecordingFile(file)
  const inspector = await startInspector({ port: options.port('port') })
  try {
    if (recording !== undefined) inspector.show(recording)
    showInspector(inspector, context)
    report.note(styled('dim', '    Ctrl-C stops it.'))
    await firstValueFrom(interrupted(host.interruption.signal))
    return exitCodes.ok
  } finally {
    await inspector.close()
  }
}
