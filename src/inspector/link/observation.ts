/// <reference lib="esnext.disposable" preserve="true" />
import type { Recorder } from '../recording/recorder.js'
import type { RecordingLine } from '../recording/record.js'
import type { Command, Outcome } from './command.js'
import { commandsOf, obey, type Commandable, type FaultHandler } from './obey.js'

/** What whoever looks at the page may do; nothing but look, unless the app says so here. */
export interface ObservationOptions {
  /** Lets the page connect and disconnect this client, say its presence, and send any stanza in its name. */
  readonly allowCommandsTo?: Commandable | undefined
  /** Lets the page disturb the server that the client talks to, too; e.g. `(fault) => server.disturb(jid, fault)`. */
  readonly onFault?: FaultHandler | undefined
}

/** Somebody who is shown in an inspector. */
export interface Observation extends AsyncDisposable {
  /** Shows nothing further, once what has happened is shown; what was shown stays. The recorder goes on. */
  close(): Promise<void>
}

/** A recorder as an inspector sees it: its lines say what the app allows, and commands are carried out. */
export function toSubject(recorder: Recorder, { allowCommandsTo: client, onFault }: ObservationOptions) {
  const commands = client === undefined ? {} : { commands: commandsOf(onFault) }
  const describe = (line: RecordingLine): RecordingLine =>
    line.kind === 'source' ? { ...line, ...commands } : line
  return {
    history: () => recorder.history().map(describe),
    follow: (take: (lines: readonly RecordingLine[]) => void) =>
      recorder.subscribe((lines) => take(Array.from(lines, describe))),
    settle: () => recorder.subscribe(() => undefined)(),
    obey: async (command: Command): Promise<Outcome> =>
      client === undefined
        ? { outcome: 'refused', reason: 'the app lets the page only look' }
        : obey(command, client, onFault),
  }
}
