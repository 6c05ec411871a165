import type { SourceLine } from '../../recording/record.js'
import { stateWords } from '../model/active-states.js'
import type { ActorView } from '../model/actor-view.js'
import type { Actors } from '../model/actors-after.js'

/** One line of the tree: a source, or one of its actors. */
export interface TreeRow {
  /** Of the actor; of a source, its name among sources. */
  readonly key: string
  readonly level: number
  readonly name: string
  readonly source: SourceLine | undefined
  readonly actor: ActorView | undefined
  /** Whether it shows its children; `undefined` where it has none. */
  readonly isOpen: boolean | undefined
}

/** What of the tree is to be seen. */
export interface TreeWish {
  /** Only who has this in path, chart or state, with everybody above; empty: all. */
  readonly search: string
  /** Keys of rows whose children are not shown; a search shows them all the same. */
  readonly closed: ReadonlySet<string>
  readonly showEnded: boolean
  /** Sources that have nobody to show. */
  readonly showIdle: boolean
}

/** The tree as a list, top to bottom. */
export function treeRows(
  sources: readonly SourceLine[],
  actors: Actors,
  { search, closed, showEnded, showIdle }: TreeWish,
): readonly TreeRow[] {
  const wanted = search === '' ? undefined : wantedBy(search.toLowerCase(), actors)
  const isShown = (actor: ActorView): boolean =>
    (showEnded || actor.life !== 'ended') && (wanted === undefined || wanted.has(actor.key))
  const roots = [...actors.values()].filter(({ parent }) => parent === undefined)
  const rows: TreeRow[] = []
  const push = (actor: ActorView, level: number): void => {
    const children = actor.children.flatMap((key) => {
      const child = actors.get(key)
      return child !== undefined && isShown(child) ? [child] : []
    })
    const isOpen = children.length === 0 ? undefined : wanted !== undefined || !closed.has(actor.key)
    const name = actor.path.split('/').at(-1) ?? actor.path
    rows.push({ key: actor.key, level, name, source: undefined, actor, isOpen })
    if (isOpen === true) for (const child of children) push(child, level + 1)
  }
  for (const source of sources) {
    const own = roots.filter((actor) => actor.source === source.source && isShown(actor))
    if (own.length === 0 && (wanted !== undefined || !showIdle)) continue
    const key = sourceKey(source.source)
    const isOpen = own.length === 0 ? undefined : wanted !== undefined || !closed.has(key)
    rows.push({ key, level: 1, name: source.name, source, actor: undefined, isOpen })
    if (isOpen === true) for (const actor of own) push(actor, 2)
  }
  return rows
}

/** No source holds a line feed at its beginning. */
const sourceKey = (source: string): string => `\n${source}`

function wantedBy(text: string, actors: Actors): ReadonlySet<string> {
  const wanted = new Set<string>()
  for (const { key, path, chart = '', value, lastFailure } of actors.values()) {
    const words = `${path} ${chart} ${stateWords(value)} ${lastFailure === undefined ? '' : 'failed'}`
    if (!words.toLowerCase().includes(text)) continue
    for (let at: string | undefined = key; at !== undefined && !wanted.has(at); at = actors.get(at)?.parent) {
      wanted.add(at)
    }
  }
  return wanted
}
