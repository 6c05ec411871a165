import { commonOptions, type Command, type CommandContext } from './command.js'
import { runInspector } from './inspecting.js'
import type { OptionTable } from './options.js'
import { readRecording } from './recording-file.js'

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
    'Apps attach with connectInspector({ url, recorder }), and `connect` with --inspect where its address',
    'is in the variable XMPP_INSPECTOR_URL, or with --inspect=URL. The page needs no internet. Its',
    'address has a token: whoever has that, on this machine, can look.',
  ],
  run: (context: InspectContext) => inspect(context),
}

async function inspect(context: InspectContext): Promise<number> {
  const { options } = context
  const file = options.text('open')
  const recording = file === undefined ? [] : await readRecording(file)
  return runInspector(context, recording, { port: options.port('port') })
}
