import type { EventTaken, InspectorRecord } from '../../../recording/record.js'
import { Follower } from '../follower.js'
import { summaryOf } from '../wire/summary.js'
import { kindOf } from '../wire/wire-index.js'

/** A line that goes down the page: somebody who takes part. */
export interface Lifeline {
  /** `server`, `app`, or the path of an actor. */
  readonly id: string
  readonly label: string
  /** Others are shown on this line. */
  readonly isFolded: boolean
  readonly mayFold: boolean
}

/** One row of the diagram: one record. */
export interface Arrow {
  /** Where its record stands. */
  readonly index: number
  readonly from: string
  readonly to: string
  readonly label: string
  readonly tone: 'stanza' | 'event' | 'timer' | 'failure' | 'start' | 'end'
}

export const server = 'server'
export const app = 'app'

/** Who stands for an actor: the outermost one around it that is folded, else itself. */
export function standIn(path: string, folded: ReadonlySet<string>): string {
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    const around = path.slice(0, end)
    if (folded.has(around)) return around
  }
  return path
}

/** What was found of one source among the records, in order; grows with them. */
export class SequenceIndex {
  readonly #follower: Follower
  #rows: number[] = []
  /** Charts alone: what a deed does is told on the line of who invoked it. */
  readonly #charts = new Set<string>()
  /** The first chart that began: the session. */
  #root: string | undefined
  /** Who has handled a stanza first. */
  readonly #handlers = new Map<number, string>()

  constructor(source: string) {
    this.#follower = new Follower({
      take: (record, index) => {
        if (record.source === source) this.#take(record, index)
      },
      forget: () => {
        this.#rows = []
        this.#root = undefined
        this.#charts.clear()
        this.#handlers.clear()
      },
    })
  }

  /** @returns whether all is read; at most so many records are read at once */
  scan(records: readonly InspectorRecord[], atMost?: number): boolean {
    return this.#follower.follow(records, atMost)
  }

  /** How many charts have been there. */
  get charts(): number {
    return this.#charts.size
  }

  /** Where the records stand that have a row. */
  get rows(): readonly number[] {
    return this.#rows
  }

  /** The arrow of a row; between two who are folded together it leads to itself. */
  arrow(record: InspectorRecord, index: number, folded: ReadonlySet<string>): Arrow | undefined {
    const lineOf = (path: string): string => standIn(this.#chartOf(path), folded)
    switch (record.kind) {
      case 'wire': {
        const handler = this.#handlers.get(record.seq)
        // What no chart has handled is traffic, which goes to the app; what keeps the stream, and all that is sent, is the session’s.
        const isTraffic = record.direction === 'in' && kindOf(record) !== 'stream'
        const actor = handler ?? (isTraffic ? undefined : this.#root)
        const here = actor === undefined ? app : lineOf(actor)
        const ends = record.direction === 'in' ? { from: server, to: here } : { from: here, to: server }
        const { title, content } = summaryOf(record)
        const label = content === '' ? title : `${title} · ${content}`
        return { index, ...ends, label, tone: 'stanza' }
      }
      case 'event': {
        const to = lineOf(record.actorPath)
        const from = record.from === undefined ? app : lineOf(record.from)
        const label = this.#toldOf(record.actorPath, to, eventWords(record.type))
        return { index, from, to, label, tone: toneOf(record) }
      }
      case 'start': {
        const to = lineOf(record.actorPath)
        const around = record.actorPath.slice(0, Math.max(0, record.actorPath.lastIndexOf('/')))
        const label = this.#toldOf(record.actorPath, to, 'begins')
        return { index, from: around === '' ? app : lineOf(around), to, label, tone: 'start' }
      }
      case 'end': {
        const line = lineOf(record.actorPath)
        const label = this.#toldOf(record.actorPath, line, record.status)
        return { index, from: line, to: line, label, tone: 'end' }
      }
      default:
        return undefined
    }
  }

  /** Who takes part in the arrows, the app first and the server last, in the order of the tree between them. */
  lifelines(arrows: readonly Arrow[], folded: ReadonlySet<string>): readonly Lifeline[] {
    const seen = new Set(arrows.flatMap(({ from, to }) => [from, to]))
    const actors = [...seen].filter((id) => id !== app && id !== server).toSorted(byTree)
    const parents = this.parents()
    const line = (id: string): Lifeline => ({
      id,
      label: id.slice(id.lastIndexOf('/') + 1),
      isFolded: folded.has(id),
      mayFold: parents.has(id),
    })
    return [plain(app), ...actors.map(line), plain(server)]
  }

  /** Everybody who has invoked another chart. */
  parents(): ReadonlySet<string> {
    const parents = new Set<string>()
    for (const path of this.#charts) {
      for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1))
        parents.add(path.slice(0, end))
    }
    return parents
  }

  #take(record: InspectorRecord, index: number): void {
    if (record.kind === 'start' && record.chart !== undefined) {
      this.#charts.add(record.actorPath)
      this.#root ??= record.actorPath
    }
    if (record.kind === 'event' && record.stanza !== undefined && !this.#handlers.has(record.stanza)) {
      this.#handlers.set(record.stanza, record.actorPath)
    }
    if (this.#isShown(record)) this.#rows.push(index)
  }

  #isShown(record: InspectorRecord): boolean {
    if (record.kind === 'start') return record.chart !== undefined
    if (record.kind === 'end') return this.#charts.has(record.actorPath)
    return record.kind === 'event' || record.kind === 'wire'
  }

  /** Says whom it is of, where another stands for them. */
  #toldOf(path: string, line: string, words: string): string {
    const own = this.#chartOf(path)
    return own === line ? words : `${words} · ${own.slice(own.lastIndexOf('/') + 1)}`
  }

  /** The innermost chart around a path: itself, where it is no deed. */
  #chartOf(path: string): string {
    for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      if (this.#charts.has(at)) return at
    }
    return path
  }
}

/** What XState calls an event, in fewer words. */
export function eventWords(type: string): string {
  const { 1: kind, 2: rest = '' } =
    /^xstate\.(done|error|after|snapshot)\.?(?:actor\.)?(.*)$/.exec(type) ?? []
  switch (kind) {
    case 'done':
      return `${rest} done`
    case 'error':
      return `${rest} failed`
    case 'after':
      return `after ${rest.split('.', 1)[0]}`
    case 'snapshot':
      return `${rest} changed`
    default:
      return type
  }
}

function toneOf({ type, edges, status }: EventTaken): Arrow['tone'] {
  if (type.startsWith('xstate.error.') || status === 'error') return 'failure'
  if (type.startsWith('xstate.after.')) return 'timer'
  return edges.length === 0 ? 'start' : 'event'
}

const plain = (id: string): Lifeline => ({ id, label: id, isFolded: false, mayFold: false })

/** Parents before their children. */
function byTree(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
