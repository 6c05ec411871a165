import { assign, createActor, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { walk, wander } from 'xmpp-machines/testing'

/** A till that forgets, after a refund in the middle of three sales, to count the next one. */
const till = setup({
  types: {} as {
    context: { readonly sold: number; readonly counted: number; readonly refunded: boolean }
    events: { readonly type: 'sell' } | { readonly type: 'refund' } | { readonly type: 'close' }
  },
  actions: {
    count: assign(({ context }) => ({
      sold: context.sold + 1,
      counted: context.counted + (context.refunded && context.sold === 2 ? 0 : 1),
      refunded: false,
    })),
    takeBack: assign({ refunded: true }),
  },
}).createMachine({
  id: 'till',
  context: { sold: 0, counted: 0, refunded: false },
  initial: 'open',
  states: {
    open: { on: { sell: { actions: 'count' }, refund: { actions: 'takeBack' }, close: 'closed' } },
    closed: { on: { sell: {} } },
  },
})

/** Merges all sums into one place: a walk alone cannot see what is wrong. */
const merged = walk(till, {
  key: () => undefined,
  invariants: { 'every sale is counted': ({ context }) => context.sold === context.counted },
})

describe('wander()', () => {
  test('finds what merged places hide, and shrinks it to the fewest events', async () => {
    expect(merged.incidents).toEqual([])
    const { failure } = await wander(merged, { walks: 300, steps: 20, seed: 7 })
    expect(failure?.text).toBe('sell\nsell\nrefund\nsell')
    expect(failure?.because).toContain('every sale is counted')
  })

  test('has nothing to tell where nothing is wrong, and walks the same way again', async () => {
    const fine = walk(till, { key: () => undefined })
    const { failure, seed } = await wander(fine, { walks: 50, seed: 3 })
    expect({ failure, seed }).toEqual({ failure: undefined, seed: 3 })
  })

  test('lets nothing happen that is not possible', async () => {
    const heard: string[] = []
    await wander(walk(till, { key: ({ context }) => Math.min(context.sold, 1) }), {
      walks: 30,
      seed: 5,
      companion: () => ({ follow: ({ type }) => void heard.push(type), end: () => void heard.push('end') }),
    })
    expect(heard.filter((each) => each === 'end')).toHaveLength(30)
    expect(heard.join(' ')).not.toMatch(/close (?!end)/)
  })

  test('leads a companion along, and tells where it does something else', async () => {
    const { failure } = await wander(walk(till, { key: () => undefined }), {
      walks: 100,
      seed: 11,
      companion: () => {
        const actor = createActor(till).start()
        let sales = 0
        return {
          follow: (event, expected) => {
            sales += event.type === 'sell' ? 1 : 0
            // A companion with a fault of its own: it is deaf to the third sale.
            if (event.type !== 'sell' || sales !== 3) actor.send(event)
            expect(actor.getSnapshot().context.sold).toBe(expected.context.sold)
          },
          end: () => void actor.stop(),
        }
      },
    })
    expect(failure?.events.map(({ type }) => type)).toEqual(['sell', 'sell', 'sell'])
  })

  test.each([
    ['cannot begin', [], () => Promise.reject(new Error('no room for it'))],
    [
      'throws at its end',
      [],
      () => ({
        follow: () => {},
        end: () => {
          throw new Error('no room for it')
        },
      }),
    ],
    [
      'goes wrong, and then throws at its end',
      ['sell'],
      () => {
        let isAtFault = false
        return {
          follow: () => {
            isAtFault = true
            throw new Error('no room for it')
          },
          end: () => (isAtFault ? Promise.reject(new Error('three timers are left')) : undefined),
        }
      },
    ],
  ])('tells a companion that %s', async (_what, events, companion) => {
    const { failure } = await wander(walk(till, { events: [{ type: 'sell' }], key: () => undefined }), {
      walks: 20,
      seed: 1,
      companion,
    })
    expect(failure?.because).toBe('no room for it')
    expect(failure?.events.map(({ type }) => type)).toEqual(events)
  })

  test('holds the chart to its invariants where it begins', async () => {
    const invariants = { 'something is sold': () => false }
    const { failure } = await wander(walk(till, { key: () => undefined, invariants }), { walks: 5, seed: 1 })
    expect(failure).toMatchObject({
      because: 'something is sold: does not hold in till.open',
      events: [],
    })
  })
})
