import { Journal } from '../../src/store/journal.js'
import type { SavedSession } from '../../src/store/saved.js'
import type { Store } from '../../src/store/store.js'
import { Disk } from './disk.js'

/** Somebody who waits for the store. */
interface Reader {
  readonly read: () => void
  readonly fail: (error: Error) => void
}

/** A store that answers nobody until the test lets it, and works from then on. */
export class AwaitedStore implements Store {
  readonly #disk: Disk
  readonly #store: Store
  #isAnswering = false
  #readers: Reader[] = []

  constructor(disk = new Disk()) {
    this.#disk = disk
    this.#store = disk.mount()
    this.set = this.#store.set
    this.delete = this.#store.delete
  }

  readonly get = async (key: string): Promise<unknown> => {
    if (!this.#isAnswering) {
      await new Promise<void>((read, fail) => void this.#readers.push({ read, fail }))
    }
    return this.#store.get(key)
  }
  readonly set: Store['set']
  readonly delete: Store['delete']

  /** An earlier process has had this session until now. */
  async leave(account: string, session: SavedSession): Promise<void> {
    const journal = new Journal(this.#disk.mount(), account)
    await journal.open()
    journal.note(['session', session])
    await journal.settle()
  }

  /** Whoever waits is answered, and whoever comes. */
  answer(): void {
    this.#isAnswering = true
    for (const { read } of this.#readers.splice(0)) read()
  }

  /** Whoever waits is told that it cannot be read; whoever comes waits again. */
  fail(): void {
    for (const { fail } of this.#readers.splice(0)) fail(new Error('no such disk'))
  }
}
