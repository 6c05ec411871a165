import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Journal } from '../../src/store/journal.js'
import { Saved, type Change } from '../../src/store/saved.js'
import type { Store } from '../../src/store/store.js'
import { arbitraryChange } from './arbitrary-changes.js'
import { Disk } from './disk.js'

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => vi.useRealTimers())

const rest = async (turns = 60) => {
  for (let turn = 0; turn < turns; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve))
}
const after = (...changes: readonly Change[]) => {
  const saved = new Saved()
  for (const change of changes) saved.apply(change)
  return saved.toChanges()
}
const opened = async (disk: Disk) => {
  const journal = new Journal(disk.mount(), 'alice@example.test')
  return { journal, ...(await journal.open()) }
}

describe('a journal', () => {
  it('gives back what was noted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryChange, { maxLength: 40 }), async (changes) => {
        const disk = new Disk()
        const { journal } = await opened(disk)
        journal.note(...changes)
        await journal.settle()
        const { ignored, saved } = await opened(disk)
        expect(saved.toChanges()).toEqual(after(...changes))
        expect(ignored).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('has, wherever its process was killed, all that it called stored, and nothing out of order', async () => {
    const life = fc.record({
      turns: fc.array(fc.array(arbitraryChange, { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
      crashAt: fc.integer({ min: 1, max: 60 }),
      torn: fc.constantFrom('all' as const, 'half' as const, 'nothing' as const),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(life, { minLength: 1, maxLength: 4 }),
        async (pace, lives) => {
          const disk = new Disk()
          let certain: readonly Change[] = []
          for (const { crashAt, torn, turns } of lives) {
            const journal = new Journal(disk.mount(crashAt, torn), 'alice@example.test', pace)
            const isOpen = await Promise.race([journal.open().then(() => true), rest().then(() => false)])
            let stored = 0
            for (const [index, changes] of isOpen ? turns.entries() : []) {
              journal.note(...changes)
              journal.whenSettled(() => (stored = index + 1))
              await rest(2)
            }
            await rest()
            const { saved } = await opened(disk)
            // Any turn may have reached the disk without a word of it; none before it may be missing.
            const possible = Array.from({ length: turns.length - stored + 1 }, (_, more) =>
              after(...certain, ...turns.slice(0, stored + more).flat()),
            )
            expect(possible).toContainEqual(saved.toChanges())
            certain = saved.toChanges()
          }
        },
      ),
      { numRuns: 150 },
    )
  }, 60_000)

  it('grows no further than what it holds', async () => {
    const disk = new Disk()
    const { journal } = await opened(disk)
    for (let count = 0; count < 1_000; count += 1) {
      journal.note(['handled', count])
      await journal.settle()
    }
    expect(disk.texts.size).toBeLessThan(260)
    const { saved } = await opened(disk)
    expect(saved.handled).toBe(999)
    // One lease, another one of before, and one checkpoint.
    expect(disk.texts.size).toBe(3)
  })

  it('writes as often as the store can, not as often as something changes', async () => {
    const disk = new Disk()
    const store = disk.mount()
    const set = vi.spyOn(store, 'set')
    const journal = new Journal(store, 'alice@example.test')
    await journal.open()
    set.mockClear()
    for (let count = 0; count < 1_000; count += 1) journal.note(['handled', count])
    await journal.settle()
    expect(set).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['garbage', 'store.garbage', () => 'garbage'],
    ['half of it', 'store.garbage', (text: string) => text.slice(0, text.length / 2)],
    [
      'another shape',
      'store.garbage',
      () => '{"version":1,"number":1,"upTo":0,"moment":1,"changes":[["sent",1]]}',
    ],
    [
      'a moment that no clock shows',
      'store.garbage',
      () =>
        `{"version":1,"number":1,"upTo":1,"moment":1,"changes":[["sent","a","<message/>",${2 ** 53 - 1}]]}`,
    ],
    [
      'the words of a later version',
      'store.version',
      (text: string) => text.replace('"version":1', '"version":2'),
    ],
    ['names of objects', 'store.garbage', () => '{"__proto__":{"version":1},"constructor":1}'],
  ])('leaves out %s, says so, and goes on', async (_what, code, change) => {
    const disk = new Disk()
    const { journal } = await opened(disk)
    journal.note(['handled', 1])
    await journal.settle()
    for (const [key, text] of disk.texts) if (!key.includes('lease')) disk.texts.set(key, change(text))
    const { ignored, journal: next, saved } = await opened(disk)
    expect(saved.toChanges()).toEqual(after())
    expect(ignored[0]).toMatchObject({ code })
    next.note(['handled', 2])
    await next.settle()
    expect((await opened(disk)).saved.handled).toBe(2)
  })

  it('never fails on what it finds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.json(), { minLength: 3, maxLength: 3 }), async (values) => {
        const disk = new Disk()
        const { journal } = await opened(disk)
        journal.note(['handled', 1])
        await journal.settle()
        for (const [index, key] of [...disk.texts.keys()].entries()) disk.texts.set(key, values[index] ?? '')
        await expect(opened(disk)).resolves.toBeDefined()
      }),
      { numRuns: 100 },
    )
  })

  it('belongs to whoever has taken it last; whoever had it before notices and stores nothing more', async () => {
    const disk = new Disk()
    const { journal: first } = await opened(disk)
    first.note(['handled', 1])
    await first.settle()
    const { journal: second, saved } = await opened(disk)
    expect(saved.handled).toBe(1)
    let told = false
    first.note(['handled', 2])
    first.whenSettled(() => (told = true))
    await expect(first.settle()).rejects.toMatchObject({ code: 'store.taken' })
    await expect(first.settle()).rejects.toMatchObject({ code: 'store.taken' })
    expect(told).toBe(false)
    second.note(['handled', 3])
    await second.settle()
    expect((await opened(disk)).saved.handled).toBe(3)
  })

  it('has all that it called stored when it is taken while it writes everything anew', async () => {
    const disk = new Disk()
    const [writer, reader] = [disk.mount(), disk.mount()]
    const first = new Journal(writer, 'alice@example.test', 2)
    await first.open()
    first.note(['handled', 1])
    await first.settle()
    const land = holdUp(writer, 'set', ':checkpoint:')
    first.note(['handled', 2])
    await rest()
    const read = holdUp(reader, 'get', ':turn:')
    const second = new Journal(reader, 'alice@example.test').open()
    await rest()
    land()
    await rest()
    read()
    expect((await second).saved.handled).toBe(2)
  })

  it('has all of before after however many attempts at a store that works by halves', async () => {
    const disk = new Disk()
    const { journal: first } = await opened(disk)
    first.note(['handled', 1])
    await first.settle()
    const store = disk.mount()
    const { set } = store
    let failures = 0
    vi.spyOn(store, 'set').mockImplementation((key, value) => {
      const isFull = key.includes(':checkpoint:') && (failures += 1) <= 9
      return isFull ? Promise.reject(new Error('the disk is full')) : set(key, value)
    })
    const journal = new Journal(store, 'alice@example.test')
    for (let time = 0; time < 9; time += 1) {
      await expect(journal.open()).rejects.toMatchObject({ code: 'store.failed' })
    }
    expect((await journal.open()).saved.handled).toBe(1)
  })

  it('notices that it was taken also where it has nothing to store', async () => {
    const disk = new Disk()
    const { journal } = await opened(disk)
    await opened(disk)
    await opened(disk)
    await expect(journal.settle()).rejects.toMatchObject({ code: 'store.taken' })
  })

  it('calls nothing stored that is noted once it was taken', async () => {
    const disk = new Disk()
    const { journal } = await opened(disk)
    await opened(disk)
    await expect(journal.settle()).rejects.toMatchObject({ code: 'store.taken' })
    let told = false
    journal.note(['handled', 1])
    journal.whenSettled(() => (told = true))
    await rest()
    expect([told, journal.isSettled]).toEqual([false, false])
  })

  it('tells also whoever comes later what does not work', async () => {
    const disk = new Disk()
    const store = disk.mount()
    const journal = new Journal(store, 'alice@example.test')
    await journal.open()
    vi.spyOn(store, 'set').mockRejectedValueOnce(new Error('the disk is full'))
    journal.note(['handled', 1])
    await rest()
    const failures: unknown[] = []
    journal.watch((error) => failures.push(error.code))
    journal.watch((error) => failures.push(error.code))()
    await rest()
    expect(failures).toEqual(['store.failed'])
    await journal.settle()
    journal.watch((error) => failures.push(error.code))
    await rest()
    expect(failures).toEqual(['store.failed'])
  })

  it('tells what the store failed at, and tries again when it is asked to', async () => {
    const disk = new Disk()
    const store = disk.mount()
    const journal = new Journal(store, 'alice@example.test')
    await journal.open()
    vi.spyOn(store, 'set').mockRejectedValueOnce(new Error('the disk is full'))
    const failures: unknown[] = []
    journal.watch((error) => failures.push(error.code))
    journal.note(['handled', 1])
    let told = 0
    journal.whenSettled(() => (told += 1))
    await rest()
    expect({ failures, told }).toEqual({ failures: ['store.failed'], told: 0 })
    await journal.settle()
    expect(told).toBe(1)
    expect((await opened(disk)).saved.handled).toBe(1)
  })

  it('loses nothing to a write that was given up and comes late', async () => {
    const disk = new Disk()
    const store = disk.mount()
    const journal = new Journal(store, 'alice@example.test')
    await journal.open()
    const { set } = store
    let land = () => {}
    vi.spyOn(store, 'set').mockImplementationOnce(
      (key, value) => new Promise<void>((resolve) => (land = () => void set(key, value).then(resolve))),
    )
    journal.note(['fact', 'one', 1])
    await vi.advanceTimersByTimeAsync(10_000)
    journal.note(['fact', 'two', 2])
    // As long as it may come, nothing that would be in its place is called stored.
    const early = journal.settle().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await early).toMatchObject({ code: 'store.failed', cause: { code: 'timeout.store' } })
    const late = journal.settle()
    land()
    await late
    await rest()
    expect([...(await opened(disk)).saved.facts.keys()]).toEqual(['one', 'two'])
  })

  it('gives up a store that does not answer', async () => {
    const journal = new Journal(new Disk().mount(0), 'alice@example.test')
    const outcome = journal.open().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await outcome).toMatchObject({ code: 'store.failed', cause: { code: 'timeout.store' } })
  })
})

/** Whoever calls for such keys waits until the returned function is called. */
function holdUp(store: Store, name: 'get' | 'set', part: string): () => void {
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  const { get, set } = store
  const wait = async (key: string) => (key.includes(part) ? released : undefined)
  if (name === 'get') vi.spyOn(store, name).mockImplementation(async (key) => wait(key).then(() => get(key)))
  else vi.spyOn(store, name).mockImplementation(async (key, value) => wait(key).then(() => set(key, value)))
  return release
}
