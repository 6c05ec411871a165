import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

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
  /** Stays at the end while rows are added there, until somebody scrolls away. */
  readonly follow?: boolean
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
  const { count, rowHeight, tall, row, keyOf, shown, follow = false, role = 'list', label } = props
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 600 })
  const isAtEnd = useRef(true)
  const tallRows = [...(tall ?? [])].filter(([index]) => index < count).sort(([a], [b]) => a - b)
  const topOf = (index: number): number =>
    tallRows.reduce((sum, [at, height]) => (at < index ? sum + height - rowHeight : sum), index * rowHeight)
  const total = topOf(count)

  useLayoutEffect(() => {
    const { current } = box
    if (current === null) return
    const observer = new ResizeObserver(() =>
      setView({ top: current.scrollTop, height: current.clientHeight }),
    )
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  useLayoutEffect(() => {
    const { current } = box
    if (current !== null && follow && isAtEnd.current) current.scrollTop = total
  }, [total, follow])
  useLayoutEffect(() => {
    const { current } = box
    if (current === null || shown === undefined || shown < 0) return
    const top = topOf(shown)
    const bottom = topOf(shown + 1)
    if (top < current.scrollTop) current.scrollTop = top
    else if (bottom > current.scrollTop + current.clientHeight)
      current.scrollTop = bottom - current.clientHeight
  }, [shown])

  const first = Math.max(0, indexAt(view.top, count, topOf) - overscan)
  const last = Math.min(count, indexAt(view.top + view.height, count, topOf) + 1 + overscan)
  const indices = Array.from({ length: Math.max(0, last - first) }, (_, offset) => first + offset)
  return (
    <div
      ref={box}
      class={`virtual ${props.class ?? ''}`}
      role={role}
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={props.active}
      onKeyDown={props.onKeyDown}
      onScroll={({ currentTarget }) => {
        const { scrollTop, clientHeight, scrollHeight } = currentTarget
        isAtEnd.current = scrollTop + clientHeight >= scrollHeight - rowHeight
        setView({ top: scrollTop, height: clientHeight })
      }}
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
