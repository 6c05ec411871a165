import { firstValueFrom } from 'rxjs'
import type { Client } from '../client.js'
import type { RecordingLine } from '../inspector/recording/record.js'
import type { Recorder } from '../inspector/recording/recorder.js'
import type { Inspector, InspectorOptions } from '../inspector/server/index.js'
import { openBrowser } from './browser.js'
import type { CommandContext } from './command.js'
import type { connectOptions } from './connect-options.js'
import { exitCodes } from './exit-codes.js'
import { interrupted } from './session.js'
import { styled } from './text.js'
import { UsageError } from './usage-error.js'

/** Starts the inspector, loaded only here. @throws UsageError for a port that cannot be had */
export async function startInspector(options: InspectorOptions = {}): Promise<Inspector> {
  const { createInspector } = await import('../inspector/server/index.js')
  try {
    return await createInspector(options)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new UsageError(
      `The inspector cannot listen: ${String(error.code)}.`,
      'Choose another port, or leave it out for any free one.',
    )
  }
}

/** Tells where the page is, and opens it for a person who is there. */
export function showInspector(inspector: Inspector, { host, report, screen }: CommandContext): void {
  const { url } = inspector
  report.event({ kind: 'inspector', url })
  report.note(styled('green', '●'), ' Watch it live: ', styled('cyan', url))
  report.note(styled('dim', '  On this machine alone; whoever has this address can look.'))
  openBrowser(host, screen, inspector.invite())
}

/** How many may attach beside a recording before some of that is given up. */
const besideLimit = 32

/** Runs an inspector that shows a recording too, until somebody wants it to end; gives the exit code. */
export async function runInspector(
  context: CommandContext,
  recording: readonly RecordingLine[],
  options: InspectorOptions = {},
): Promise<number> {
  const sources = new Set(recording.map(({ source }) => source)).size + besideLimit
  await using inspector = await startInspector({ ...options, limits: { sources } })
  inspector.show(recording)
  showInspector(inspector, context)
  context.report.note(styled('dim', '  Ctrl-C stops it.'))
  await firstValueFrom(interrupted(context.host.interruption.signal))
  return exitCodes.ok
}

const start = 'Start `inspect` first, and give the address that it prints.'

/** Shows a client on the page that `--inspect` asks for; gives what ends that. @throws UsageError for an address that is none */
export async function inspectClient(
  context: CommandContext<keyof typeof connectOptions>,
  recorder: Recorder,
  client: Client,
): Promise<() => Promise<void>> {
  const { host, options, report } = context
  const allowed = options.has('allow-commands') ? { allowCommandsTo: client } : {}
  const given = options.text('inspect') ?? ''
  if (given.includes('token=')) {
    report.warn(
      'Others on this machine can see the address in --inspect: whoever has it can look.',
      'Set the variable XMPP_INSPECTOR_URL to it, and write --inspect alone.',
    )
  }
  const url = given === '' ? (host.environment['XMPP_INSPECTOR_URL'] ?? '') : given
  if (url === '') {
    const inspector = await startInspector()
    inspector.observe(recorder, allowed)
    showInspector(inspector, context)
    return () => inspector.close()
  }
  const { connectInspector } = await import('../inspector/link/connect-inspector.js')
  try {
    let isReached = false
    const changed = (isOpen: boolean) => void (isReached ||= isOpen)
    const observation = connectInspector({ url, recorder, changed, ...allowed })
    return async () => {
      await observation.close()
      if (!isReached) report.warn(`No inspector was reached at ${new URL(url).host}.`, start)
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UsageError(
      '--inspect has no address of an inspector.',
      "Give the one that `inspect` has printed, in quotes: XMPP_INSPECTOR_URL='http://127.0.0.1:…/?token=…'",
    )
  }
}
