import { array, assert, constantFrom, integer, oneof, property } from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createActor, setup } from 'xstate'
import {
  conversationMachine,
  defaultConversationTimeouts,
  type ConversationEvent,
} from '../../../machines/conversation.js'
import { createRecorder, type Recorder } from '../../../src/inspector/recording/recorder.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now())
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const trace = { lock: 'bob@example.test/desk', thread: 't' }
const event = constantFrom<ConversationEvent>(
  { type: 'conversation.type' },
  { type: 'conversation.attend' },
  { type: 'conversation.leave' },
  { type: 'message.sent', thread: 't' },
  { type: 'contact.stated', chatState: 'composing', ...trace },
  { type: 'contact.stated', chatState: 'active', ...trace },
  { type: 'contact.stated', chatState: 'gone', ...trace },
)
const waitMs = integer({ min: 1, max: 700_000 })

/** A conversation that waits for what is done when it is told. */
const startConversation = (recorder: Recorder) =>
  createActor(conversationMachine.provide({ actors: {} }), {
    id: 'c',
    inspect: recorder.taps.inspect,
    input: { jid: 'bob@example.test', timeouts: defaultConversationTimeouts },
  }).start()

/** What is left of the time-outs of the first actor that somebody finds. */
const foundIn = (recorder: Recorder) =>
  recorder.history().find((line) => line.kind === 'start' && line.found === true)

it('says of a chart whose beginning is dropped which time-outs run, as XState does to who comes late', () => {
  assert(
    property(array(oneof(event, waitMs), { maxLength: 30 }), (course) => {
      const recorder = createRecorder({ name: 'early', source: 's', recordsLimit: 10 })
      const actor = startConversation(recorder)
      for (const step of course)
        if (typeof step === 'number') vi.advanceTimersByTime(step)
        else actor.send(step)
      const late = createRecorder({ name: 'late', source: 's' })
      late.attach(actor)
      // Nothing comes of these; they push out what led here.
      for (let count = 0; count < 40; count++) actor.send({ type: 'form.found' })
      expect(foundIn(recorder)).toMatchObject({ value: actor.getSnapshot().value })
      expect(timersIn(recorder)).toEqual(timersIn(late))
      actor.stop()
    }),
    { numRuns: 60 },
  )
})

const timersIn = (recorder: Recorder) => {
  const found = foundIn(recorder)
  return found?.kind === 'start' ? found.timers : undefined
}

it('counts a time-out no longer that was up and led nowhere', () => {
  const recorder = createRecorder({ name: 'lamp', source: 's', recordsLimit: 10 })
  const machine = setup({ guards: { isDark: () => false } }).createMachine({
    id: 'lamp',
    initial: 'on',
    on: { looked: {} },
    states: { on: { after: { 1_000: { guard: 'isDark', target: 'off' }, 5_000: 'off' } }, off: {} },
  })
  const actor = createActor(machine, { id: 'lamp', inspect: recorder.taps.inspect }).start()
  vi.advanceTimersByTime(2_000)
  for (let count = 0; count < 40; count++) actor.send({ type: 'looked' })
  expect(timersIn(recorder)).toEqual([{ edge: 'lamp.on xstate.after.5000.lamp.on 0', ms: 3_000 }])
})
