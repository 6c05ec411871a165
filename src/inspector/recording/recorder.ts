import type { AnyActor, AnyActorRef, InspectionEvent } from 'xstate'
import type { SessionSecurity } from '../../features/security.js'
import type { Crossing, ReadCrossing } from '../../router/crossing.js'
import { XmlElement } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { Cause } from './cause.js'
import { childrenOf, isChartSnapshot } from './chart-snapshot.js'
import { Chronicle } from './chronicle.js'
import { isActor, nothingScheduled, scheduledOf, type Happening } from './happening.js'
import { beginning, History, type Place } from './history.js'
import type { RecordingLine } from './record.js'
import { Segments } from './stanza-segment.js'
import { Teller } from './teller.js'
import { Unread } from './unread.js'

export interface RecorderOptions {
  /** For people, e.g. `alice@example.test`. */
  readonly name: string
  /** Names this source among others in one recording. Default: a random word. */
  readonly source?: string
  /** Default `xmpp-machines`. */
  readonly engine?: string
  /** What the page may send to this source; see `SourceLine`. Default nothing. */
  readonly commands?: readonly string[]
  /** Lets bodies, subjects and the status of presences through. Default false. */
  readonly showBodies?: boolean
  /** Records that are kept for whoever looks later; what is older is dropped. Default 20,000. */
  readonly recordsLimit?: number
  /**
   * How many stanzas are kept among them as long as nobody listens. Default 250: more of them would burden the garbage
   * collector. Who wants all of them subscribes from the start.
   */
  readonly stanzasLimit?: number
  /** About how much of memory all of it may take, in bytes. Default 16 MiB. */
  readonly bytesLimit?: number
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number
}

/** Writes down what a client does, for whoever looks now or later; secrets are left out. */
export interface Recorder {
  /** Options of a client: `createClient({ ...account, ...recorder.taps })`. */
  readonly taps: {
    readonly inspect: (event: InspectionEvent) => void
    readonly wire: (crossing: Crossing) => void
    readonly security: (security: SessionSecurity) => void
  }
  /** Hears everything so far at once and then whatever follows, every 50 ms; until the returned function is called. */
  subscribe(listener: (lines: readonly RecordingLine[]) => void): () => void
  /** Everything so far that is still kept. */
  history(): readonly RecordingLine[]
  /** Takes in an actor that runs already, with all its children. @throws TypeError where it is none */
  attach(actor: AnyActorRef): void
  /** Tells what is left to tell, and records nothing any more. */
  close(): void
}

/**
 * Makes a recorder; it costs little as long as nobody listens, since what it sees is turned into records only then.
 * @example
 * const recorder = createRecorder({ name: 'alice@example.test' })
 * const client = createClient({ jid: 'alice@example.test', password: 'secret', ...recorder.taps })
 */
export function createRecorder(options: RecorderOptions): Recorder {
  return new BoundedRecorder(options)
}

/** How much of a flood waits: a batch that lives longer burdens the garbage collector. */
const batchLimit = 500

/** How long what was seen waits to be told, in milliseconds. */
const batchMs = 50

interface Reader {
  readonly listener: (lines: readonly RecordingLine[]) => void
  at: Place
}

class BoundedRecorder implements Recorder {
  readonly taps: Recorder['taps']
  readonly #recordsLimit: number
  readonly #stanzasLimit: number
  readonly #bytesLimit: number
  readonly #begin = performance.now()
  readonly #history: History
  readonly #chronicle: Chronicle
  readonly #cause = new Cause()
  readonly #readers = new Set<Reader>()
  readonly #unread: Unread
  #count = 0
  #isTrimming = false
  #batch: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor({
    name,
    source = crypto.randomUUID().slice(0, 8),
    engine = 'xmpp-machines',
    commands,
    showBodies = false,
    recordsLimit = 20_000,
    stanzasLimit = 250,
    bytesLimit = 16 * 1024 * 1024,
    now = Date.now,
  }: RecorderOptions) {
    for (const [name, limit] of Object.entries({ recordsLimit, stanzasLimit, bytesLimit }))
      if (!(limit > 0)) throw new RangeError(`${name} must be positive, not ${limit}`)
    this.#recordsLimit = recordsLimit
    this.#stanzasLimit = stanzasLimit
    this.#bytesLimit = bytesLimit
    const segments = new Segments(new Teller(source, showBodies))
    this.#unread = new Unread(segments)
    this.#history = new History(source, segments)
    this.#chronicle = new Chronicle(source, (line) => this.#history.keep(line))
    this.#history.keep({
      kind: 'source',
      source,
      name,
      engine,
      startedAt: now(),
      ...(commands && { commands }),
    })
    this.taps = {
      inspect: (event) => this.#inspect(event),
      wire: (crossing) => this.#cross(crossing),
      security: (security) => this.#see({ kind: 'security', ...this.#stamp(), security }),
    }
  }

  subscribe(listener: Reader['listener']): () => void {
    this.#write()
    this.#trim()
    const reader: Reader = { listener, at: beginning }
    this.#readers.add(reader)
    this.#deliver(reader)
    return () => this.#readers.delete(reader)
  }

  history(): readonly RecordingLine[] {
    this.#write()
    this.#trim()
    return this.#history.linesFrom(beginning)
  }

  attach(actor: AnyActorRef): void {
    if (!isActor(actor)) throw new TypeError('only an actor of XState can be attached')
    this.#find(actor)
    actor.system.inspect(this.taps.inspect)
  }

  close(): void {
    this.#flush()
    this.#isClosed = true
    this.#readers.clear()
  }

  #stamp() {
    return { order: this.#count++, t: performance.now() - this.#begin }
  }

  #inspect(event: InspectionEvent): void {
    const { actorRef, type } = event
    if (type !== '@xstate.event' && type !== '@xstate.microstep' && type !== '@xstate.snapshot') return
    const mayWait = type === '@xstate.snapshot' && 'machine' in event.snapshot && isActor(actorRef)
    const scheduled = mayWait ? scheduledOf(actorRef) : nothingScheduled
    if (type === '@xstate.event' && event.sourceRef === undefined) this.#cause.interrupted()
    const cause = this.#cause.current
    this.#see({ kind: 'seen', ...this.#stamp(), event, scheduled, cause, isTaken: false })
  }

  /** Bounds are watched by the segment: what a few stanzas take is less than looking each time. */
  #cross(crossing: Crossing): void {
    if (this.#isClosed || crossing.what === 'broken') return
    if (crossing.direction === 'in')
      this.#cause.arrived(this.#count, isMessage(crossing) ? 'at once' : 'within the turn')
    const isFull = this.#unread.cross(this.#count++, performance.now() - this.#begin, crossing)
    if (this.#readers.size > 0) this.#batchUp()
    else if (isFull && this.#unread.stanzas > this.#stanzasLimit) this.#unread.keepStanzas(this.#stanzasLimit)
    if (isFull) this.#watchBounds()
  }

  #find(actor: AnyActor): void {
    const snapshot: unknown = actor.getSnapshot()
    const scheduled = scheduledOf(actor)
    this.#see({ kind: 'found', ...this.#stamp(), actor, snapshot, scheduled })
    if (!isChartSnapshot(snapshot)) return
    for (const child of childrenOf(snapshot)) this.#find(child)
  }

  #see(happening: Happening): void {
    if (this.#isClosed) return
    this.#unread.see(happening)
    if (this.#readers.size > 0) this.#batchUp()
    this.#watchBounds()
  }

  #batchUp(): void {
    this.#batch ??= setTimeout(this.#flush, batchMs)
    if (this.#unread.length === batchLimit) void settled.then(this.#flush)
  }

  get #isOver(): boolean {
    const { bytes, length } = this.#unread
    return (
      length + this.#history.length > this.#recordsLimit || bytes + this.#history.bytes > this.#bytesLimit
    )
  }

  /** When the engine rests, so that no step is cut in two. */
  #watchBounds(): void {
    if (this.#isTrimming || !this.#isOver) return
    this.#isTrimming = true
    void settled.then(() => this.#trim())
  }

  /** Stanzas go first where nobody listens, then the oldest records; whoever listens hears of them before. */
  #trim(): void {
    this.#isTrimming = false
    if (!this.#isOver) return
    const { stanzas } = this.#unread
    if (this.#readers.size === 0) this.#unread.keepStanzas(Math.min(stanzas >> 1, this.#stanzasLimit))
    this.#flush()
    while (this.#isOver) this.#history.dropOldest()
  }

  /** Writes down what was seen. */
  #write(): void {
    if (this.#readers.size === 0) this.#unread.keepStanzas(this.#stanzasLimit)
    const unread = this.#unread.take()
    this.#chronicle.write(unread)
    this.#history.keepStanzas(unread.stanzas)
  }

  readonly #flush = (): void => {
    clearTimeout(this.#batch)
    this.#batch = undefined
    this.#write()
    for (const reader of this.#readers) this.#deliver(reader)
  }

  #deliver(reader: Reader): void {
    const lines = this.#history.linesFrom(reader.at)
    reader.at = this.#history.end
    if (lines.length > 0) harmlessly(() => reader.listener(lines))
  }
}

function isMessage(crossing: ReadCrossing): boolean {
  if (crossing.what !== 'element') return false
  const { stanza } = crossing
  return !(stanza instanceof XmlElement) || stanza.is('message', ns.client)
}

const settled = Promise.resolve()

/** Who listens must not keep the others from it. */
function harmlessly(tell: () => void): void {
  try {
    tell()
  } catch {
    // Nobody here could act on it.
  }
}
