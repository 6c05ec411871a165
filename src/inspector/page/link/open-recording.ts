import { signal } from '@preact/signals'
import type { RecordingLine } from '../../recording/record.js'
import { parseRecording } from '../../recording/recording-text.js'
import { link } from '../model/link.js'
import { replace } from '../model/signals.js'
import { disconnect } from './connect.js'

/** What there is to say of the last file that was opened. */
export const fileTrouble = signal<string | undefined>(undefined)

/** Shows a recording instead of whatever is shown; says so where it is none. */
export async function openRecording(file: File): Promise<void> {
  let lines: readonly RecordingLine[]
  try {
    lines = parseRecording(await file.text())
  } catch (error) {
    fileTrouble.value = `${file.name} is no recording: ${error instanceof Error ? error.message : 'unreadable'}.`
    return
  }
  if (lines.length === 0) {
    fileTrouble.value = `${file.name} is empty.`
    return
  }
  fileTrouble.value = undefined
  disconnect()
  link.value = { status: 'file', name: file.name }
  replace(lines)
}

/** Takes files that are dropped anywhere on the page. */
export function acceptDrops(dropping: (isOver: boolean) => void): void {
  document.addEventListener('dragover', (event) => {
    event.preventDefault()
    dropping(true)
  })
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) dropping(false)
  })
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    dropping(false)
    const [file] = event.dataTransfer?.files ?? []
    if (file !== undefined) void openRecording(file)
  })
}
