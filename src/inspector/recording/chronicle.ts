import type {
  AnyActor,
  AnyEventObject,
  InspectedActionEvent,
  InspectedEventEvent,
  InspectedMicrostepEvent,
  InspectedSnapshotEvent,
  InspectionEvent,
} from 'xstate'
import { isActor } from './actor.js'
import { childrenOf, isChartSnapshot } from './chart-snapshot.js'
import { configurationOf } from './course.js'
import { Lives, type Life } from './lives.js'
import type { EndStatus } from './record.js'
import { Birth, ChartFound, Death, Moment, type Row } from './row.js'
import type { Timeline } from './timeline.js'

/** Makes rows of what XState tells, in its order: causes before what they lead to. */
export class Chronicle {
  readonly #timeline: Timeline
  readonly #keep: (row: Row | ChartFound) => void
  readonly #lives: Lives
  readonly #charts = new Set<string>()
  #cuts = 0

  /** @param keep takes each row as it begins; more may be added to it until the next cut */
  constructor(timeline: Timeline, keep: (row: Row | ChartFound) => void) {
    this.#timeline = timeline
    this.#lives = new Lives(timeline)
    this.#keep = keep
  }

  /** Rows are read now: they have to stay as they are. */
  cut(): void {
    this.#cuts += 1
  }

  /** @param cause the `seq` of the stanza that is being dealt with */
  see(seen: InspectionEvent, cause: number | undefined): void {
    switch (seen.type) {
      case '@xstate.event':
        return this.#send(seen)
      case '@xstate.action':
        return this.#act(seen)
      case '@xstate.microstep':
        return this.#step(seen, cause)
      case '@xstate.snapshot':
        return this.#rest(seen)
      default:
    }
  }

  /** Takes in an actor that runs already, with all its children. */
  find(actor: AnyActor): void {
    const snapshot: unknown = actor.getSnapshot()
    const life = this.#lives.of(actor)
    this.#begin(life, snapshot, new Birth(life, snapshot, undefined, 'found'), actor)
    if (!isChartSnapshot(snapshot)) return
    for (const child of childrenOf(snapshot)) this.find(child)
  }

  #send({ actorRef: actor, event, sourceRef }: InspectedEventEvent): void {
    if (event.type === 'xstate.init') {
      if (isActor(actor)) this.#start(actor, event)
      return
    }
    const sender = sourceRef === undefined ? undefined : this.#lives.find(sourceRef)
    if (sender === undefined || !isActor(sourceRef)) return
    // A deed that has ended says so before XState does.
    if (event.type === `xstate.error.actor.${sourceRef.id}`) this.#end(sender, 'error', event)
    else if (!sender.isChart && event.type === `xstate.done.actor.${sourceRef.id}`)
      this.#end(sender, 'done', event)
    const life = this.#lives.find(actor)
    if (life === sender) sender.timeouts.elapse(event)
    life?.expect(event, sender)
  }

  #start(actor: AnyActor, event: AnyEventObject): void {
    const life = this.#lives.of(actor)
    const snapshot: unknown = actor.getSnapshot()
    const how = actor.options.snapshot === undefined ? 'begun' : 'restored'
    this.#begin(life, snapshot, new Birth(life, snapshot, event['input'], how), undefined)
  }

  /** @param running where it runs already */
  #begin(life: Life, snapshot: unknown, birth: Birth, running: AnyActor | undefined): void {
    if (isChartSnapshot(snapshot)) {
      const { context, machine, status } = snapshot
      if (!this.#charts.has(machine.id)) {
        this.#charts.add(machine.id)
        this.#keep(new ChartFound(this.#timeline.source, machine))
      }
      life.configuration = configurationOf(snapshot)
      life.context = context
      life.firstContext = context
      if (status !== 'active') this.#lives.end(life)
      if (running === undefined) this.#leaveOpen(life, birth)
      else birth.rest(running)
    }
    this.#keep(birth)
  }

  #act({ action, actorRef: actor }: InspectedActionEvent): void {
    this.#lives.known(actor)?.timeouts.act(action)
  }

  #step(seen: InspectedMicrostepEvent, cause: number | undefined): void {
    const { _transitions: taken, actorRef: actor, event, snapshot } = seen
    const life = this.#lives.known(actor)
    if (life?.configuration === undefined || !isChartSnapshot(snapshot)) return
    if (event.type === 'xstate.stop') return this.#end(life, 'stopped', {})
    const step = { type: event.type, taken, snapshot }
    const open = this.#openOf(life)
    if (open instanceof Moment) return open.follow(step)
    const moment = new Moment(life, life.configuration, event, step, cause)
    this.#leaveOpen(life, moment)
    this.#keep(moment)
  }

  #rest({ actorRef: actor, event, snapshot }: InspectedSnapshotEvent): void {
    const life = this.#lives.known(actor)
    if (life === undefined || !isActor(actor)) return
    if (!isChartSnapshot(snapshot)) {
      if (snapshot.status !== 'active') this.#end(life, snapshot.status, snapshot)
      return
    }
    const open = this.#openOf(life)
    life.open = undefined
    if (open instanceof Birth && event.type === 'xstate.init') open.rest(actor)
    else if (open instanceof Moment) {
      open.rest(snapshot.status)
      if (snapshot.status !== 'active') this.#lives.end(life)
    } else if (snapshot.status !== 'active') this.#end(life, snapshot.status, {})
  }

  #leaveOpen(life: Life, row: Birth | Moment): void {
    life.open = row
    life.openUntil = this.#cuts
  }

  /** What may yet have more to it. */
  #openOf({ open, openUntil }: Life): Birth | Moment | undefined {
    return openUntil === this.#cuts ? open : undefined
  }

  #end(life: Life, status: EndStatus, result: object): void {
    if (life.hasEnded) return
    this.#lives.end(life)
    this.#keep(new Death(life, status, result))
  }
}
