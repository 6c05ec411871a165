import type { RecordingLine } from '../inspector/recording/record.js'
import { parseRecording, RecordingError } from '../inspector/recording/recording-text.js'
import { readTextFile } from './password.js'
import { UsageError } from './usage-error.js'

/** @throws UsageError that names the file and what is wrong with it */
export async function readRecordingFile(file: string): Promise<readonly RecordingLine[]> {
  const text = await readTextFile(file, 'the recording')
  try {
    return parseRecording(text)
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error
    throw new UsageError(`${file} is no recording: ${error.message}.`, 'Record one with --record FILE.')
  }
}
