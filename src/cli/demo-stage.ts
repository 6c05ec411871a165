import { filter, interval, map, type Observable } from 'rxjs'
import type { InspectionEvent } from 'xstate'
import type { Client } from '../client.js'
import { createRecorder, type Recorder } from '../inspector/recording/recorder.js'
import type { EmbeddedServer } from '../server/index.js'
import type { CommandContext } from './command.js'
import { showInspector, startInspector } from './inspecting.js'

/** The page on which the demo can be watched: both people, and the server between them. */
export interface Stage extends AsyncDisposable {
  /** Options of the embedded server. */
  readonly serverTaps: { readonly inspect: (event: InspectionEvent) => void }
  show(context: CommandContext): void
  /** Records somebody from before the first step. */
  record(jid: string): Recorder
  /** Shows them; whoever watches may do anything to them and to their line. */
  enter(recorder: Recorder, client: Client, server: EmbeddedServer): void
  /** Counts from 0 every so many milliseconds, as long as somebody watches. */
  watched$(periodMs: number): Observable<number>
}

/** Everything in a demo is made up, so that everything may be seen. */
const openly = { showBodies: true } as const

/** Sets it up; nobody is there yet. */
export async function openStage(): Promise<Stage> {
  const inspector = await startInspector()
  const server = createRecorder({ name: 'the server', ...openly })
  inspector.observe(server)
  return {
    serverTaps: { inspect: server.taps.inspect },
    show: (context) => showInspector(inspector, context),
    record: (jid) => createRecorder({ name: jid, ...openly }),
    enter: (recorder, client, embedded) => {
      inspector.observe(recorder, {
        allowCommandsTo: client,
        onFault: (fault) => embedded.disturb(client.jid.toString(), fault),
      })
    },
    watched$: (periodMs) =>
      interval(periodMs).pipe(
        filter(() => inspector.watchers > 0),
        map((_, count) => count),
      ),
    [Symbol.asyncDispose]: () => inspector.close(),
  }
}

const lines = [
  'Is the weather as fine over there?',
  'I have found the map.',
  'Milou says hello.',
  'Did you see how the stream was encrypted?',
  'Cut the line, and I shall be back.',
] as const

/** What toto says for the so manieth time. */
export const lineOf = (count: number): string => lines[count % lines.length] ?? ''
