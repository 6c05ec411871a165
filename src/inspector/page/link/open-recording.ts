import { signal } from '@preact/signals'
import { link } from '../model/link.js'
import { replace } from '../model/signals.js'
import { disconnect } from './connect.js'
import { readRecording } from './read-recording.js'

/** What there is to say of the last file that was opened. */
export const fileTrouble = signal<string | undefined>(undefined)

/** Shows a recording instead of whatever is shown; says so where it is none. */
export async function openRecording(file: File): Promise<void> {
  const { lines, bad } = readRecording(await file.text())
  if (lines.length === 0) {
    fileTrouble.value = `${file.name} is no recording: none of its lines is a record.`
    return
  }
  fileTrouble.value =
    bad === 0 ? undefined : `${bad} lines of ${file.name} are no records; the others are shown.`
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
