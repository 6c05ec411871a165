import { interval, take, timer, toArray } from 'rxjs'
import { expect, it } from 'vitest'
import { createActor, createMachine } from 'xstate'
import { VirtualClock } from '../../src/testing/virtual-clock.js'

it('runs a timer that another one has set off, in the same advance, each at its own time', async () => {
  using clock = new VirtualClock()
  const ran: (readonly [string, number])[] = []
  setTimeout(() => {
    ran.push(['first', clock.nowMs])
    setTimeout(() => ran.push(['third', clock.nowMs]), 50)
  }, 100)
  setTimeout(() => ran.push(['second', clock.nowMs]), 120)
  await clock.advance(200)
  expect(ran).toEqual([
    ['first', 100],
    ['second', 120],
    ['third', 150],
  ])
  expect(clock.timerCount).toBe(0)
})

it('moves a chart through every level of chained waits', async () => {
  using clock = new VirtualClock()
  const actor = createActor(
    createMachine({
      initial: 'first',
      states: {
        first: { after: { 10: 'second' } },
        second: { after: { 10: 'third' } },
        third: { after: { 10: 'last' } },
        last: {},
      },
    }),
  ).start()
  await clock.advance(29)
  expect(actor.getSnapshot().value).toBe('third')
  await clock.advance(1)
  expect(actor.getSnapshot().value).toBe('last')
})

it('moves RxJS, dates and the clock of performance together', async () => {
  using clock = new VirtualClock()
  const before = { date: Date.now(), made: new Date().getTime(), now: performance.now() }
  const seen: unknown[] = []
  timer(1_000).subscribe(() =>
    seen.push(Date.now() - before.date, new Date().getTime() - before.made, performance.now() - before.now),
  )
  interval(400)
    .pipe(take(3), toArray())
    .subscribe((ticks) => seen.push(ticks))
  await clock.advance(1_500)
  expect(seen).toEqual([1_000, 1_000, 1_000, [0, 1, 2]])
  expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z')
})

it('lets promises run that a timer has settled before the next timer', async () => {
  using clock = new VirtualClock()
  const order: string[] = []
  void new Promise<void>((resolve) => setTimeout(resolve, 10)).then(() => order.push('promise'))
  setTimeout(() => order.push('timer'), 10)
  await clock.advance(10)
  expect(order).toEqual(['promise', 'timer'])
})

it('tells what waits, and drains it', async () => {
  using clock = new VirtualClock()
  const cleared = setTimeout(() => undefined, 5)
  clearTimeout(cleared)
  setTimeout(() => setTimeout(() => undefined, 20), 30)
  expect(clock.nextInMs).toBe(30)
  expect(await clock.drain()).toBe(50)
  expect(clock.nextInMs).toBeUndefined()
})

it('stops a repeated timer at the limit of a drain', async () => {
  using clock = new VirtualClock()
  const repeated = setInterval(() => undefined, 10)
  expect(await clock.drain(95)).toBe(90)
  clearInterval(repeated)
  expect(clock.timerCount).toBe(0)
})

it('gives real time back', async () => {
  const before = [setTimeout, clearTimeout, setInterval, clearInterval, Date, performance.now()] as const
  {
    using clock = new VirtualClock()
    expect(setTimeout).not.toBe(before[0])
    await clock.advance(1_000_000)
  }
  expect([setTimeout, clearTimeout, setInterval, clearInterval, Date]).toEqual(before.slice(0, 5))
  expect(performance.now() - before[5]).toBeLessThan(60_000)
})

it('leaves timers of real time to real time', async () => {
  let hasRun = false
  const real = setTimeout(() => (hasRun = true), 20)
  const later = new Promise((resolve) => setTimeout(resolve, 60))
  const repeated = setInterval(() => (hasRun = true), 20)
  const ran: number[] = []
  {
    using clock = new VirtualClock()
    // As many as it takes for one to have the number of a real one, if it were a small one, where the process is young.
    const count = Math.min(Number(repeated) + 1, 2_000)
    for (let index = 0; index < count; index += 1) setTimeout(() => ran.push(index), 10)
    clearTimeout(real)
    clearInterval(repeated)
    await clock.advance(10)
    expect(ran).toHaveLength(count)
  }
  await later
  expect(hasRun).toBe(false)
})

it('leaves timers of another clock to that one', async () => {
  using outer = new VirtualClock()
  const ran: string[] = []
  const ended = [setTimeout(() => ran.push('ended'), 10), setTimeout(() => ran.push('ended by number'), 10)]
  {
    using inner = new VirtualClock()
    setTimeout(() => ran.push('first'), 10)
    setTimeout(() => ran.push('second'), 10)
    const own = setTimeout(() => ran.push('own'), 10)
    const [handle, other] = ended
    clearTimeout(handle)
    clearTimeout(Number(other))
    clearTimeout(Number(own))
    await inner.advance(10)
  }
  await outer.advance(10)
  expect(ran).toEqual(['first', 'second'])
})

it('tells its own date to who makes no object of it', async () => {
  using clock = new VirtualClock()
  await clock.advance(1_000 * 86_400_000)
  expect(Date()).toBe(new Date().toString())
})
