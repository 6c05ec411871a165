import { signal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { timeWords } from '../../model/record-words.js'
import { cursorIndex, goToRecord, timeline } from '../../model/signals.js'
import { rowAfter } from '../list-keys.js'
import { CurrentIndex } from '../source-index.js'
import { lastAtMost } from '../wire/wire-index.js'
import { ArrowRow } from './arrow-row.js'
import { SequenceIndex, type Arrow } from './diagram.js'
import { isOutside, LifelineHeads } from './lifeline-heads.js'
import { gutter, headHeight, laneWidths, rowHeight } from './measures.js'

/** Paths of the actors whose children are shown on their line; `undefined`: nobody has chosen yet, and all are where there is no room for everybody. */
const folded = signal<ReadonlySet<string> | undefined>(undefined)
const nobody: ReadonlySet<string> = new Set()

/** Of the source that is looked at. */
export const sequence = new CurrentIndex((source) => new SequenceIndex(source))

/** Rows around what can be seen whose actors have a line: enough that lines do not come and go while one reads. */
const surroundings = 60

/** Who said what to whom, in order: the app, the actors, the server. */
export function SequencePane() {
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, left: 0, height: 600, width: 600 })
  const index = sequence.value
  const { rows } = index
  const current = lastAtMost(rows, cursorIndex.value)

  useLayoutEffect(() => {
    const { current: element } = box
    if (element === null) return
    const observer = new ResizeObserver(() => setView(viewOf(element)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [rows.length === 0])
  if (rows.length === 0) {
    return (
      <div class="pane sequence">
        <p class="empty">
          Nothing has happened yet. What the app, the charts and the server tell each other appears here.
        </p>
      </div>
    )
  }
  const parents = index.parents()
  const { least, most } = laneWidths
  const isRoomy = gutter + least * (index.charts + 2) <= view.width
  const hidden = folded.value ?? (isRoomy ? nobody : parents)
  const first = Math.max(0, Math.floor(view.top / rowHeight) - 4)
  const last = Math.min(rows.length, first + Math.ceil(view.height / rowHeight) + 8)
  const arrowsIn = (from: number, to: number): readonly Arrow[] =>
    rows.slice(Math.max(0, from), to).flatMap((place) => {
      const record = timeline().records[place]
      return (record && index.arrow(record, place, hidden)) ?? []
    })
  const begin = Math.floor((first - surroundings) / surroundings) * surroundings
  const lines = index.lifelines(arrowsIn(begin, begin + 5 * surroundings), hidden)
  const laneWidth = Math.max(least, Math.min(most, Math.floor((view.width - gutter) / lines.length)))
  const places = new Map(lines.map(({ id }, lane) => [id, gutter + laneWidth * lane + laneWidth / 2]))
  const width = Math.max(view.width, gutter + laneWidth * lines.length)
  const shown = arrowsIn(first, last)
  const [now] = current < 0 ? [] : arrowsIn(current, current + 1)
  const choose = (row: number): void => {
    const record = timeline().records[rows[Math.max(0, Math.min(row, rows.length - 1))] ?? -1]
    if (record !== undefined) goToRecord(record)
  }
  const toggle = (id?: string): void => {
    const next = new Set(hidden)
    if (id !== undefined && !next.delete(id)) next.add(id)
    folded.value = id !== undefined ? next : hidden.size === 0 ? parents : nobody
  }
  return (
    <div class="pane sequence">
      <div ref={box} class="sequence-scroll" onScroll={({ currentTarget }) => setView(viewOf(currentTarget))}>
        <Spotlight
          box={box}
          row={current}
          laneWidth={laneWidth}
          from={places.get(now?.from ?? '')}
          to={places.get(now?.to ?? '')}
        />
        <div style={{ width: `${width}px`, height: `${headHeight + rows.length * rowHeight}px` }}>
          <LifelineHeads
            lines={lines}
            places={places}
            laneWidth={laneWidth}
            width={width}
            isFolded={hidden.size > 0}
            toggle={toggle}
          />
          <div
            class="sequence-times"
            aria-hidden="true"
            style={{ width: `${gutter}px`, transform: `translateY(${first * rowHeight}px)` }}
          >
            {shown.map(({ index: place }) => (
              <Time key={place} index={place} isCurrent={place === rows[current]} />
            ))}
          </div>
          <div
            class="sequence-drawing"
            role="listbox"
            tabIndex={0}
            aria-label="Sequence of events and stanzas"
            aria-activedescendant={now === undefined ? undefined : `sequence-${rows[current]}`}
            style={{ transform: `translateY(${first * rowHeight}px)` }}
            onKeyDown={(event) => {
              const row = rowAfter(event, current, rows.length)
              if (row !== undefined) choose(row)
            }}
          >
            <svg role="presentation" width={width} height={(last - first) * rowHeight}>
              {lines.map(({ id }) => (
                <line
                  class={`lifeline ${isOutside(id) ? 'outside' : ''}`}
                  x1={places.get(id)}
                  x2={places.get(id)}
                  y1={0}
                  y2={(last - first) * rowHeight}
                />
              ))}
              {shown.map((arrow, offset) => (
                <ArrowRow
                  key={arrow.index}
                  arrow={arrow}
                  top={offset * rowHeight}
                  places={places}
                  width={width}
                  left={view.left}
                  isCurrent={arrow.index === rows[current]}
                  isLater={arrow.index > cursorIndex.value}
                  choose={() => choose(first + offset)}
                />
              ))}
            </svg>
          </div>
        </div>
      </div>
    </div>
  )
}

function Time({ index, isCurrent }: { readonly index: number; readonly isCurrent: boolean }) {
  const record = timeline().records[index]
  const tense = isCurrent ? 'current' : index > cursorIndex.value ? 'later' : ''
  return (
    <span class={tense} style={{ height: `${rowHeight}px` }}>
      {record === undefined ? '' : timeWords(timeline().timeOf(record))}
    </span>
  )
}

interface SpotlightProps {
  readonly box: RefObject<HTMLElement | null>
  readonly row: number
  readonly laneWidth: number
  readonly from: number | undefined
  readonly to: number | undefined
}

/** Brings a row and both ends of its arrow into view, whenever it is another row. */
function Spotlight({ box, row, laneWidth, from = 0, to = 0 }: SpotlightProps) {
  useLayoutEffect(() => {
    const { current: element } = box
    if (element === null || row < 0) return
    const top = row * rowHeight
    const room = element.clientHeight - headHeight - rowHeight
    if (top < element.scrollTop || top > element.scrollTop + room) element.scrollTop = top - room / 2
    const left = Math.min(from, to) - gutter - laneWidth / 2
    const right = Math.max(from, to) + laneWidth / 2
    if (right > element.scrollLeft + element.clientWidth) element.scrollLeft = right - element.clientWidth
    if (left < element.scrollLeft) element.scrollLeft = left
  }, [row])
  return null
}

function viewOf({ scrollTop: top, scrollLeft: left, clientHeight: height, clientWidth: width }: HTMLElement) {
  return { top, left, height, width }
}
