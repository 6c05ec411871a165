import type { Store, StoredRecord } from '../../src/store/store.js'

/** How much of the value that is being written is there when the process ends. */
export type Torn = 'all' | 'half' | 'nothing'

/** What is left when processes are gone. */
export class Disk {
  readonly texts = new Map<string, string>()

  /** As a process sees it that ends with its `crashAt`-th call: that call and those after it never return. */
  mount(crashAt = Infinity, torn: Torn = 'all') {
    let calls = 0
    const call = async <T>(act: (isLast: boolean) => T): Promise<T> => {
      calls += 1
      if (calls > crashAt) return new Promise<T>(() => undefined)
      await Promise.resolve()
      const result = act(calls === crashAt)
      return calls >= crashAt ? new Promise<T>(() => undefined) : result
    }
    return {
      get: (key) => call(() => read(this.texts.get(key))),
      set: (key, value: StoredRecord) =>
        call((isLast) => {
          const text = JSON.stringify(value)
          if (!isLast || torn === 'all') this.texts.set(key, text)
          else if (torn === 'half') this.texts.set(key, text.slice(0, text.length / 2))
          else this.texts.set(key, '')
        }),
      delete: (key) => call(() => void this.texts.delete(key)),
    } satisfies Store
  }
}

/** What is no JSON comes back as it is, as with `unstorage`. */
function read(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}

/** A store on a disk, for a process that can be killed: what it does afterwards reaches nothing. */
export function mountKillable(disk: Disk) {
  const store = disk.mount()
  let isDead = false
  const unlessDead = <T>(call: () => Promise<T>): Promise<T> =>
    isDead ? Promise.reject(new Error('the process was killed')) : call()
  return {
    store: {
      get: (key) => unlessDead(() => store.get(key)),
      set: (key, value) => unlessDead(() => store.set(key, value)),
      delete: (key) => unlessDead(() => store.delete(key)),
    } satisfies Store,
    kill: () => {
      isDead = true
    },
  }
}
