import { StoreError, TimeoutError } from '../errors.js'
import { randomName } from '../random-name.js'
import { Lease } from './lease.js'
import { parseRecord, toStored, unlessBroken, type SavedRecord } from './saved-record.js'
import { Saved, type Change } from './saved.js'
import type { Store, StoredRecord } from './store.js'

/** How long one call of the store may take, in milliseconds. */
const storeTimeoutMs = 10_000

/** Turns, and changes, after which everything is written anew and the turns before are deleted. */
const defaultCheckpointTurns = 256
const checkpointChanges = 20_000

/** What was found, and what could not be read and why. */
export interface Opened {
  readonly saved: Saved
  readonly ignored: readonly StoreError[]
}

/**
 * A write-ahead log in a store: what changes in one turn is one record, written at the end of the turn, or, while another is
 * being written, with everything that has come meanwhile. Now and then all of it is written at once, in one of two slots in
 * turn. No record is ever written over one that is needed: a process may be killed at any moment.
 */
export class Journal {
  readonly #store: Store
  readonly #name: string
  readonly #owner: string
  readonly #lease: Lease
  readonly #checkpointTurns: number
  readonly #watchers = new Set<(error: StoreError) => void>()
  #saved = new Saved()
  #pending: Change[] = []
  #waiting: (() => void)[] = []
  #standing: 'ended' | 'failing' | 'idle' | 'unopened' | 'writing' = 'unopened'
  #failure: StoreError | undefined
  /** The last turn that is stored, and the last that is in a checkpoint. */
  #turn = 0
  #upTo = 0
  #checkpoint = 0
  #changes = 0

  /**
   * @param name of the account: no two journals in one store may share it
   * @param checkpointTurns after how many turns everything is written anew, and they are deleted
   */
  constructor(store: Store, name: string, checkpointTurns = defaultCheckpointTurns) {
    this.#checkpointTurns = checkpointTurns
    this.#store = withTimeouts(store)
    this.#name = encodeURIComponent(name)
    this.#owner = randomName()
    this.#lease = new Lease(this.#store, this.#name, this.#owner)
  }

  /** Whether everything that was noted is stored; what another process keeps it from is not. */
  get isSettled(): boolean {
    return this.#pending.length === 0 && this.#standing !== 'writing' && this.#standing !== 'ended'
  }

  /**
   * Takes the session from whoever has it, and gives what was stored; what was noted before is added to it.
   * @param isWanted asked when it could be taken; where it is not, it is left to whoever has it
   * @returns rejects with `StoreError` (`failed`); may be called again then
   */
  async open(isWanted = () => true): Promise<Opened> {
    try {
      const { before, ignored } = await this.#lease.take(isWanted)
      const found = await this.#find(before)
      this.#saved = found.saved
      await this.#writeCheckpoint()
      await found.discard()
      const saved = new Saved()
      for (const change of this.#saved.toChanges()) saved.apply(change)
      this.#standing = 'idle'
      this.#schedule()
      return { saved, ignored: [...ignored, ...found.ignored] }
    } catch (error) {
      throw toStoreError(error)
    }
  }

  note(...changes: readonly Change[]): void {
    if (this.#standing === 'ended') return
    this.#pending.push(...changes)
    this.#schedule()
  }

  /** Tells once everything that was noted so far is stored, at once where it is; never where another process has it. */
  whenSettled(tell: () => void): void {
    if (this.isSettled) tell()
    else if (this.#standing !== 'ended') this.#waiting.push(tell)
  }

  /** The same as a promise, and that the session is still one's own; tries again where the store has failed. */
  async settle(): Promise<void> {
    if (this.#standing === 'unopened') return
    if (this.#standing === 'failing') {
      this.#standing = 'idle'
      this.#schedule()
    }
    if (this.#failure !== undefined && this.#standing === 'ended') throw this.#failure
    if (!this.isSettled) {
      await new Promise<void>((resolve, reject) => {
        const stop = this.watch((error) => {
          stop()
          reject(error)
        })
        this.whenSettled(() => {
          stop()
          resolve()
        })
      })
    } else await this.#check()
  }

  /** Tells what fails, and soon what has failed and still does, until the returned function is called. */
  watch(tell: (error: StoreError) => void): () => void {
    this.#watchers.add(tell)
    queueMicrotask(() => {
      const isBroken = this.#standing === 'ended' || this.#standing === 'failing'
      if (isBroken && this.#failure !== undefined && this.#watchers.has(tell)) tell(this.#failure)
    })
    return () => this.#watchers.delete(tell)
  }

  #schedule(): void {
    if (this.#standing !== 'idle' || this.#pending.length === 0) return
    this.#standing = 'writing'
    queueMicrotask(() => void this.#write())
  }

  async #write(): Promise<void> {
    const changes = this.#pending
    const waiting = this.#waiting
    this.#pending = []
    this.#waiting = []
    try {
      const number = this.#turn + 1
      await this.#store.set(this.#turnKey(number), this.#toRecord(number, number, changes))
      // Before anything leaves: whoever takes the session reads what is written before this check, or is noticed by it.
      await this.#lease.check()
      this.#turn = number
      for (const change of changes) this.#saved.apply(change)
      this.#changes += changes.length
      if (number - this.#upTo >= this.#checkpointTurns || this.#changes > checkpointChanges) {
        await this.#writeCheckpoint()
      }
    } catch (error) {
      this.#pending = [...changes, ...this.#pending]
      this.#waiting = [...waiting, ...this.#waiting]
      this.#fail(toStoreError(error))
      return
    }
    this.#standing = 'idle'
    // Whoever came while this was written, and noted nothing, has waited for this.
    if (this.#pending.length === 0) waiting.push(...this.#waiting.splice(0))
    for (const tell of waiting) tell()
    this.#schedule()
  }

  async #check(): Promise<void> {
    try {
      await this.#lease.check()
    } catch (error) {
      const failure = toStoreError(error)
      this.#fail(failure)
      throw failure
    }
  }

  #fail(error: StoreError): void {
    this.#failure = error
    this.#standing = error.reason === 'taken' ? 'ended' : 'failing'
    for (const tell of this.#watchers) tell(error)
  }

  async #writeCheckpoint(): Promise<void> {
    const number = this.#checkpoint + 1
    const record = this.#toRecord(number, this.#turn, this.#saved.toChanges())
    await this.#store.set(this.#checkpointKey(number, this.#owner), record)
    // Whoever has taken the session before this check may have read the checkpoint before, and needs the turns behind it.
    await this.#lease.check()
    this.#checkpoint = number
    const turns = range(this.#upTo + 1, this.#turn)
    this.#upTo = this.#turn
    this.#changes = 0
    await Promise.all(turns.map((turn) => this.#store.delete(this.#turnKey(turn))))
  }

  /** What the latest owner has written who has written anything; `discard` deletes it. */
  async #find(owners: readonly string[]): Promise<Opened & { readonly discard: () => Promise<void> }> {
    const ignored: StoreError[] = []
    const saved = new Saved()
    for (const owner of owners) {
      const keys = [0, 1].map((slot) => this.#checkpointKey(slot, owner))
      const slots = await Promise.all(keys.map((key) => this.#read(key, ignored)))
      const [checkpoint] = slots
        .filter((slot) => slot !== undefined)
        .toSorted((one, other) => other.number - one.number)
      if (checkpoint === undefined) continue
      let turn = checkpoint.upTo
      for (let record: SavedRecord | undefined = checkpoint; record !== undefined;) {
        for (const change of record.changes) saved.apply(change)
        turn += 1
        const next: SavedRecord | undefined = await this.#read(this.#turnKey(turn, owner), ignored)
        record = next?.number === turn ? next : undefined
      }
      const used = range(checkpoint.upTo - this.#checkpointTurns + 1, turn).map((one) =>
        this.#turnKey(one, owner),
      )
      const discard = async () => {
        if (owner === this.#owner) return
        await Promise.all([...keys, ...used].map((key) => this.#store.delete(key)))
      }
      return { saved, ignored, discard }
    }
    return { saved, ignored, discard: async () => undefined }
  }

  async #read(key: string, ignored: StoreError[]): Promise<SavedRecord | undefined> {
    return unlessBroken(ignored, parseRecord, await this.#store.get(key), key)
  }

  #toRecord(number: number, upTo: number, changes: readonly Change[]): StoredRecord {
    return toStored({ number, upTo, moment: Date.now(), changes })
  }

  #turnKey(turn: number, owner = this.#owner): string {
    return `${this.#name}:${owner}:turn:${turn}`
  }

  #checkpointKey(number: number, owner: string): string {
    return `${this.#name}:${owner}:checkpoint:${number % 2}`
  }
}

/**
 * Every call ends, and gives a promise. A write that was given up may still come: another of its key waits for it, lest it come
 * in place of that.
 */
function withTimeouts(store: Store): Store {
  const timed = async (what: string, call: (isGivenUp: () => boolean) => unknown): Promise<unknown> => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isLate = false
    const timeout = new Promise<never>((_, reject) => {
      const late = () => {
        isLate = true
        reject(new TimeoutError('store', `the store's answer to ${what}`, storeTimeoutMs))
      }
      timer = setTimeout(late, storeTimeoutMs)
    })
    try {
      return await Promise.race([call(() => isLate), timeout])
    } finally {
      clearTimeout(timer)
    }
  }
  const writes = new KeyQueue()
  return {
    get: (key) => timed('get', () => store.get(key)),
    set: (key, value) =>
      timed('set', (isGivenUp) => writes.add(key, () => (isGivenUp() ? undefined : store.set(key, value)))),
    delete: (key) =>
      timed('delete', (isGivenUp) => writes.add(key, () => (isGivenUp() ? undefined : store.delete(key)))),
  }
}

/** Calls of one key, one after the other: at once where none is under way. */
class KeyQueue {
  readonly #last = new Map<string, Promise<unknown>>()

  add(key: string, call: () => unknown): unknown {
    const before = this.#last.get(key)
    const answer = before === undefined ? call() : before.then(call)
    if (typeof answer !== 'object' || answer === null || !('then' in answer)) return answer
    const end = () => {
      if (this.#last.get(key) === over) this.#last.delete(key)
    }
    const over: Promise<unknown> = Promise.resolve(answer).then(end, end)
    this.#last.set(key, over)
    return answer
  }
}

function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const what = error instanceof Error ? error.message : String(error)
  return new StoreError('failed', `the store failed: ${what}`, { cause: error })
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, to - Math.max(1, from) + 1) }, (_, index) => Math.max(1, from) + index)
