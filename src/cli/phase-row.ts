import type { StateEvent } from './events.js'
import { styled, toDuration, toGist, type Line } from './text.js'

const nameWidth = 18
/** Where the words about a phase begin. */
export const gistColumn = 3 + nameWidth
const specWidth = 16
const timeWidth = 7

/** One phase in one line: its name, what it is, the section that says so, and how long it took once it is over. */
export function toPhaseRow(
  event: StateEvent,
  mark: '✓' | '✗' | '·',
  columns: number,
  durationMs?: number,
): Line {
  const name = toName(event.phase ?? event.status)
  const hasSpec = columns >= 80
  const gistWidth = Math.max(0, columns - gistColumn - (hasSpec ? specWidth : 0) - timeWidth)
  const gist = toGist(event.description ?? '', gistWidth - 1)
  const spec = hasSpec ? toGist(firstOf(event.spec), specWidth - 1).padEnd(specWidth) : ''
  return [
    ' ',
    styled(mark === '✓' ? 'green' : mark === '✗' ? 'red' : 'cyan', mark),
    ' ',
    mark === '·' ? styled('bold', name.padEnd(nameWidth)) : name.padEnd(nameWidth),
    styled('dim', gist.padEnd(gistWidth)),
    styled('cyan', spec),
    durationMs === undefined
      ? styled('dim', '…'.padStart(timeWidth))
      : styled(durationMs >= 1000 ? 'yellow' : 'dim', toDuration(durationMs).padStart(timeWidth)),
  ]
}

/** A state of a chart as people read it: `requestingTls` is `requesting TLS`. */
export function toName(phase: string): string {
  return phase.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/\btls\b/, 'TLS')
}

/** The section to look up first. */
const firstOf = (spec: string | undefined): string => spec?.split(', ')[0] ?? ''
