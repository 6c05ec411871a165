import type { StanzaCrossed } from '../../../recording/record.js'
import { arrivals, cursor, goToRecord, selectedRecord, timeline } from '../../model/signals.js'
import { timeWords } from '../../model/record-words.js'
import { VirtualList } from '../../ui/virtual-list.js'
import { Icon } from '../../ui/icon.js'
import { Marked } from '../../ui/marked.js'
import { toCount, toLegibleLine } from '../legible.js'
import { rowAfter } from '../list-keys.js'
import { StanzaView } from './stanza-view.js'
import { summaryOf } from './summary.js'
import { kindOf, lastAtMost, wireKinds, type WireFilter, type WireKind } from './wire-index.js'
import { rowAtCursor, wire, wireFilter, wireRows } from './wire-state.js'

/** Every stanza both ways; the chosen one below, with what it has caused. */
export function WirePane() {
  const rows = wireRows.value
  const chosen = chosenRow(rows)
  const selected = selectedRecord.value
  const record = selected?.kind === 'wire' ? selected : recordAt(rows[chosen])
  const isShared = wireFilter.value.source === '' && wire().isShared
  const isLive = cursor.value === 'live'
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = recordAt(rows[rowAfter(event, chosen, rows.length) ?? -1])
    if (next !== undefined) goToRecord(next)
  }
  return (
    <div class="pane wire">
      <FilterBar shown={rows.length} />
      {rows.length === 0 ? (
        <p class="empty">{emptyWords()}</p>
      ) : (
        <VirtualList
          class={isShared ? 'wire-list shared' : 'wire-list'}
          count={rows.length}
          rowHeight={26}
          role="listbox"
          label="Stanzas"
          follow={isLive ? arrivals.value : undefined}
          shown={isLive ? undefined : chosen}
          active={chosen < 0 ? undefined : rowId(chosen)}
          onKeyDown={onKeyDown}
          keyOf={(row) => rows[row] ?? row}
          row={(row) => <Row row={row} isChosen={row === chosen} isShared={isShared} />}
        />
      )}
      {record !== undefined && <StanzaView record={record} />}
    </div>
  )
}

/** The stanza that somebody chose, or that the chosen event follows from; else the last one before the cursor. */
function chosenRow(rows: readonly number[]): number {
  const selected = selectedRecord.value
  const seq =
    selected?.kind === 'wire' ? selected.seq : selected?.kind === 'event' ? selected.stanza : undefined
  const place = selected && seq !== undefined ? wire().placeOf(selected.source, seq) : undefined
  if (place === undefined) return rowAtCursor.value
  const row = lastAtMost(rows, place)
  return rows[row] === place ? row : selected?.kind === 'wire' ? -1 : rowAtCursor.value
}

function recordAt(index: number | undefined): StanzaCrossed | undefined {
  const record = index === undefined ? undefined : timeline().records[index]
  return record?.kind === 'wire' ? record : undefined
}

function emptyWords(): string {
  return wire().rows({ ...wireFilter.value, direction: 'both', kinds: new Set(wireKinds), text: '' })
    .length === 0
    ? 'Nothing has crossed the wire yet. Stanzas appear here as soon as a source connects.'
    : 'No stanza passes the filter.'
}

const rowId = (row: number): string => `stanza-${row}`

interface RowProps {
  readonly row: number
  readonly isChosen: boolean
  /** Stanzas of several sources stand among each other. */
  readonly isShared: boolean
}

function Row({ row, isChosen, isShared }: RowProps) {
  const record = recordAt(wireRows.value[row])
  if (record === undefined) return null
  const { title, peer, content, isError } = summaryOf(record)
  const [effect] = wire().effectsOf(record)
  const handler = effect === undefined ? undefined : timeline().records[effect]
  const actor = handler?.kind === 'event' ? handler.actorPath : ''
  return (
    <div
      id={rowId(row)}
      role="option"
      aria-selected={isChosen}
      class={`wire-row ${record.direction} ${isError ? 'failed' : ''} ${row > rowAtCursor.value ? 'later' : ''}`}
      onClick={() => goToRecord(record)}
    >
      <span class="wire-time">{timeWords(timeline().timeOf(record))}</span>
      {isShared && <bdi class="wire-source">{nameOf(record)}</bdi>}
      <span class="wire-way">
        <Icon name={record.direction} />
        <span class="unseen">{record.direction === 'in' ? 'received' : 'sent'}</span>
      </span>
      <span class={`wire-title kind-${kindOf(record)}`}>
        <Marked text={title} />
      </span>
      <span class="wire-content">
        {peer !== '' && (
          <bdi class="wire-peer">
            <Marked text={peer} />
          </bdi>
        )}
        <bdi>
          <Marked text={content} />
        </bdi>
      </span>
      <span class="wire-actor">{actor.slice(actor.lastIndexOf('/') + 1)}</span>
    </div>
  )
}

function nameOf({ source }: StanzaCrossed): string {
  const found = timeline().sources.find((each) => each.source === source)
  return toLegibleLine(found?.name ?? source, 120)
}

function FilterBar({ shown }: { readonly shown: number }) {
  const filter = wireFilter.value
  const { sources } = timeline()
  const change = (part: Partial<WireFilter>): void => {
    wireFilter.value = { ...filter, ...part }
  }
  const toggle = (kind: WireKind): void => {
    const kinds = new Set(filter.kinds)
    if (!kinds.delete(kind)) kinds.add(kind)
    change({ kinds })
  }
  return (
    <div class="bar" role="group" aria-label="Filter of stanzas">
      <span class="choices" role="group" aria-label="Kinds">
        {wireKinds.map((kind) => (
          <button
            type="button"
            class="choice"
            aria-pressed={filter.kinds.has(kind)}
            onClick={() => toggle(kind)}
          >
            {kind}
          </button>
        ))}
      </span>
      <span class="choices" role="group" aria-label="Directions">
        {directions.map(([direction, words]) => (
          <button
            type="button"
            class="choice"
            aria-pressed={filter.direction === direction}
            onClick={() => change({ direction: filter.direction === direction ? 'both' : direction })}
          >
            <Icon name={direction} />
            {words}
          </button>
        ))}
      </span>
      {sources.length > 1 && (
        <select
          aria-label="Source"
          value={filter.source}
          onChange={({ currentTarget }) => change({ source: currentTarget.value })}
        >
          <option value="">all sources</option>
          {sources.map(({ source, name }) => (
            <option value={source}>{name}</option>
          ))}
        </select>
      )}
      <span class="count" role="status">{`${toCount(shown)} shown`}</span>
    </div>
  )
}

const directions = [
  ['out', 'sent'],
  ['in', 'received'],
] as const
