import type { StateValue } from 'xstate'
import type { ChartGraph } from '../drawing/graph.js'
import type {
  ActorEnded,
  ActorStarted,
  EndStatus,
  EventTaken,
  Facts,
  RecordingLine,
  RecordsDropped,
} from '../recording/record.js'

/** An actor as other inspectors know actors: by a session id, which is another one in its next life. */
export interface ToldActor {
  readonly source: string
  readonly path: string
  readonly sessionId: string
  /** The last part of its path. */
  readonly name: string
  readonly parentId: string | undefined
  readonly rootId: string
  readonly graph: ChartGraph | undefined
  readonly value: StateValue | undefined
  readonly context: Facts | undefined
  readonly status: EndStatus | undefined
}

type OfActor = ActorEnded | ActorStarted | EventTaken

/** A record with its actor as it was right after it, and when that was, in milliseconds since 1970. */
export interface Told {
  readonly record: OfActor
  readonly actor: ToldActor
  /** The session id of who sent the event. */
  readonly senderId: string | undefined
  readonly time: number
}

/** Reads lines of any sources in their order, for those who tell them to other inspectors. */
export class ToldActors {
  readonly #startedAt = new Map<string, number>()
  readonly #graphs = new Map<string, ChartGraph>()
  readonly #actors = new Map<string, ToldActor>()
  readonly #lives = new Map<string, number>()

  /** What a line says of actors. */
  read(line: RecordingLine): readonly Told[] {
    switch (line.kind) {
      case 'source':
        this.#startedAt.set(line.source, line.startedAt)
        return []
      case 'chart':
        this.#graphs.set(`${line.source} ${line.chart}`, line.graph)
        return []
      case 'start':
        return [this.#tell(line, this.#begin(line))]
      case 'event':
      case 'end': {
        const before = this.#actors.get(keyOf(line.source, line.actorPath))
        return before === undefined ? [] : [this.#tell(line, proceed(before, line))]
      }
      case 'dropped':
        return this.#endMissed(line)
      case 'wire':
      case 'security':
        return []
    }
  }

  #begin({ source, actorPath, chart, value, context, status, found }: ActorStarted): ToldActor {
    const key = keyOf(source, actorPath)
    const before = this.#actors.get(key)
    // Whoever missed something is told again who lives.
    const isSameLife = found === true && before !== undefined && before.status === undefined
    const life = (this.#lives.get(key) ?? 0) + (isSameLife ? 0 : 1)
    this.#lives.set(key, life)
    const sessionId = life === 1 ? key : `${key} #${life}`
    const parent = this.#parentOf(source, actorPath)
    return {
      source,
      path: actorPath,
      sessionId,
      name: actorPath.slice(actorPath.lastIndexOf('/') + 1),
      parentId: parent?.sessionId,
      rootId: parent?.rootId ?? sessionId,
      graph: chart === undefined ? undefined : this.#graphs.get(`${source} ${chart}`),
      value,
      context,
      status,
    }
  }

  /** How those ended who live no more behind a gap is not known, but that they have. */
  #endMissed({ source, seq, t, living }: RecordsDropped): readonly Told[] {
    if (living === undefined) return []
    const isLiving = new Set(living)
    return [...this.#actors.values()]
      .filter((each) => each.source === source && each.status === undefined && !isLiving.has(each.path))
      .map((each) => {
        const end: ActorEnded = { kind: 'end', source, seq, t, actorPath: each.path, status: 'stopped' }
        return this.#tell(end, proceed(each, end))
      })
  }

  #tell(record: OfActor, actor: ToldActor): Told {
    const { source, actorPath, t } = record
    this.#actors.set(keyOf(source, actorPath), actor)
    const from = record.kind === 'event' ? record.from : undefined
    const senderId = from === undefined ? undefined : this.#actors.get(keyOf(source, from))?.sessionId
    return { record, actor, senderId, time: (this.#startedAt.get(source) ?? 0) + t }
  }

  /** The nearest actor above that is known. */
  #parentOf(source: string, path: string): ToldActor | undefined {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const actor = this.#actors.get(keyOf(source, path.slice(0, end)))
      if (actor !== undefined) return actor
    }
    return undefined
  }
}

function keyOf(source: string, path: string): string {
  return `${source}:${path}`
}

function proceed(before: ToldActor, record: ActorEnded | EventTaken): ToldActor {
  if (record.kind === 'end') return { ...before, status: record.status }
  const { value, context, status } = record
  return {
    ...before,
    value,
    status,
    context: context === undefined ? before.context : merge(before.context, context),
  }
}

/** `null` takes a fact away. */
function merge(before: Facts | undefined, changed: Facts): Facts {
  return Object.fromEntries(Object.entries({ ...before, ...changed }).filter(([, fact]) => fact !== null))
}
