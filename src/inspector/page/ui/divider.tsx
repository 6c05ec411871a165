import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { read, write } from '../theme.js'

/** The edge between a column at a side of a wide page and the middle: it is drawn, or moved by keys. */
export interface Edge {
  /** What is set on the page: the width of the column; as long as nobody has chosen one, it is that of the style sheet. */
  style(): Readonly<Record<string, string>>
  readonly Divider: () => JSX.Element
}

const least = 200
const stepPx = 16

/**
 * @param side where the column is
 * @param label what assistive technology calls its width
 */
export function createEdge(side: 'left' | 'right', label: string): Edge {
  const shelf = `xmpp-machines.${side}`
  const chosen = signal(Number(read(shelf)) || 0)
  const most = () => Math.floor(0.4 * innerWidth)
  const width = () =>
    Math.min(chosen.value || (side === 'left' ? 272 : Math.min(460, 0.3 * innerWidth)), most())
  const choose = (px: number): void => {
    chosen.value = px && Math.round(Math.max(least, Math.min(px, most())))
    write(shelf, String(chosen.value))
  }
  const move = (event: KeyboardEvent): void => {
    const grows = side === 'left' ? 'ArrowRight' : 'ArrowLeft'
    const { key } = event
    if (key === 'Home' || key === 'End') choose(key === 'Home' ? least : most())
    else if (key === 'ArrowLeft' || key === 'ArrowRight') choose(width() + (key === grows ? stepPx : -stepPx))
    else return
    event.preventDefault()
  }
  const draw = ({ buttons, clientX, currentTarget }: PointerEvent): void => {
    if (buttons === 1 && currentTarget instanceof HTMLElement)
      choose(side === 'left' ? clientX : innerWidth - clientX)
  }
  return {
    style: () => (chosen.value === 0 ? {} : { [`--${side}`]: `${chosen.value}px` }),
    Divider: () => (
      <div
        class={`divider ${side}`}
        role="separator"
        aria-orientation="vertical"
        aria-label={label}
        aria-valuenow={Math.round(width())}
        aria-valuemin={least}
        aria-valuemax={most()}
        tabIndex={0}
        onKeyDown={move}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={draw}
        onDblClick={() => choose(0)}
      />
    ),
  }
}
