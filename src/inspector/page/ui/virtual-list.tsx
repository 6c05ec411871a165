import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { useScroll, type Goal } from './scroll.js'

/** A long list of which only what can be seen is in the document. */
export interface VirtualListProps {
  readonly count: number
  /** Height of a row in px, unless `tall` says otherwise. */
  readonly rowHeight: number
  /** Heights in px of rows that are taller, by index. */
  readonly tall?: ReadonlyMap<number, number>
  readonly row: (index: number) => ComponentChildren
  readonly keyOf?: (index: number) => string | number
  /** Brought into view whenever it changes. */
  readonly shown?: number | undefined
  /** Goes to the end whenever it changes, and stays there while rows are added, until somebody scrolls away. */
  readonly follow?: number | undefined
  readonly role?: 'list' | 'listbox' | 'tree' | 'grid'
  readonly label: string
  readonly class?: string
  /** The id of the row that the keyboard acts on. */
  readonly active?: string | undefined
  readonly onKeyDown?: (event: KeyboardEvent) => void
}

const overscan = 6

/** Rows stand absolutely: `row` gives the content, this the place. */
export function VirtualList(props: VirtualListProps) {
  const { count, rowHeight, tall, row, keyOf, shown, follow, role = 'list', label } = props
  const scroll = useScroll('vertical')
  const before = useRef<{ shown?: number | undefined; follow?: number | undefined; total?: number }>({})
  const tallRows = [...(tall ?? [])].filter(([index]) => index < count).sort(([a], [b]) => a - b)
  const topOf = (index: number): number =>
    tallRows.reduce((sum, [at, height]) => (at < index ? sum + height - rowHeight : sum), index * rowHeight)
  const total = topOf(count)

  const isToFollow = follow !== before.current.follow || (total !== before.current.total && scroll.isAtEnd)
  if (follow !== undefined && isToFollow) scroll.seek(({ height }) => ({ top: Math.max(0, total - height) }))
  if (shown !== undefined && shown >= 0 && shown !== before.current.shown)
    scroll.seek(intoView(topOf(shown), topOf(shown + 1)))
  before.current = { shown, follow, total }

  const { view } = scroll
  const first = Math.max(0, indexAt(view.top, count, topOf) - overscan)
  const last = Math.min(count, indexAt(view.top + view.height, count, topOf) + 1 + overscan)
  const indices = Array.from({ length: Math.max(0, last - first) }, (_, offset) => first + offset)
  return (
    <div
      ref={scroll.box}
      class={`virtual ${props.class ?? ''}`}
      role={role}
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={props.active}
      onKeyDown={props.onKeyDown}
      onScroll={scroll.follow}
    >
      <div class="virtual-room" role="presentation" style={{ height: `${total}px` }}>
        {indices.map((index) => (
          <div
            key={keyOf?.(index) ?? index}
            class="virtual-row"
            role="presentation"
            style={{ transform: `translateY(${topOf(index)}px)` }}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  )
}

const intoView =
  (rowTop: number, rowBottom: number): Goal =>
  ({ top, height }) =>
    rowTop < top ? { top: rowTop } : rowBottom > top + height ? { top: rowBottom - height } : {}

/** The row at a height, by halving. */
function indexAt(top: number, count: number, topOf: (index: number) => number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (topOf(middle + 1) <= top) low = middle + 1
    else high = middle
  }
  return low
}
