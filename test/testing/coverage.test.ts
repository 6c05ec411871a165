import { createActor, setup } from 'xstate'
import { expect, test } from 'vitest'
import { CoverageRecorder, walk } from 'xmpp-machines/testing'

const door = setup({
  types: {} as {
    context: { readonly hasKey: boolean; readonly isOpened: boolean }
    input: { readonly hasKey: boolean; readonly isOpened: boolean }
    events: { readonly type: 'open' }
  },
  guards: { hasKey: ({ context }) => context.hasKey, isOpened: ({ context }) => context.isOpened },
}).createMachine({
  id: 'door',
  context: ({ input }) => input,
  initial: 'shut',
  states: {
    shut: {
      always: { guard: 'isOpened', target: 'wide' },
      on: { open: { guard: 'hasKey', target: 'wide' } },
    },
    wide: { type: 'final' },
  },
})

const inputs = [
  { hasKey: true, isOpened: false },
  { hasKey: false, isOpened: false },
  { hasKey: false, isOpened: true },
]

/** What is told of the doors, each of which somebody opens, unless it is. */
function coverageOf(some: typeof inputs) {
  const recorder = new CoverageRecorder()
  for (const input of some) {
    const actor = createActor(door, { input, inspect: recorder.inspect }).start()
    if (actor.getSnapshot().status === 'active') actor.send({ type: 'open' })
    actor.stop()
  }
  return recorder.of(door)
}

test('guards that refuse are counted of actors that run as of a walk, though nothing takes the event', () => {
  expect(coverageOf(inputs)).toEqual(walk(door, { inputs }).coverage)
  expect(coverageOf(inputs).guards).toMatchObject({ of: 4, reached: 4 })
})

test('a guard that was not asked has not refused', () => {
  expect(coverageOf(inputs.slice(2)).guards.missed).toEqual([
    'door.shut open [hasKey] → door.wide: the guard never passed',
    'door.shut open [hasKey] → door.wide: the guard never refused',
    'door.shut always [isOpened] → door.wide: the guard never refused',
  ])
})
