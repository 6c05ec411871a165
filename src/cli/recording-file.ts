import { open } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import {
  createRecorder,
  parseRecording,
  RecordingError,
  toRecordingText,
  type Recorder,
  type RecordingLine,
} from '../inspector/index.js'
import { readTextFile } from './password.js'
import type { Screen } from './screen.js'
import { toReason, UsageError } from './usage-error.js'

/** The option of every command that can be recorded. */
export const recordOption = {
  record: { value: 'FILE', help: 'Write down what happens, without secrets, for a report or replay' },
} as const

/** What a command does, written down as it does it. */
export interface RecordingFile {
  /** Records somebody of this name into it; nobody where no recording is wanted. */
  recorder(name: string): Recorder | undefined
  /** Adds what was recorded elsewhere. */
  write(lines: Iterable<RecordingLine>): void
  /** Writes what is left. @throws UsageError where that was prevented */
  close(): Promise<void>
}

const noFile: RecordingFile = { recorder: () => undefined, write: () => {}, close: () => Promise.resolve() }

/**
 * Opens the file, for its owner alone, or nothing where none is named. Where it fails later, people are told at once that the
 * recording ends there, whatever else goes on.
 * @throws UsageError where it cannot be written
 */
export async function openRecordingFile(
  file: string | undefined,
  screen: Pick<Screen, 'complainOf'>,
): Promise<RecordingFile> {
  if (file === undefined) return noFile
  const refuse = (advice: string) => (error: unknown) => {
    throw new UsageError(`The recording cannot be written: ${file} (${toReason(error)}).`, advice)
  }
  const recording = record(await openForOwner(file).catch(refuse('Check its name and rights.')), (error) =>
    screen.complainOf('!', `The recording ends here: ${file} (${toReason(error)}).`, 'The rest goes on.'),
  )
  return { ...recording, close: () => recording.close().catch(refuse('Check what room is left there.')) }
}

/** A file that was there already is for its owner alone from now on, too. */
async function openForOwner(file: string): Promise<Writable> {
  const handle = await open(file, 'w', 0o600)
  try {
    if ((await handle.stat()).isFile()) await handle.chmod(0o600)
    return handle.createWriteStream()
  } catch (error) {
    await handle.close()
    throw error
  }
}

function record(output: Writable, failed: (error: unknown) => void): RecordingFile {
  const recorders: Recorder[] = []
  const end = finished(output)
  // `close` fails by it too.
  end.catch(failed)
  const write = (lines: Iterable<RecordingLine>) => void output.write(toRecordingText(lines))
  return {
    write,
    recorder: (name) => {
      const recorder = createRecorder({ name })
      recorder.subscribe(write)
      recorders.push(recorder)
      return recorder
    },
    close: async () => {
      for (const recorder of recorders) recorder.close()
      output.end()
      await end
    },
  }
}

/** Reads one. @throws UsageError that names the file and what is wrong with it */
export async function readRecording(file: string): Promise<readonly RecordingLine[]> {
  const text = await readTextFile(file, 'the recording')
  try {
    return parseRecording(text)
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error
    throw new UsageError(`${file} is no recording: ${error.message}.`, 'Use what --record has written.')
  }
}
