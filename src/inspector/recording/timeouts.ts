import type { AnyActor, EventObject } from 'xstate'

/** When a time-out has begun, in tenths of milliseconds, where its step is not over. */
const notYet = -(2 ** 30)

/** A delayed event of a chart to itself. */
export interface Timeout {
  readonly event: EventObject
  /** By which the chart takes it back. */
  readonly id: string
  /** In milliseconds. */
  readonly delay: number
  /** When it began, in tenths of milliseconds of the recording. */
  readonly tenths: number
}

export const noTimeouts: readonly Timeout[] = []

/** The time-outs of a chart, as its actions tell of them: to ask XState after each step copies those of all actors. */
export class Timeouts {
  /** Those that ran when the chart last rested. */
  rested = noTimeouts
  readonly #running: { -readonly [Field in keyof Timeout]: Timeout[Field] }[] = []
  #isOld = false

  /** The chart acts. */
  act({ params, type }: { readonly type: string; readonly params?: unknown }): void {
    if (type === 'xstate.cancel') {
      if (isCancelling(params)) this.#end((timeout) => timeout.id === params.sendId)
    } else if (type === 'xstate.raise' && isDelayed(params)) {
      const { delay, event, id } = params
      this.#end((timeout) => timeout.id === id)
      this.#running.push({ event, id, delay, tenths: notYet })
      this.#isOld = true
    }
  }

  /** One has led to its event. */
  elapse(event: EventObject): void {
    this.#end((timeout) => timeout.event === event)
  }

  /** The chart rests: what began in its step began now. */
  rest(tenths: number): readonly Timeout[] {
    if (!this.#isOld) return this.rested
    this.#isOld = false
    for (const timeout of this.#running) if (timeout.tenths === notYet) timeout.tenths = tenths
    // As long as it must be: rows keep it.
    this.rested = this.#running.length === 0 ? noTimeouts : this.#running.slice()
    return this.rested
  }

  /**
   * Those that run in a chart that begins, or that was not heard from its beginning.
   * @param tenths the time now
   */
  find(actor: AnyActor, tenths: number): readonly Timeout[] {
    const { _scheduledEvents: all } = actor.system.getSnapshot()
    const now = Date.now()
    this.#running.length = 0
    for (const { delay, event, id, source, startedAt } of Object.values(all)) {
      if (source !== actor) continue
      this.#running.push({ event, id, delay, tenths: tenths - 10 * (now - startedAt) })
    }
    this.#isOld = true
    return this.rest(tenths)
  }

  #end(isIt: (timeout: Timeout) => boolean): void {
    const index = this.#running.findIndex(isIt)
    if (index === -1) return
    this.#running.splice(index, 1)
    this.#isOld = true
  }
}

const isCancelling = (params: unknown): params is { readonly sendId: string } =>
  typeof params === 'object' && params !== null && 'sendId' in params

const isDelayed = (
  params: unknown,
): params is { readonly event: EventObject; readonly id: string; readonly delay: number } =>
  typeof params === 'object' &&
  params !== null &&
  'id' in params &&
  typeof params.id === 'string' &&
  'delay' in params &&
  typeof params.delay === 'number'
