/// <reference lib="esnext.disposable" preserve="true" />
/** A wait that has not run out. */
interface Timer {
  readonly id: number
  dueMs: number
  readonly run: () => void
  /** Milliseconds between runs of an interval; `undefined` for a timer that runs once. */
  readonly everyMs: number | undefined
}

/** What the clock replaces. */
const replaced = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as const

/** Taken before anybody replaces it: what is ready to run runs in real turns of the event loop. */
const realSetTimeout = globalThis.setTimeout
const takeTurn: (next: () => void) => void =
  typeof globalThis.setImmediate === 'function' ? globalThis.setImmediate : (next) => realSetTimeout(next, 0)

/** Real milliseconds that something may take which no timer counts. */
const patienceMs = 5_000

/**
 * Ids of a clock, which no other clock gives, nor the platform: a browser, which keeps the lower 32 bits of what it is given,
 * sees a negative one.
 */
const idsOfClock = 2 ** 32
const firstId = 2 ** 31
let clocks = 0

/** Turns that the longest chain of what is ready takes, key derivation apart. */
const turnsToRest = 4

/** The longest wait that a timer can count; a longer one runs at once, as it does on a real clock. */
const longestMs = 2 ** 31 - 1

/**
 * Time that passes only when a test says so. Replaces `setTimeout`, `setInterval`, `Date` and `performance.now()` of the
 * process, so that XState, RxJS, the engine and the app are moved together; moves timer by timer, and lets everything run
 * that a timer has set off before the next one. `setImmediate`, microtasks and sockets go on as ever; what the platform counts
 * by itself (`AbortSignal.timeout`) is not moved. What waits for a peer that is silent, as `close()` may, needs time to pass too:
 * `const closed = client.close(); await clock.drain(); await closed`.
 * @example
 * const clock = new VirtualClock()
 * setTimeout(() => console.log('a minute has passed'), 60_000)
 * await clock.advance(60_000)
 * clock[Symbol.dispose]() // or `using clock = …`
 */
export class VirtualClock implements Disposable {
  readonly #timers = new Map<number, Timer>()
  readonly #restore: () => void
  readonly #realNow: () => number
  readonly #startedMs: number
  readonly #firstId = (clocks += 1) * idsOfClock + firstId
  #nowMs = 0
  #count = 0

  constructor() {
    const real = replaced.map((name) => [name, Reflect.get(globalThis, name)] as const)
    const realNow = performance.now.bind(performance)
    this.#realNow = realNow
    // Whole, so that differences between two looks are exact.
    const performanceStartMs = Math.floor(realNow())
    this.#startedMs = Date.now()
    this.#restore = () => {
      for (const [name, value] of real) Reflect.set(globalThis, name, value)
      performance.now = realNow
    }
    const now = () => this.#startedMs + this.#nowMs
    const VirtualDate = new Proxy(Date, {
      construct: (target, given: unknown[], newTarget) => {
        const made: unknown = Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget)
        return made instanceof target ? made : new target(now())
      },
      apply: (target) => new target(now()).toString(),
      get: (target, key): unknown => (key === 'now' ? now : Reflect.get(target, key)),
    })
    const start =
      (isRepeated: boolean) =>
      (run: (...given: unknown[]) => void, ms?: unknown, ...given: unknown[]) =>
        this.#start(() => run(...given), Number(ms), isRepeated)
    // A timer that was begun before the clock, or by another one, is somebody else's.
    const clear = (others: (handle: never) => void) => (handle: never) => {
      if (this.#hasGiven(Number(handle))) this.#timers.delete(Number(handle))
      else others(handle)
    }
    const { clearInterval, clearTimeout } = globalThis
    const mocks = [start(false), clear(clearTimeout), start(true), clear(clearInterval), VirtualDate]
    replaced.forEach((name, index) => Reflect.set(globalThis, name, mocks[index]))
    performance.now = () => performanceStartMs + this.#nowMs
  }

  /** Milliseconds that have passed since the clock was made. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** Timers that have not run out. */
  get timerCount(): number {
    return this.#timers.size
  }

  /** Milliseconds until the next timer runs out; `undefined` where none is under way. */
  get nextInMs(): number | undefined {
    const next = this.#next()
    return next === undefined ? undefined : next.dueMs - this.#nowMs
  }

  /** Lets this many milliseconds pass, one timer after the other, and everything run that comes of each. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    await this.rest()
    for (let next = this.#next(); next !== undefined && next.dueMs <= endMs; next = this.#next()) {
      await this.#runOut(next)
    }
    this.#nowMs = endMs
  }

  /** Lets time pass until no timer is left, or `limitMs` have passed; gives how many milliseconds that were. Default: one day. */
  async drain(limitMs = 86_400_000): Promise<number> {
    const startMs = this.#nowMs
    await this.rest()
    for (
      let next = this.#next();
      next !== undefined && next.dueMs - startMs <= limitMs;
      next = this.#next()
    ) {
      await this.#runOut(next)
    }
    return this.#nowMs - startMs
  }

  /** Lets everything run that is ready to, while no time passes. */
  async rest(): Promise<void> {
    for (let turn = 0; turn < turnsToRest; turn += 1) await new Promise<void>((resolve) => takeTurn(resolve))
  }

  /** Lets everything run that is ready to, until `holds` does, or for 5 real seconds; tells which. Cryptography takes its time. */
  async until(holds: () => boolean): Promise<boolean> {
    const startMs = this.#realNow()
    await this.rest()
    while (!holds()) {
      if (this.#realNow() - startMs > patienceMs) return false
      await new Promise<void>((resolve) => void realSetTimeout(resolve, 1))
      await this.rest()
    }
    return true
  }

  /** Real time passes again; timers of the virtual one never run out. */
  [Symbol.dispose](): void {
    this.#timers.clear()
    this.#restore()
  }

  #start(run: () => void, ms: number, isRepeated: boolean): TimerHandle {
    const waitMs = ms >= 1 && ms <= longestMs ? Math.floor(ms) : 1
    const id = this.#firstId + (this.#count += 1)
    this.#timers.set(id, {
      id,
      dueMs: this.#nowMs + waitMs,
      run,
      everyMs: isRepeated ? waitMs : undefined,
    })
    return new TimerHandle(id, () => {
      const timer = this.#timers.get(id)
      if (timer !== undefined) timer.dueMs = this.#nowMs + waitMs
    })
  }

  #hasGiven(id: number): boolean {
    return id > this.#firstId && id <= this.#firstId + this.#count
  }

  #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers.values())
      if (next === undefined || timer.dueMs < next.dueMs) next = timer
    return next
  }

  async #runOut(timer: Timer): Promise<void> {
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs)
    if (timer.everyMs === undefined) this.#timers.delete(timer.id)
    else timer.dueMs = this.#nowMs + timer.everyMs
    timer.run()
    await this.rest()
  }
}

/** What `setTimeout` gives: a number for who asks, and what Node's have; a virtual timer never holds a process. */
class TimerHandle {
  readonly #id: number
  readonly #refresh: () => void

  constructor(id: number, refresh: () => void) {
    this.#id = id
    this.#refresh = refresh
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  hasRef(): boolean {
    return false
  }

  refresh(): this {
    this.#refresh()
    return this
  }

  [Symbol.toPrimitive](): number {
    return this.#id
  }
}
