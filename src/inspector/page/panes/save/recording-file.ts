import type { RecordingLine } from '../../../recording/record.js'
import type { Timeline } from '../../model/timeline.js'

/**
 * The lines of a recording as its file has them: who is recorded and their charts first, then everything by time, behind what
 * stands for the records that were given up.
 */
export function* recordingLines({ sources, charts, horizon, records }: Timeline): Generator<string> {
  const toLine = (line: RecordingLine): string => `${JSON.stringify(line)}\n`
  for (const source of sources) yield toLine(source)
  for (const [key, graph] of charts) {
    const source = sources.find((each) => key.startsWith(`${each.source} `))?.source
    if (source !== undefined)
      yield toLine({ kind: 'chart', source, chart: key.slice(source.length + 1), graph })
  }
  for (const record of horizon) yield toLine(record)
  for (const record of records) yield toLine(record)
}

/** A name that every file system takes. */
export function toFileName(name: string, ending: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9@_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80)
  return `${plain === '' ? 'recording' : plain}.${ending}`
}
