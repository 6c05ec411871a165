import { createActor, setup, type InspectionEvent } from 'xstate'
import { describe, expect, test } from 'vitest'
import { drive, DriveDifference, VirtualClock, type Drivable } from 'xmpp-machines/testing'

const lamp = setup({ types: {} as { events: { readonly type: 'press' } } }).createMachine({
  id: 'lamp',
  initial: 'off',
  states: { off: { on: { press: 'on' } }, on: {} },
})

/** What a lamp does, it does at once. */
class LampClock extends VirtualClock {
  override async until(holds: () => boolean) {
    await this.rest()
    return holds()
  }
}

/** A lamp that leaves something behind; `press` is told to the chart alone where it is broken. */
function toDrivable(isBroken: boolean, inputOf: () => unknown = () => undefined) {
  const begin = (inspect: (event: InspectionEvent) => void) => {
    const clock = new LampClock()
    const actor = createActor(lamp, { inspect }).start()
    const end = async () => {
      clock[Symbol.dispose]()
      throw new Error('a timer is left behind')
    }
    return { clock, actor, transcript: () => 'every word', end }
  }
  const drivable: Drivable<ReturnType<typeof begin>> = {
    machine: lamp,
    stimuli: [
      {
        name: 'press',
        predicts: [{ to: 'lamp', event: { type: 'press' } }],
        act: ({ actor }) => (isBroken ? undefined : actor.send({ type: 'press' })),
      },
    ],
    start: begin,
    inputOf,
  }
  return drivable
}

const realSetTimeout = globalThis.setTimeout
const errorOf = (driven: Promise<unknown>) => driven.catch((error: unknown) => error)

describe('drive()', () => {
  test('throws what is left behind', async () => {
    expect(await errorOf(drive(toDrivable(false), ['press']))).toMatchObject({
      message: 'a timer is left behind',
    })
  })

  test('tells a difference, with every word, also where something is left behind then', async () => {
    const error = await errorOf(drive(toDrivable(true), ['press']))
    expect(error).toBeInstanceOf(DriveDifference)
    expect(error).toMatchObject({
      path: ['press'],
      message: expect.stringContaining('every word'),
      cause: { message: 'a timer is left behind' },
    })
  })

  test('ends what it has begun where the model cannot begin', async () => {
    const inputOf = () => {
      throw new Error('no input')
    }
    expect(await errorOf(drive(toDrivable(false, inputOf), []))).toMatchObject({ message: 'no input' })
    expect(globalThis.setTimeout).toBe(realSetTimeout)
  })
})
