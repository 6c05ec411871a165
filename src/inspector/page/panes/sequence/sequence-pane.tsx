import { signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { timeWords } from '../../model/record-words.js'
import { arrivals, cursor, cursorIndex, goToRecord, timeline } from '../../model/signals.js'
import { useScroll, type Goal } from '../../ui/scroll.js'
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
  return (
    <div class="pane sequence">
      {sequence.value.rows.length === 0 ? (
        <p class="empty">
          Nothing has happened yet. What the app, the charts and the server tell each other appears here.
        </p>
      ) : (
        <Diagram />
      )}
    </div>
  )
}

/** Whose diagram stands at which row, and since when it follows the live end. */
interface Standing {
  readonly index?: SequenceIndex
  readonly current?: number
  readonly follow?: number | undefined
}

function Diagram() {
  const scroll = useScroll('both')
  const index = sequence.value
  const { rows } = index
  const current = lastAtMost(rows, cursorIndex.value)
  const follow = cursor.value === 'live' ? arrivals.value : undefined
  const before = useRef<Standing>({})
  const hasCome = index !== before.current.index || follow !== before.current.follow
  const mayMove = hasCome || follow === undefined || scroll.isAtEnd
  const isElsewhere = current >= 0 && mayMove && (hasCome || current !== before.current.current)
  before.current = { index, current, follow }
  if (isElsewhere) scroll.seek(intoSight(current))
  const parents = index.parents()
  const { least, most } = laneWidths
  const { top, height, width: room } = scroll.view
  const isRoomy = gutter + least * (index.charts + 2) <= room
  const hidden = folded.value ?? (isRoomy ? nobody : parents)
  const first = Math.max(0, Math.floor(top / rowHeight) - 4)
  const last = Math.min(rows.length, first + Math.ceil(height / rowHeight) + 8)
  const arrowsIn = (from: number, to: number): readonly Arrow[] =>
    rows.slice(Math.max(0, from), to).flatMap((place) => {
      const record = timeline().records[place]
      return (record && index.arrow(record, place, hidden)) ?? []
    })
  const begin = Math.floor((first - surroundings) / surroundings) * surroundings
  const lines = index.lifelines(arrowsIn(begin, begin + 5 * surroundings), hidden)
  const laneWidth = Math.max(least, Math.min(most, Math.floor((room - gutter) / lines.length)))
  const places = new Map(lines.map(({ id }, lane) => [id, gutter + laneWidth * lane + laneWidth / 2]))
  const width = Math.max(room, gutter + laneWidth * lines.length)
  const shown = arrowsIn(first, last)
  const [now] = current < 0 ? [] : arrowsIn(current, current + 1)
  if (isElsewhere && now !== undefined) {
    const ends = [places.get(now.from) ?? 0, places.get(now.to) ?? 0]
    scroll.seek(intoReach(Math.min(...ends) - gutter - laneWidth / 2, Math.max(...ends) + laneWidth / 2))
  }
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
    <div ref={scroll.box} class="sequence-scroll" onScroll={scroll.follow}>
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
                left={scroll.view.left}
                isCurrent={arrow.index === rows[current]}
                isLater={arrow.index > cursorIndex.value}
                choose={() => choose(first + offset)}
              />
            ))}
          </svg>
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

/** A row that was out of sight comes to the middle. */
const intoSight =
  (row: number): Goal =>
  ({ top, height }) => {
    const place = row * rowHeight
    const room = height - headHeight - rowHeight
    return place < top || place > top + room ? { top: Math.max(0, place - room / 2) } : {}
  }

/** Both ends of an arrow, if there is room for both; the left one otherwise. */
const intoReach =
  (from: number, to: number): Goal =>
  ({ left, width }) => ({ left: Math.max(0, Math.min(from, Math.max(left, to - width))) })
