import { computed, signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { stateWords } from '../model/active-states.js'
import { cursor, moment, search, selectedActor, timeline } from '../model/signals.js'
import { toLegibleLine } from '../panes/legible.js'
import { Icon } from '../ui/icon.js'
import { VirtualList } from '../ui/virtual-list.js'
import { LifeSign, lifeWords } from './life-sign.js'
import { treeRows, type TreeRow } from './tree-rows.js'

const closed = signal<ReadonlySet<string>>(new Set())
const showEnded = signal(true)
const rows = computed(() =>
  treeRows(timeline().sources, moment.value.actors, {
    search: search.value.trim(),
    closed: closed.value,
    showEnded: showEnded.value,
    showIdle: cursor.value === 'live',
  }),
)
const rowHeight = 28
/** Longer names are cut. */
const nameLimit = 200

/** Everybody who is or was there, under who started them; `onChoose`: somebody was chosen by a click or Enter. */
export function ActorTree({ onChoose = () => undefined }: { readonly onChoose?: () => void }) {
  const list = rows.value
  const chosen = list.findIndex(({ key }) => key === selectedActor.value)
  const living = [...moment.value.actors.values()].filter(({ life }) => life !== 'ended').length
  return (
    <section class="tree-pane" aria-label="Actors">
      <header class="pane-head">
        <h2>Actors</h2>
        <span class="quiet">{living} living</span>
        <button
          type="button"
          class="toggle"
          title="Show those who have ended"
          aria-pressed={showEnded.value}
          onClick={() => {
            showEnded.value = !showEnded.value
          }}
        >
          ended
        </button>
      </header>
      {list.length === 0 ? (
        <p class="empty">
          {search.value === '' ? 'Nobody yet.' : `Nobody has “${search.value}” in path or state.`}
        </p>
      ) : (
        <VirtualList
          count={list.length}
          rowHeight={rowHeight}
          role="tree"
          label="Actors"
          shown={chosen}
          active={chosen < 0 ? undefined : rowId(chosen)}
          keyOf={(index) => list[index]?.key ?? index}
          row={(index) => {
            const row = list[index]
            const standing = { id: rowId(index), isChosen: index === chosen, onChoose }
            return row === undefined ? null : <Row row={row} {...standing} />
          }}
          onKeyDown={(event) => (event.key === 'Enter' ? onChoose() : moveBy(event, list, chosen))}
        />
      )}
    </section>
  )
}

function Row({
  row,
  id,
  isChosen,
  onChoose,
}: {
  readonly row: TreeRow
  readonly id: string
  readonly isChosen: boolean
  readonly onChoose: () => void
}) {
  const { key, level, name, source, actor, isOpen } = row
  const isGone = source?.endedAt !== undefined || actor?.life === 'ended'
  const state = stateWords(actor?.value)
  const shown = toLegibleLine(name, nameLimit)
  // Of an address the domain is what one needs least, where there is little room.
  const at = /(?<=.)@|$/.exec(actor === undefined ? '' : shown)?.index || shown.length
  return (
    <div
      id={id}
      class={`tree-row${isChosen ? ' chosen' : ''}${isGone ? ' gone' : ''}${source === undefined ? '' : ' source'}`}
      role="treeitem"
      aria-level={level}
      aria-selected={isChosen}
      aria-expanded={isOpen}
      title={toLegibleLine(
        actor === undefined
          ? (source?.engine ?? '')
          : [actor.path, state, lifeWords(actor)].filter(Boolean).join(' — '),
      )}
      style={{ paddingLeft: `${(level - 1) * 14 + 4}px` }}
      onClick={() => {
        if (actor === undefined) return fold(key, isOpen === true)
        selectedActor.value = key
        onChoose()
      }}
    >
      <span
        class={`fold${isOpen === true ? ' open' : ''}${isOpen === undefined ? ' none' : ''}`}
        onClick={(event) => {
          event.stopPropagation()
          fold(key, isOpen === true)
        }}
      >
        <Icon name="fold" />
      </span>
      {actor !== undefined && <LifeSign actor={actor} />}
      <bdi class="name">{shown.slice(0, at)}</bdi>
      {at < shown.length && <bdi class="rest">{shown.slice(at)}</bdi>}
      {state !== '' && <code class="state-words">{toLegibleLine(state, nameLimit)}</code>}
      {source?.endedAt !== undefined && <span class="quiet">gone</span>}
      {actor?.lastEvent !== undefined && <Pulse seq={actor.lastEvent.seq} />}
    </div>
  )
}

/** Lights whoever begins to stir. In who stirs all the time one would see no more of it, and each light costs the browser a layer. */
function Pulse({ seq }: { readonly seq: number }) {
  const stirred = useRef({ seq: -1, at: -stillMs, lit: seq })
  const { current } = stirred
  if (seq !== current.seq) {
    const at = performance.now()
    stirred.current = { seq, at, lit: at - current.at < stillMs ? current.lit : seq }
  }
  return <i key={stirred.current.lit} class="pulse" />
}

/** Less than what a step takes when time is played again. */
const stillMs = 400

const rowId = (index: number): string => `tree-row-${index}`

function fold(key: string, isOpen: boolean): void {
  const next = new Set(closed.value)
  if (isOpen) next.add(key)
  else next.delete(key)
  closed.value = next
}

/** Up and down among those who can be chosen; left closes or goes to who is above, right opens. */
function moveBy(event: KeyboardEvent, list: readonly TreeRow[], chosen: number): void {
  if (event.shiftKey) return
  const row = list[chosen]
  const choose = (index: number): void => {
    const key = list[index]?.actor?.key
    if (key !== undefined) selectedActor.value = key
  }
  const next = (step: 1 | -1): number => {
    let index = chosen + step
    while (list[index] !== undefined && list[index]?.actor === undefined) index += step
    return index
  }
  switch (event.key) {
    case 'ArrowDown':
      choose(next(1))
      break
    case 'ArrowUp':
      choose(next(-1))
      break
    case 'ArrowRight':
      if (row?.isOpen === false) fold(row.key, false)
      else choose(next(1))
      break
    case 'ArrowLeft':
      if (row?.isOpen === true) fold(row.key, true)
      else choose(list.findLastIndex(({ level }, index) => index < chosen && level < (row?.level ?? 0)))
      break
    case 'Home':
      choose(list.findIndex(({ actor }) => actor !== undefined))
      break
    case 'End':
      choose(list.findLastIndex(({ actor }) => actor !== undefined))
      break
    default:
      return
  }
  event.preventDefault()
}
