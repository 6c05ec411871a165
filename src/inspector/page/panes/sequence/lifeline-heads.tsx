import { Icon } from '../../ui/icon.js'
import { toLegibleLine } from '../legible.js'
import type { Lifeline } from './diagram.js'
import { headHeight } from './measures.js'

interface LifelineHeadsProps {
  readonly lines: readonly Lifeline[]
  /** The middle of each line, by its id, in px. */
  readonly places: ReadonlyMap<string, number>
  readonly laneWidth: number
  readonly width: number
  readonly isFolded: boolean
  /** Folds one actor, or unfolds it; without an id all of them. */
  readonly toggle: (id?: string) => void
}

/** Who takes part, above the lines. */
export function LifelineHeads({ lines, places, laneWidth, width, isFolded, toggle }: LifelineHeadsProps) {
  return (
    <div class="sequence-heads" style={{ width: `${width}px`, height: `${headHeight}px` }}>
      {lines.map((line) => (
        <div
          key={line.id}
          class={`sequence-head ${isOutside(line.id) ? 'outside' : ''}`}
          style={{ left: `${(places.get(line.id) ?? 0) - laneWidth / 2}px`, width: `${laneWidth}px` }}
        >
          <Head line={line} toggle={toggle} />
        </div>
      ))}
      {lines.some(({ mayFold }) => mayFold) && (
        <button type="button" class="sequence-fold" onClick={() => toggle()}>
          {isFolded ? 'Unfold' : 'Fold'}
        </button>
      )}
    </div>
  )
}

/** Neither is an actor of the app. */
export function isOutside(id: string): boolean {
  return id === 'server' || id === 'app'
}

function Head({ line, toggle }: { readonly line: Lifeline; readonly toggle: (id: string) => void }) {
  const { id, label, isFolded, mayFold } = line
  const name = toLegibleLine(label, 40)
  const path = toLegibleLine(id, 200)
  if (!mayFold) return <span title={path}>{name}</span>
  return (
    <button
      type="button"
      title={path}
      aria-expanded={!isFolded}
      aria-label={`${name}: its actors have lines of their own`}
      onClick={() => toggle(id)}
    >
      <Icon name={isFolded ? 'fold' : 'unfolded'} />
      {name}
    </button>
  )
}
