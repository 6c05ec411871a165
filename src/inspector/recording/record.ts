import type { StateValue } from 'xstate'
import type { ChartGraph } from '../drawing/graph.js'

/** What a recording may say of a context, an event or an error: names, numbers and flags. */
export interface Facts {
  readonly [name: string]: Fact
}
/** Whatever JSON can say, of a context, an event or an output. */
export type Fact = boolean | number | string | null | Facts | readonly Fact[]

/** One line of a recording, in a file as on the wire to the page: JSON. */
export type RecordingLine = SourceLine | ChartLine | InspectorRecord

/** Who is recorded; before everything of its own, and again whenever something of it has changed: the last one counts. */
export interface SourceLine {
  readonly kind: 'source'
  /** Names the source in all its lines; unique in a recording. */
  readonly source: string
  /** For people, e.g. `alice@example.test`. */
  readonly name: string
  /** `xmpp-machines`, or `xstate` where it is somebody else’s app. */
  readonly engine: string
  /** When its `t` was 0, in milliseconds since 1970. */
  readonly startedAt: number
  /** What it lets the page send; nothing where this is left out. */
  readonly commands?: readonly string[]
  /** When it went away, in milliseconds since 1970; absent while it is there. */
  readonly endedAt?: number
}

/** A chart of a source, before its first actor starts. */
export interface ChartLine {
  readonly kind: 'chart'
  readonly source: string
  readonly chart: string
  readonly graph: ChartGraph
}

/** One thing that happened. */
export type InspectorRecord =
  ActorStarted | EventTaken | ActorEnded | StanzaCrossed | SecurityFound | RecordsDropped

interface Happening {
  readonly source: string
  /** Counts the records of one source from 0. */
  readonly seq: number
  /** Milliseconds since the recording of its source began. */
  readonly t: number
}

interface OfActor extends Happening {
  /** The same in every run, e.g. `session/connection`; who is invoked again begins again under the same path. */
  readonly actorPath: string
}

/** An actor began. */
export interface ActorStarted extends OfActor {
  readonly kind: 'start'
  /** The id of its chart; absent where it is a deed: a promise, a callback, a stream. */
  readonly chart?: string
  readonly type: 'xstate.init'
  /** Its first state; absent where it is a deed. */
  readonly value?: StateValue
  /** How it ended, where it ended as it began. */
  readonly status?: EndStatus
  /** The plain facts of its input. */
  readonly data?: Facts
  /** The plain facts of its context; absent where it is a deed, or there are none. */
  readonly context?: Facts
  /** Time-outs that began to run; where it was `found`, with what is left of them. */
  readonly timers?: readonly Timer[]
  /**
   * It was there before the recording began, or before what the recording still holds; then its `seq` is that of the
   * record before it.
   */
  readonly found?: true
  /** It goes on from a persisted snapshot. */
  readonly restored?: true
}

/** A chart dealt with an event, with all the steps that followed of themselves. */
export interface EventTaken extends OfActor {
  readonly kind: 'event'
  readonly type: string
  /** The path of who sent it; absent where it was the app. */
  readonly from?: string
  /** The state afterwards. */
  readonly value: StateValue
  /** With the last record of a life. */
  readonly status?: EndStatus
  /** The plain facts of the event. */
  readonly data?: Facts
  /** What an action has measured, since no chart could say it again. */
  readonly measured?: Facts
  /** Ids of the transitions taken, in order, as `ChartGraph` has them; none: nothing listens to this here. */
  readonly edges: readonly string[]
  /** Transitions that stood before a taken one, and whose guard refused. */
  readonly refused?: readonly Refusal[]
  /** The facts of its context that have changed; `null`: it has this one no more. */
  readonly context?: Facts
  /** Time-outs that began to run. */
  readonly timers?: readonly Timer[]
  /** The `seq` of the stanza that it follows from, where that is known. */
  readonly stanza?: number
}

/** A deed ended, or a chart was stopped from outside. */
export interface ActorEnded extends OfActor {
  readonly kind: 'end'
  readonly status: EndStatus
  /** The plain facts of its output, or of its error. */
  readonly data?: Facts
}

/** How an actor has ended, as XState calls it. */
export type EndStatus = 'done' | 'error' | 'stopped'

/** A transition that was not taken, and the guard that refused it. */
export interface Refusal {
  /** The id of the transition, as `ChartGraph` has it. */
  readonly edge: string
  /** The name of the guard. */
  readonly guard: string
  /** Where the chart can say it better than the name of the guard. */
  readonly reason?: string
}

/** A named delay that runs until its state is left. */
export interface Timer {
  /** The id of the transition that it leads to, as `ChartGraph` has it. */
  readonly edge: string
  /** How long it runs, in milliseconds. */
  readonly ms: number
}

/** Something crossed the wire. */
export interface StanzaCrossed extends Happening {
  readonly kind: 'wire'
  readonly direction: 'in' | 'out'
  /** `open` a stream header, `close` its end, `element` whatever stands between. */
  readonly what: 'open' | 'element' | 'close'
  /** Its name with its prefix, e.g. `message`, `stream:features`. */
  readonly name: string
  /** Well-formed, with what must not be told left out. */
  readonly xml: string
}

/** What protects the stream has become known, or has changed. */
export interface SecurityFound extends Happening {
  readonly kind: 'security'
  readonly security: Facts
}

/** Something before this was given up, since there is a bound on memory: stanzas alone, or everything. */
export interface RecordsDropped extends Happening {
  readonly kind: 'dropped'
  /** How many records. */
  readonly count: number
  /** Where it was everything: the paths of those who live, who are `found` next. Whoever else there was has ended. */
  readonly living?: readonly string[]
}
