import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { assign, createActor, setup, type ActorRefFrom } from 'xstate'
import { streamManagementMachine, type StreamManagementEvent } from '../../machines/stream-management.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { fails, gives, scriptDeeds, scriptedStream, silent } from '../support/scripted-deeds.js'
import { CoverageRecorder } from '../../src/testing/index.js'

const { ackMs, ackPaceMs, enableMs, resumptionMs } = defaultTimeouts
const kept = gives({ kind: 'enabled', id: 'sm-1', maxMs: 60_000, location: 'other.test:5222' })
const walked = new CoverageRecorder()

/** The chart under a parent that notes what it is told; `silentMs` is what it measures. */
function run(script: Parameters<typeof scriptDeeds>[0] = {}, silentMs = () => ackMs) {
  const deeds = scriptDeeds({ enable: [kept], ...script })
  const acknowledgements = scriptedStream()
  const done: string[] = []
  const note = (name: string) => () => void done.push(name)
  const child = streamManagementMachine.provide({
    actors: { enable: deeds.deed('enable'), acknowledgements: acknowledgements.logic },
    actions: {
      endSession: note('end'),
      beginSession: note('begin'),
      suspendSession: note('suspend'),
      watchStanzas: note('watch'),
      watchFlood: note('watch flood'),
      requestAck: note('request'),
      measureSilence: assign(() => ({ silentMs: silentMs() })),
    },
  })
  const news: { readonly type: string }[] = []
  const parent = setup({
    actors: { child },
    actions: { note: ({ event }) => void news.push(event) },
  }).createMachine({
    invoke: { id: 'child', src: 'child', input: { timeouts: defaultTimeouts } },
    on: { '*': { actions: 'note' } },
  })
  const actor = createActor(parent, { inspect: walked.inspect }).start()
  running.push(actor)
  const chart: ActorRefFrom<typeof child> | undefined = actor.getSnapshot().children['child']
  if (chart === undefined) throw new Error('no child')
  done.length = 0
  return {
    ...deeds,
    done,
    news,
    say: (...events: readonly StreamManagementEvent[]) => events.forEach((event) => chart.send(event)),
    state: () => chart.getSnapshot().value,
    context: () => chart.getSnapshot().context,
  }
}

const running: { stop(): void }[] = []
const settle = () => vi.advanceTimersByTimeAsync(0)
const bound = { type: 'session.bound', offered: true } as const
const lost = { type: 'connection.lost', resumable: true } as const
const sent = { type: 'stanza.sent', hasWaited: false } as const
const waiting = { type: 'stanza.sent', hasWaited: true } as const
const acked = { type: 'ack.received' } as const
const resumed = [{ type: 'session.resuming' }, { type: 'session.resumed', heard: false }] as const

async function live(script: Parameters<typeof scriptDeeds>[0] = {}, silentMs?: () => number) {
  const chart = run(script, silentMs)
  chart.say(bound)
  await settle()
  expect(chart.state()).toEqual({ live: 'settled' })
  chart.done.length = 0
  return chart
}

async function suspended() {
  const chart = await live()
  chart.say(lost)
  expect(chart.state()).toBe('suspended')
  chart.done.length = 0
  chart.news.length = 0
  return chart
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  for (const actor of running.splice(0)) actor.stop()
  vi.useRealTimers()
})

describe('the stream management chart', () => {
  it('begins the session before it asks, and tells what the server keeps', async () => {
    const { done, news, asked, context } = await (async () => {
      const chart = run()
      chart.say(bound)
      expect([chart.state(), chart.done, chart.asked]).toEqual(['enabling', ['end', 'begin'], ['enable']])
      await settle()
      return chart
    })()
    expect(asked).toEqual(['enable'])
    expect(done).toEqual(['end', 'begin', 'watch'])
    expect(news).toEqual([
      { type: 'session.kept', previd: 'sm-1', location: 'other.test:5222', maxMs: 60_000 },
    ])
    expect(context()).toMatchObject({ id: 'sm-1', maxMs: 60_000 })
  })

  it('asks nothing where nothing is offered', () => {
    const { say, state, asked } = run()
    say({ type: 'session.bound', offered: false })
    expect([state(), asked]).toEqual(['unmanaged', []])
    say(lost)
    expect(state()).toBe('lost')
  })

  it('is content without it where the server refuses', async () => {
    const { say, state, news } = run({ enable: [gives({ kind: 'refused' })] })
    say(bound)
    await settle()
    expect([state(), news]).toEqual(['unmanaged', []])
  })

  it.each([
    ['does not answer', silent, enableMs],
    ['is cut off', fails(new Error('gone')), 0],
  ])('gives up a connection whose server %s', async (_how, step, afterMs) => {
    const { say, state, news } = run({ enable: [step] })
    say(bound)
    await vi.advanceTimersByTimeAsync(afterMs)
    expect(state()).toBe('unanswered')
    expect(news).toMatchObject([{ type: 'stream.ended', error: { code: 'timeout.enable' } }])
    say(lost)
    expect(state()).toBe('lost')
  })

  it('loses the session with a connection that ends before the answer', () => {
    const { say, state, news } = run({ enable: [silent] })
    say(bound, lost)
    expect([state(), news]).toEqual(['lost', [{ type: 'session.lost' }]])
  })

  it('asks once for whatever is sent, and again at its own pace', async () => {
    const { say, state, done } = await live()
    say(sent, sent, sent)
    expect([state(), done]).toEqual([{ live: 'awaitingAck' }, ['request']])
    say(acked)
    expect(state()).toEqual({ live: 'resting' })
    await vi.advanceTimersByTimeAsync(ackPaceMs - 1)
    expect(done).toEqual(['request', 'watch flood'])
    await vi.advanceTimersByTimeAsync(1)
    expect([state(), done]).toEqual([{ live: 'settled' }, ['request', 'watch flood', 'watch']])
  })

  it('asks less often in a flow, every two seconds at last, and soon again after a pause', async () => {
    const { say, state } = await live()
    say(sent)
    for (const pace of [1, 2, 2]) {
      say(acked)
      await vi.advanceTimersByTimeAsync(pace * ackPaceMs - 1)
      expect(state()).toEqual({ live: 'resting' })
      await vi.advanceTimersByTimeAsync(1)
      expect(state()).toEqual({ live: 'settled' })
      say(waiting)
      expect(state()).toEqual({ live: 'awaitingAck' })
    }
    say(acked)
    await vi.advanceTimersByTimeAsync(2 * ackPaceMs)
    say(sent, acked)
    await vi.advanceTimersByTimeAsync(ackPaceMs)
    expect(state()).toEqual({ live: 'settled' })
  })

  it('leaves a flood to whoever counts', async () => {
    const { say, state, done } = await live()
    say(sent, acked, sent)
    expect([state(), done]).toEqual([{ live: 'resting' }, ['request', 'watch flood']])
  })

  it('gives up a connection over which nothing comes back', async () => {
    const { say, state, news } = await live()
    news.length = 0
    say(sent)
    await vi.advanceTimersByTimeAsync(ackMs)
    expect(state()).toEqual({ live: 'dead' })
    expect(news).toMatchObject([{ type: 'stream.ended', error: { code: 'timeout.ack' } }])
    say(lost)
    expect(state()).toBe('suspended')
  })

  it('notices a black hole within half a minute, though something came after the request', async () => {
    const begun = Date.now()
    const last = ackMs - 1
    const { say, state } = await live({}, () => Date.now() - begun - last)
    say(sent)
    await vi.advanceTimersByTimeAsync(ackMs)
    expect(state()).toEqual({ live: { overdue: 'waiting' } })
    await vi.advanceTimersByTimeAsync(ackMs)
    expect(state()).toEqual({ live: 'dead' })
    expect(Date.now() - begun - last).toBeLessThan(30_000 - 2 * ackPaceMs)
  })

  it('asks once more where something else came meanwhile', async () => {
    const { say, state, done } = await live({}, () => ackMs - 1)
    say(sent)
    await vi.advanceTimersByTimeAsync(ackMs)
    expect([state(), done]).toEqual([{ live: { overdue: 'waiting' } }, ['request', 'request']])
    say(acked)
    expect(state()).toEqual({ live: 'resting' })
  })

  it('waits as long as what was sent before the question leaves', async () => {
    let silentMs = 0
    const { say, state, done } = await live({}, () => silentMs)
    say(sent)
    await vi.advanceTimersByTimeAsync(20 * ackMs)
    expect(state()).toEqual({ live: 'awaitingAck' })
    expect(new Set(done)).toEqual(new Set(['request']))
    silentMs = ackMs
    await vi.advanceTimersByTimeAsync(ackMs)
    expect(state()).toEqual({ live: 'dead' })
  })

  it('does not wait for ever where something else comes', async () => {
    const { say, state, news } = await live({}, () => 1)
    say(sent)
    await vi.advanceTimersByTimeAsync(3 * ackMs)
    expect(state()).toEqual({ live: 'dead' })
    expect(news.at(-1)).toMatchObject({ type: 'stream.ended' })
  })

  it('keeps the session when its connection is lost, and goes on with it', async () => {
    const { say, state, done, news } = await suspended()
    say({ type: 'session.resuming' })
    expect(state()).toBe('resuming')
    say({ type: 'session.resumed', heard: false })
    expect([state(), done, news]).toEqual([{ live: 'settled' }, ['watch'], []])
  })

  it('takes a server for deaf that answers nothing over two connections, and begins anew', async () => {
    const { say, state, done, news } = await live()
    say(lost)
    for (let count = 0; count < 2; count += 1) {
      expect(state()).toBe('suspended')
      say(...resumed, sent)
      await vi.advanceTimersByTimeAsync(ackMs)
      expect(state()).toEqual({ live: 'dead' })
      say(lost)
    }
    expect([state(), done.at(-1), news.at(-1)]).toEqual(['lost', 'end', { type: 'session.lost' }])
  })

  it('does not take one for deaf that has heard something, as it says when it goes on', async () => {
    const { say, state } = await live()
    say(lost)
    for (let count = 0; count < 5; count += 1) {
      say({ type: 'session.resuming' }, { type: 'session.resumed', heard: true }, sent)
      await vi.advanceTimersByTimeAsync(ackMs)
      expect(state()).toEqual({ live: 'dead' })
      say(lost)
      expect(state()).toBe('suspended')
    }
  })

  it('does not take one for deaf that has answered, or whose connections are cut', async () => {
    const { say, state } = await live()
    for (let count = 0; count < 5; count += 1) say(sent, lost, ...resumed)
    for (let count = 0; count < 5; count += 1) {
      say(sent, acked)
      await vi.advanceTimersByTimeAsync(ackPaceMs)
      say(sent)
      await vi.advanceTimersByTimeAsync(ackMs)
      expect(state()).toEqual({ live: 'dead' })
      say(lost, ...resumed)
    }
    expect(state()).toEqual({ live: 'settled' })
  })

  it('keeps it through attempts that fail', async () => {
    const { say, state } = await suspended()
    say(lost, { type: 'session.resuming' }, lost)
    expect(state()).toBe('suspended')
  })

  it('does not keep it where the server gave it no name', async () => {
    const { say, state, news } = await live({
      enable: [gives({ kind: 'enabled', id: undefined, maxMs: undefined, location: undefined })],
    })
    expect(news).toEqual([{ type: 'session.unkept' }])
    say(lost)
    expect(state()).toBe('lost')
  })

  it.each(['live', 'suspended', 'resuming'] as const)(
    'hands everything back when there will be no other attempt: %s',
    async (from) => {
      const { say, state, done, news } = await (from === 'live' ? live() : suspended())
      if (from === 'resuming') say({ type: 'session.resuming' })
      say({ type: 'connection.lost', resumable: false })
      expect([state(), done]).toEqual(['lost', ['end']])
      expect(news.at(-1)).toEqual({ type: 'session.lost' })
    },
  )

  it('keeps it as long as the server said', async () => {
    const { state, done, news } = await suspended()
    await vi.advanceTimersByTimeAsync(59_999)
    expect(state()).toBe('suspended')
    await vi.advanceTimersByTimeAsync(1)
    expect([state(), done, news]).toEqual(['lost', ['end'], [{ type: 'session.lost' }]])
  })

  it('goes on with one that an earlier process has left, as long as the server still keeps it', async () => {
    const { context, say, state } = run()
    say({ type: 'session.left', id: 'sm-0', maxMs: 1_000 })
    expect([state(), context().id]).toEqual(['suspended', 'sm-0'])
    say({ type: 'session.resuming' })
    say({ type: 'connection.lost', resumable: true })
    await vi.advanceTimersByTimeAsync(999)
    expect(state()).toBe('suspended')
    await vi.advanceTimersByTimeAsync(1)
    expect(state()).toBe('lost')
  })

  it('keeps it for a while where the server did not say', async () => {
    const { say, state } = await live({
      enable: [gives({ kind: 'enabled', id: 'sm-2', maxMs: undefined, location: undefined })],
    })
    say(lost)
    await vi.advanceTimersByTimeAsync(resumptionMs - 1)
    expect(state()).toBe('suspended')
    await vi.advanceTimersByTimeAsync(1)
    expect(state()).toBe('lost')
  })

  it('does not let it run out while the server is asked', async () => {
    const { say, state } = await suspended()
    say({ type: 'session.resuming' })
    await vi.advanceTimersByTimeAsync(120_000)
    expect(state()).toBe('resuming')
  })

  it.each([true, false])(
    'ends it before a new one begins, refused or not asked for (offered: %s)',
    async (offered) => {
      for (const events of [[], [{ type: 'session.resuming' } as const]]) {
        const { say, state, done, context } = await suspended()
        say(...events, { type: 'session.bound', offered })
        expect([state(), done]).toEqual([offered ? 'enabling' : 'unmanaged', ['end', 'begin']])
        expect(context()).toMatchObject({ id: undefined, maxMs: undefined, location: undefined })
      }
    },
  )

  it('begins anew after a session that was lost, or ended in order', async () => {
    for (const end of [{ type: 'session.ended' } as const, { ...lost, resumable: false }]) {
      for (const offered of [true, false]) {
        const { say, state, context } = await live()
        say(end)
        expect(context()).toMatchObject({ id: undefined, maxMs: undefined, location: undefined })
        say({ type: 'session.bound', offered })
        expect(state()).toBe(offered ? 'enabling' : 'unmanaged')
      }
    }
  })
})

describe('the tests of the stream management chart', () => {
  it('walk every edge but those of defects', () => {
    expect(walked.of(streamManagementMachine).transitions.missed).toEqual([
      'streamManagement.live acknowledgements failed → streamManagement.unanswered',
    ])
  })
})
