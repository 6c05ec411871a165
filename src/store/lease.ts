import { StoreError, TransportError } from '../errors.js'
import { garbage, read, readVersioned, savedVersion, unlessBroken } from './saved-record.js'
import type { Store, StoredRecord } from './store.js'

/** Who may write; whoever took it last. */
interface Held {
  readonly epoch: number
  readonly owner: string
  /** Those before, latest first: what they have written is what the owner begins with. */
  readonly before: readonly string[]
}

/** Earlier owners that are asked for what they have written; each of them was killed before it had written anything. */
const rememberedOwners = 8

/**
 * Who of several processes has a session: whoever has taken it last, and whoever had it before notices when it has written
 * next. Two slots in turn, so that a process killed while it takes the lease breaks nothing.
 */
export class Lease {
  readonly #store: Store
  readonly #name: string
  readonly #owner: string
  #epoch = 0

  constructor(store: Store, name: string, owner: string) {
    this.#store = store
    this.#name = name
    this.#owner = owner
  }

  /**
   * Takes it from whoever has it.
   * @param isWanted asked when it could be taken; where it is not, rejects with `TransportError` (`aborted`) and takes nothing
   * @returns the owners before, latest first, and what could not be read
   */
  async take(
    isWanted: () => boolean,
  ): Promise<{ readonly before: readonly string[]; readonly ignored: readonly StoreError[] }> {
    const ignored: StoreError[] = []
    const slots = await Promise.all([this.#read(0, ignored), this.#read(1, ignored)])
    const [latest] = slots
      .filter((slot) => slot !== undefined)
      .toSorted((one, other) => other.epoch - one.epoch)
    // Each once: one that tries again and again would put those out that have written something.
    const owners = new Set(latest === undefined ? [] : [latest.owner, ...latest.before])
    const before = [...owners].slice(0, rememberedOwners)
    this.#epoch = (latest?.epoch ?? 0) + 1
    const held: StoredRecord = { version: savedVersion, epoch: this.#epoch, owner: this.#owner, before }
    if (!isWanted()) throw new TransportError('aborted', 'nobody waits for the session any more')
    await this.#store.set(this.#key(this.#epoch), held)
    return { before, ignored }
  }

  /** Rejects with `StoreError` (`taken`) where it has another owner by now. */
  async check(): Promise<void> {
    const [mine, next] = await Promise.all([this.#read(this.#epoch), this.#read(this.#epoch + 1)])
    const isMine = mine?.owner === this.#owner
    const isLatest = next === undefined || next.epoch < this.#epoch
    if (!isMine || !isLatest) throw new StoreError('taken', 'another process has taken the session over')
  }

  async #read(epoch: number, ignored: StoreError[] = []): Promise<Held | undefined> {
    const key = this.#key(epoch)
    return unlessBroken(ignored, parseHeld, await this.#store.get(key), key)
  }

  #key(epoch: number): string {
    return `${this.#name}:lease:${epoch % 2}`
  }
}

function parseHeld(value: unknown, key: string): Held | undefined {
  const record = readVersioned(value, key)
  if (record === undefined) return undefined
  const epoch = read(record, 'epoch')
  const owner = read(record, 'owner')
  const before = read(record, 'before')
  if (typeof epoch !== 'number' || !Number.isSafeInteger(epoch) || epoch < 0) throw garbage(key)
  if (typeof owner !== 'string' || !Array.isArray(before)) throw garbage(key)
  return { epoch, owner, before: before.filter((name): name is string => typeof name === 'string') }
}
