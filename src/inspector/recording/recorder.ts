import type { AnyActorRef, InspectionEvent } from 'xstate'
import type { SessionSecurity } from '../../features/security.js'
import { randomName } from '../../random-name.js'
import type { Crossing, ReadCrossing } from '../../router/crossing.js'
import type { Sendable } from '../../router/outbound.js'
import { XmlElement } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { isActor } from './actor.js'
import { Cause, settled } from './cause.js'
import { Chronicle } from './chronicle.js'
import { toPlain } from './facts.js'
import { History, keptBytes } from './history.js'
import { LineBatch } from './line-batch.js'
import type { RecordingLine } from './record.js'
import { rowBytes, StanzaRows } from './stanza-rows.js'
import { Teller } from './teller.js'
import { Timeline } from './timeline.js'
import { toTenths } from './tenths.js'

/** Whose recording it is, and how much of it is kept. */
export interface RecorderOptions {
  /** For people, e.g. `alice@example.test`. */
  readonly name: string
  /** Names this source among others in one recording. Default: a random word. */
  readonly source?: string | undefined
  /** Default `xmpp-machines`. */
  readonly engine?: string | undefined
  /** What the page may send to this source; see `SourceLine`. Default nothing. */
  readonly commands?: readonly string[] | undefined
  /** Lets bodies, subjects and the status of presences through. Default false. */
  readonly showBodies?: boolean | undefined
  /**
   * Records that are kept for whoever looks later; what is older is dropped. Default 2,000: more of them would burden the garbage
   * collector. Who wants all of them subscribes from the start.
   */
  readonly recordsLimit?: number | undefined
  /** How many stanzas are kept among them. Default 250, for the same reason. */
  readonly stanzasLimit?: number | undefined
  /** About how much of memory all of it may take, in bytes. Default 16 MiB. */
  readonly bytesLimit?: number | undefined
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** Hears lines in their order, as they are to be written; they are made one by one only for whoever asks for each. */
type Listener = (lines: Iterable<RecordingLine>) => void

/** Writes down what a client does, for whoever looks now or later; secrets are left out. */
export interface Recorder {
  /** Options of a client: `createClient({ ...account, ...recorder.taps })`. */
  readonly taps: {
    readonly inspect: (event: InspectionEvent) => void
    readonly wire: (crossing: Crossing) => void
    readonly security: (security: SessionSecurity) => void
  }
  /** Hears everything so far at once and then whatever follows, every 100 ms; until the returned function is called. */
  subscribe(listener: Listener): () => void
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
const batchMs = 100

/** About how much comes until it is looked at how much there is, in bytes. */
const lookBytes = 30_000

class BoundedRecorder implements Recorder {
  readonly taps: Recorder['taps']
  readonly #recordsLimit: number
  readonly #stanzasLimit: number
  readonly #bytesLimit: number
  readonly #timeline: Timeline
  readonly #teller: Teller
  readonly #stanzas: StanzaRows
  readonly #history: History
  readonly #chronicle: Chronicle
  readonly #cause = new Cause()
  readonly #listeners = new Set<{ readonly tell: Listener }>()
  #isTimed = false
  /** Bytes that may come until it is looked at how much there is; that is to be made less. */
  #unwatched = 0
  #isSettling = false
  #batch: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor({
    name,
    source = randomName().slice(0, 8),
    engine = 'xmpp-machines',
    commands,
    showBodies = false,
    recordsLimit = 2_000,
    stanzasLimit = 250,
    bytesLimit = 16 * 1024 * 1024,
    now = Date.now,
  }: RecorderOptions) {
    for (const [name, limit] of Object.entries({ recordsLimit, stanzasLimit, bytesLimit }))
      if (!(limit > 0)) throw new RangeError(`${name} must be positive, not ${limit}`)
    this.#recordsLimit = recordsLimit
    this.#stanzasLimit = stanzasLimit
    this.#bytesLimit = bytesLimit
    this.#timeline = new Timeline(source)
    this.#teller = new Teller(source, showBodies)
    this.#stanzas = new StanzaRows(this.#teller)
    this.#history = new History(source, this.#stanzas)
    this.#chronicle = new Chronicle(this.#timeline, (row) => this.#keep(row))
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
      security: (security) => this.#secure(security),
    }
  }

  subscribe(tell: Listener): () => void {
    this.#settle()
    const listener = { tell }
    this.#listeners.add(listener)
    harmlessly(() => tell(new LineBatch(this.#history.all())))
    return () => this.#listeners.delete(listener)
  }

  history(): readonly RecordingLine[] {
    this.#settle()
    return [...new LineBatch(this.#history.all())]
  }

  attach(actor: AnyActorRef): void {
    if (!isActor(actor)) throw new TypeError('only an actor of XState can be attached')
    this.#chronicle.find(actor)
    actor.system.inspect(this.taps.inspect)
  }

  close(): void {
    clearTimeout(this.#batch)
    this.#flush()
    this.#isClosed = true
    this.#listeners.clear()
  }

  #inspect(event: InspectionEvent): void {
    if (this.#isClosed) return
    if (event.type === '@xstate.event' && event.sourceRef === undefined) this.#cause.interrupted()
    this.#chronicle.see(event, this.#cause.current)
  }

  #secure(security: SessionSecurity): void {
    if (this.#isClosed) return
    const { source } = this.#timeline
    const [seq, t] = [this.#timeline.next(), toTenths(this.#timeline.now())]
    this.#keep({ kind: 'security', security: toPlain({ ...security }), source, seq, t })
  }

  #cross(crossing: Crossing): void {
    if (this.#isClosed || crossing.what === 'broken') return
    if (!this.#isTimed) this.#time()
    const seq = this.#timeline.next()
    const isIn = crossing.direction === 'in'
    const message = messageOf(crossing)
    if (isIn) this.#cause.arrived(seq, message === undefined ? 'within the turn' : 'at once')
    // Anything else may hold secrets: of that, nothing is kept but what is told.
    const kept = message ?? this.#teller.tell(crossing)
    const units = typeof kept === 'string' ? kept.length : crossing.text.length
    this.#stanzas.add(seq, this.#timeline.latest, isIn, units, kept)
    this.#took(2 * units + rowBytes)
  }

  /** Reads the clock, once for all that crosses in a turn. */
  #time(): void {
    this.#timeline.now()
    this.#isTimed = true
    void settled.then(this.#endTurn)
  }

  readonly #endTurn = (): void => {
    this.#isTimed = false
  }

  #keep(line: Parameters<History['keep']>[0]): void {
    this.#history.keep(line)
    this.#took(keptBytes)
  }

  /** What has come is told soon; how much there is, is looked at now and then, since that costs more than to take it in. */
  #took(bytes: number): void {
    if (this.#listeners.size > 0) this.#batch ??= setTimeout(this.#endBatch, batchMs)
    this.#unwatched -= bytes
    if (this.#unwatched < 0) this.#look()
  }

  readonly #endBatch = (): void => {
    this.#batch = undefined
    this.#flush()
  }

  /** Where something is to be done, that is when the engine rests, so that no step is cut in two. */
  #look(): void {
    this.#unwatched = Math.min(lookBytes, this.#bytesLimit / 16)
    const isHeard = this.#listeners.size > 0
    if (!isHeard) this.#stanzas.keep(this.#stanzasLimit)
    const isBatch = isHeard && this.#history.untold >= batchLimit
    if (this.#isSettling || !(isBatch || this.#isOver)) return
    this.#isSettling = true
    void settled.then(this.#settle)
  }

  get #isOver(): boolean {
    return (
      this.#stanzas.length + this.#history.length > this.#recordsLimit ||
      this.#stanzas.bytes + this.#history.bytes > this.#bytesLimit
    )
  }

  /**
   * Keeps to the bounds: stanzas go first where nobody listens, then the oldest; whoever listens hears of them before.
   */
  readonly #settle = (): void => {
    this.#isSettling = false
    const { length } = this.#stanzas
    if (this.#listeners.size === 0 && this.#isOver)
      this.#stanzas.keep(Math.min(length >> 1, this.#stanzasLimit))
    this.#flush()
    while (this.#isOver) this.#history.dropOldest()
  }

  /** Tells what has come. */
  #flush(): void {
    this.#chronicle.cut()
    if (this.#listeners.size === 0) this.#history.skipNews()
    else {
      const news = this.#history.takeNews()
      const lines = new LineBatch(news)
      if (news.length > 0) for (const { tell } of this.#listeners) harmlessly(() => tell(lines))
    }
    this.#stanzas.keep(this.#stanzasLimit)
  }
}

/** A message, which may be kept as it is. */
function messageOf(crossing: ReadCrossing): Sendable | undefined {
  if (crossing.what !== 'element') return undefined
  const { stanza } = crossing
  return !(stanza instanceof XmlElement) || stanza.is('message', ns.client) ? stanza : undefined
}

/** Who listens must not keep the others from it. */
function harmlessly(tell: () => void): void {
  try {
    tell()
  } catch {
    // Nobody here could act on it.
  }
}
