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
  readonly history: SourceHistory
  /** Absent once it has gone. */
  obey: Obey | undefined
}

/** Everybody who is recorded: those who are there, and those who have gone. */
export class Sources {
  readonly #limits: SourcesLimits
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

  /** Takes a source in, also one that has gone and comes back; `undefined` where one of its name is there, or too many are. */
  open(line: SourceLine, obey: Obey): Feed | undefined {
    const known = this.#entries.get(line.source)
    if (known?.obey !== undefined || (known === undefined && !this.#makeRoom())) return undefined
    const entry: Entry = known ?? { history: new SourceHistory(line, this.#limits), obey }
    this.#entries.set(line.source, entry)
    entry.obey = obey
    if (known !== undefined) known.history.describe(line)
    this.#tell()
    return {
      append: (each) => {
        const fits = entry.history.append(each)
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
