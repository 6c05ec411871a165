import { signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { ChartGraph } from '../../../drawing/graph.js'
import { actor, timeline } from '../../model/signals.js'
import { currentSource } from '../current-source.js'
import { Icon } from '../../ui/icon.js'
import { loadDrawing } from './load-drawing.js'
import { recordingLines, toFileName } from './recording-file.js'

const said = signal('')

/** Saves the chart that is looked at, and the recording. */
export function SaveMenu() {
  const menu = useRef<HTMLDetailsElement>(null)
  const graph = actor.value?.graph
  const close = (): void => {
    if (menu.current !== null) menu.current.open = false
  }
  const save = async (words: string, make: () => Promise<void> | void): Promise<void> => {
    close()
    try {
      await make()
      said.value = words
    } catch (error) {
      said.value = `It could not be saved: ${error instanceof Error ? error.message : String(error)}`
    }
  }
  return (
    <details
      ref={menu}
      class="menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        close()
        menu.current?.querySelector('summary')?.focus()
      }}
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget instanceof Node && !menu.current?.contains(relatedTarget)) close()
      }}
    >
      <summary title="Save the chart or the recording" aria-label="Save">
        <Icon name="save" />
      </summary>
      <div class="menu-items" role="group" aria-label="Save">
        <button
          type="button"
          disabled={graph === undefined}
          onClick={() => graph && void save('The chart is saved as SVG.', () => saveSvg(graph))}
        >
          Chart as SVG
        </button>
        <button
          type="button"
          disabled={graph === undefined}
          onClick={() => graph && void save('The chart is saved as Mermaid.', () => saveMermaid(graph))}
        >
          Chart as Mermaid
        </button>
        <button
          type="button"
          disabled={timeline().records.length === 0}
          onClick={() => void save('The recording is saved.', saveRecording)}
        >
          Recording
        </button>
      </div>
      <span class="unseen" role="status">
        {said.value}
      </span>
    </details>
  )
}

async function saveSvg(graph: ChartGraph): Promise<void> {
  const { toSvg } = await loadDrawing()
  download([await toSvg(graph)], toFileName(graph.id, 'svg'), 'image/svg+xml')
}

async function saveMermaid(graph: ChartGraph): Promise<void> {
  const { toMermaid } = await loadDrawing()
  download([toMermaid(graph)], toFileName(graph.id, 'mmd'), 'text/plain')
}

function saveRecording(): void {
  const name = toFileName(currentSource.value?.name ?? '', 'jsonl')
  download([...recordingLines(timeline())], name, 'application/jsonl')
}

function download(parts: readonly string[], name: string, type: string): void {
  const address = URL.createObjectURL(new Blob([...parts], { type }))
  const anchor = document.createElement('a')
  anchor.href = address
  anchor.download = name
  anchor.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
