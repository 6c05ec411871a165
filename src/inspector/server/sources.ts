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
  /** It has gone; what it has told stays. */
  end(): void
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

  constructor(limits: SourcesLimits) {
    this.#limits = limits
  }

  /** The history of each, in the order in which they came. */
  *histories(): Generator<SourceHistory> {
    for (const { history } of this.#entries.values()) yield history
  }

  /** Called whenever there is something new, until the function that it gives is. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
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
      end: () => {
        entry.obey = undefined
        entry.history.describe({ ...entry.history.line, endedAt: Date.now() })
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

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

const refused = (reason: string): Outcome => ({ outcome: 'refused', reason })
