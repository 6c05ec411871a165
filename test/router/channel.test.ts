import { expect, test } from 'vitest'
import { Channel, StateChannel } from '../../src/router/channel.js'

test('a value goes to everybody who was there when it came, in the order in which they came', () => {
  const stream = new Channel<number>()
  const seen: string[] = []
  stream.stream$.subscribe((value) => {
    seen.push(`first ${value}`)
    if (value === 1) stream.stream$.subscribe((later) => seen.push(`late ${later}`))
  })
  stream.stream$.subscribe((value) => seen.push(`second ${value}`))
  stream.next(1)
  stream.next(2)
  expect(seen).toEqual(['first 1', 'second 1', 'first 2', 'second 2', 'late 2'])
})

test('whoever is ended by another gets nothing any more, not even the value at hand', () => {
  const stream = new Channel<number>()
  const seen: string[] = []
  stream.stream$.subscribe((value) => {
    seen.push(`first ${value}`)
    second.unsubscribe()
  })
  const second = stream.stream$.subscribe((value) => seen.push(`second ${value}`))
  stream.next(1)
  expect(seen).toEqual(['first 1'])
})

test('it is observed as long as somebody subscribes', () => {
  const stream = new Channel<number>()
  expect(stream.observed).toBe(false)
  const watching = stream.stream$.subscribe()
  expect(stream.observed).toBe(true)
  watching.unsubscribe()
  expect(stream.observed).toBe(false)
})

test('it completes for those who are there and for those who come too late, and gives nothing more', () => {
  const stream = new Channel<number>()
  const seen: string[] = []
  const watch = (name: string) =>
    stream.stream$.subscribe({
      next: (value) => seen.push(`${name} ${value}`),
      complete: () => seen.push(`${name} complete`),
    })
  watch('early')
  stream.complete()
  stream.next(1)
  watch('late')
  expect(seen).toEqual(['early complete', 'late complete'])
  expect(stream.observed).toBe(false)
})

test('a state is replayed to whoever comes, who misses nothing that follows from being told', () => {
  const state = new StateChannel(1)
  const seen: string[] = []
  state.stream$.subscribe((value) => {
    seen.push(`first ${value}`)
    if (value === 1) state.next(2)
  })
  state.stream$.subscribe((value) => seen.push(`second ${value}`))
  expect(state.value).toBe(2)
  expect(seen).toEqual(['first 1', 'first 2', 'second 2'])
})

test('a state that follows from being told of one is told once everybody has heard of that one', () => {
  const state = new StateChannel(0)
  const seen: string[] = []
  const watch = (name: string) =>
    state.stream$.subscribe({
      next: (value) => seen.push(`${name} ${value}`),
      complete: () => seen.push(`${name} complete`),
    })
  state.stream$.subscribe((value) => {
    if (value !== 1) return
    state.next(2)
    watch('late')
    expect(state.value).toBe(2)
    state.next(3)
    state.complete()
    state.next(4)
  })
  watch('second')
  state.next(1)
  const inOrder = ['second 0', 'late 2', 'second 1', 'second 2', 'second 3', 'late 3']
  expect(seen).toEqual([...inOrder, 'second complete', 'late complete'])
})

test('a state that is complete stays what it was, and is replayed as that', () => {
  const state = new StateChannel(1)
  state.complete()
  state.next(2)
  const seen: string[] = []
  state.stream$.subscribe({
    next: (value) => seen.push(`late ${value}`),
    complete: () => seen.push('late complete'),
  })
  expect(state.value).toBe(1)
  expect(seen).toEqual(['late 1', 'late complete'])
})
