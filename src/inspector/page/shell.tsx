import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ChartView } from './chart/chart-view.js'
import { Header } from './header.js'
import { Hints } from './hints.js'
import { acceptDrops, fileTrouble } from './link/open-recording.js'
import { link } from './model/link.js'
import { timeline } from './model/signals.js'
import { panes } from './panes/panes.js'
import { TimeBar } from './time/time-bar.js'
import { ActorTree } from './tree/actor-tree.js'
import { createEdge } from './ui/divider.js'
import { Icon } from './ui/icon.js'
import { Tabs, type Tab } from './ui/tabs.js'
import { Welcome } from './welcome.js'

const chart: Tab = { id: 'chart', title: 'Chart', Component: ChartView }
const actors: Tab = { id: 'actors', title: 'Actors', Component: ActorsAlone }
const main = panes.filter(({ place }) => place === 'main')
const side = panes.filter(({ place }) => place === 'side')

/** The tab that is seen in the middle; it is also that of a narrow page. */
export const mainTab = signal('chart')
const sideTab = signal(side[0]?.id ?? '')
const isDropping = signal(false)
const left = createEdge('left', 'Width of the actors')
const right = createEdge('right', 'Width of the details')

const room = { medium: matchMedia('(min-width: 760px)'), wide: matchMedia('(min-width: 1100px)') }
const size = signal(sizeNow())

/** The page as a whole. */
export function Shell() {
  useEffect(() => {
    acceptDrops((isOver) => {
      isDropping.value = isOver
    })
    for (const query of Object.values(room)) {
      query.addEventListener('change', () => {
        size.value = sizeNow()
      })
    }
  }, [])
  const isEmpty = timeline().sources.length === 0 && timeline().records.length === 0
  return (
    <div class={`page ${size.value}`}>
      <Header />
      <Notice />
      {isEmpty ? (
        <Welcome />
      ) : (
        <>
          <main style={isWide() ? { ...left.style(), ...right.style() } : {}}>
            <Places />
          </main>
          <TimeBar />
          <Hints />
        </>
      )}
      {isDropping.value && <div class="drop-here">Drop the recording to open it</div>}
    </div>
  )
}

/** Wide: tree, middle and side. Medium: tree, and the rest as tabs. Narrow: one tab at a time. */
function Places() {
  if (size.value === 'narrow') {
    return <Tabs label="Views" tabs={[actors, chart, ...main, ...side]} chosen={mainTab} />
  }
  return (
    <>
      <ActorTree />
      <Tabs label="Views" tabs={[chart, ...main, ...(isWide() ? [] : side)]} chosen={mainTab} />
      {isWide() && (
        <>
          <Tabs label="Details" tabs={side} chosen={sideTab} />
          <left.Divider />
          <right.Divider />
        </>
      )}
    </>
  )
}

/** Where the chart has no room beside them, whoever is chosen leads to it. */
function ActorsAlone() {
  return (
    <ActorTree
      onChoose={() => {
        mainTab.value = chart.id
      }}
    />
  )
}

const isWide = () => size.value === 'wide'

function Notice() {
  const lost = link.value.status === 'lost' ? link.value.reason : undefined
  const words = fileTrouble.value ?? lost
  if (words === undefined) return null
  return (
    <p class="notice" role="alert">
      {words}
      {fileTrouble.value !== undefined && (
        <button
          type="button"
          aria-label="Dismiss"
          onClick={() => {
            fileTrouble.value = undefined
          }}
        >
          <Icon name="close" />
        </button>
      )}
    </p>
  )
}

function sizeNow(): 'narrow' | 'medium' | 'wide' {
  return room.wide.matches ? 'wide' : room.medium.matches ? 'medium' : 'narrow'
}
