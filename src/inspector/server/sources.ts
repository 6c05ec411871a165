import type { Command, Outcome } from '../link/command.js'
import type { RecordingLine, SourceLine } from '../recording/record.js'
import { SourceHistory, type HistoryLimits } from './source-history.js'

/** How much an inspector keeps; what is beyond is given up, the oldest first. */
export interface SourcesLimits extends HistoryLimits {
  /** Sources, those that have gone included. */
  readonly sources: number
}

/** Carries a command out, where the source lets it be. */
export type Obey = (command: Command) => Promise<Outcome>

/** The way in of one source that is there. */
export interface Feed {
  /** `false`: more than is kept of one source, and no end of it; it is to be cut off. */
  append(line: RecordingLine): boolean
  /** It has gone; what it has told stays. Default now, in milliseconds since 1970. */
  end(endedAt?: number): void
}

interface Entry {
  /** What it calls itself, when it began, and how many of that name have come, with it. */
  readonly name: string
  readonly startedAt: number
  readonly run: number
  readonly history: SourceHistory
  /** Absent once it has gone. */
  obey: Obey | undefined
}

/** Everybody who is recorded: those who are there, and those who have gone. */
export class Sources {
  readonly #limits: SourcesLimits
  /** By the name of the source here: `alice#2` is the second that has called itself `alice`. */
  readonly #entries = new Map<string, Entry>()
  readonly #listeners = new Set<() => void>()
  /** What is done as long as somebody watches, and what ends it. */
  readonly #works = new Map<() => () => void, (() => void) | undefined>()

  constructor(limits: SourcesLimits) {
    this.#limits = limits
  }

  /** The history of each, in the order in which they came. */
  *histories(): Generator<SourceHistory> {
    for (const { history } of this.#entries.values()) yield history
  }

  get watchers(): number {
    return this.#listeners.size
  }

  /** Called whenever there is something new, until the function that it gives is. */
  watch(listener: () => void): () => void {
    if (this.#listeners.size === 0) for (const work of this.#works.keys()) this.#works.set(work, work())
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) for (const work of this.#works.keys()) this.#rest(work)
    }
  }

  /** Has something done as long as somebody watches, until the function that it gives is called: `work` gives what ends it. */
  whileWatched(work: () => () => void): () => void {
    this.#works.set(work, this.#listeners.size === 0 ? undefined : work())
    return () => {
      this.#rest(work)
      this.#works.delete(work)
    }
  }

  /** Takes a source in, also one that has gone and comes back; `undefined` where it is there already, or too many are. */
  open(line: SourceLine, obey: Obey): Feed | undefined {
    const known = this.#find(line)
    if (known?.obey !== undefined) return undefined
    const entry = known ?? this.#add(line)
    if (entry === undefined) return undefined
    const { source } = entry.history.line
    const rename = <Line extends RecordingLine>(each: Line): Line =>
      each.source === source ? each : { ...each, source }
    entry.obey = obey
    if (known !== undefined) known.history.describe(rename(line))
    this.#tell()
    return {
      append: (each) => {
        const fits = entry.history.append(rename(each))
        this.#tell()
        return fits
      },
      end: (endedAt = Date.now()) => {
        entry.obey = undefined
        entry.history.describe({ endedAt, ...entry.history.line })
        this.#tell()
      },
    }
  }

  /** Hands a command to its source. */
  async command(source: string, command: Command): Promise<Outcome> {
    const entry = this.#entries.get(source)
    if (entry === undefined) return refused('nobody of that name is here')
    if (entry.obey === undefined) return refused('it has gone')
    const { commands = [] } = entry.history.line
    if (!commands.includes(command.name)) return refused(`the app does not allow the page to ${command.name}`)
    return entry.obey(command)
  }

  /** The same recording, or one that was saved here as another run: whoever was started again under its name is another. */
  #find({ source, startedAt }: SourceLine): Entry | undefined {
    return [...this.#entries.values()].find(
      ({ name, startedAt: at }) => at === startedAt && (name === source || isRunOf(name, source)),
    )
  }

  #add(line: SourceLine): Entry | undefined {
    const { source: name, startedAt } = line
    const runs = [...this.#entries.values()].flatMap((entry) => (entry.name === name ? entry.run : []))
    let run = Math.max(0, ...runs) + 1
    const called = () => (run === 1 ? name : `${name}#${run}`)
    while (this.#entries.has(called())) run += 1
    const source = called()
    if (!this.#makeRoom()) return undefined
    const history = new SourceHistory({ ...line, source }, this.#limits)
    const entry: Entry = { name, startedAt, run, history, obey: undefined }
    this.#entries.set(source, entry)
    return entry
  }

  /** Those that have gone make room, whoever came first. */
  #makeRoom(): boolean {
    if (this.#entries.size < this.#limits.sources) return true
    for (const [source, { obey }] of this.#entries) {
      if (obey === undefined) return this.#entries.delete(source)
    }
    return false
  }

  #rest(work: () => () => void): void {
    this.#works.get(work)?.()
    this.#works.set(work, undefined)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

const refused = (reason: string): Outcome => ({ outcome: 'refused', reason })

/** Whether it is what another run of this source is called here. */
const isRunOf = (name: string, source: string): boolean =>
  name.startsWith(`${source}#`) && /^\d+$/.test(name.slice(source.length + 1))
