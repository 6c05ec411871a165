import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor } from 'xstate'
import { archiveMachine, defaultArchiveTimeouts, type ArchiveEvent } from '../../machines/archive.js'
import { StanzaError, TransportError } from '../../src/errors.js'
import { fails, gives, scriptDeeds, silent } from '../support/scripted-deeds.js'
import { CoverageRecorder } from '../../src/testing/index.js'

const walked = new CoverageRecorder()
const { behindMs, movedMs, pageMs, retryMs } = defaultArchiveTimeouts
const more = gives({ complete: false, stable: true })
const whole = gives({ complete: true, stable: true })
const lost = new TransportError('not-connected', 'gone')
const forgotten = new StanzaError('item-not-found', 'cancel')
const busy = new StanzaError('resource-constraint', 'wait')
const refused = new StanzaError('service-unavailable', 'cancel')

beforeEach(() => void vi.useFakeTimers())
const running: { stop(): unknown }[] = []
afterEach(() => {
  for (const actor of running.splice(0)) actor.stop()
  vi.useRealTimers()
})

/** @param anchored whether the app knows a message of an earlier run */
function run(script: Parameters<typeof scriptDeeds>[0], anchored = false) {
  const deeds = scriptDeeds(script)
  let released = 0
  const machine = archiveMachine.provide({
    actors: {
      findLast: deeds.deed('findLast'),
      fetchPage: deeds.deed('fetchPage'),
      askBehind: deeds.deed('askBehind'),
    },
    actions: { releaseMessages: () => (released += 1) },
  })
  const input = { anchored, timeouts: defaultArchiveTimeouts }
  const actor = createActor(machine, { input, inspect: walked.inspect })
  running.push(actor)
  actor.start()
  const says = async (type: ArchiveEvent['type']) => {
    actor.send({ type })
    await vi.advanceTimersByTimeAsync(0)
  }
  return {
    ...deeds,
    says,
    at: () => toPhase(actor.getSnapshot().value),
    holds: () => actor.getSnapshot().hasTag('holding'),
    error: () => actor.getSnapshot().context.error,
    released: () => released,
  }
}

/** Which part of a phase it is in is told by what follows. */
const toPhase = (value: unknown) =>
  typeof value === 'object' && value !== null ? Object.keys(value)[0] : value

describe('the archive chart', () => {
  it('looks for the end of the archive first, and lets messages pass then', async () => {
    const { at, asked, holds, released, says } = run({ findLast: [gives()] })
    expect([at(), holds()]).toEqual(['adrift', false])
    await says('session.live')
    expect([at(), asked, released()]).toEqual(['live', ['findLast'], 1])
    await says('session.live')
    expect([at(), asked]).toEqual(['live', ['findLast']])
  })

  it('fetches what was missed, page by page, before the messages of the next session pass', async () => {
    const { at, asked, holds, released, says } = run({ findLast: [gives()], fetchPage: [more, more, whole] })
    await says('session.live')
    await says('session.none')
    expect(at()).toBe('away')
    await says('session.live')
    expect([at(), asked]).toEqual(['live', ['findLast', 'fetchPage', 'fetchPage', 'fetchPage']])
    expect([holds(), released()]).toEqual([false, 2])
  })

  it('holds messages back while it waits', async () => {
    const { at, holds, says } = run({ findLast: [silent], fetchPage: [silent] }, true)
    expect(at()).toBe('away')
    await says('session.live')
    expect([at(), holds()]).toEqual(['catchingUp', true])
    await says('session.none')
    expect([at(), holds()]).toEqual(['away', false])
    const anew = run({ findLast: [silent] })
    await anew.says('session.live')
    expect([anew.at(), anew.holds()]).toEqual(['anchoring', true])
    await anew.says('session.none')
    expect([anew.at(), anew.holds()]).toEqual(['adrift', false])
  })

  it('fetches again what it doubts to have', async () => {
    const { at, asked, says } = run({ findLast: [gives()], fetchPage: [whole] })
    await says('session.live')
    await says('archive.retry')
    expect([at(), asked]).toEqual(['live', ['findLast', 'fetchPage']])
  })

  it.each([
    ['the app', 'archive.retry'],
    ['the next stream', 'session.live'],
  ] as const)('lets messages pass when a page fails, and tries again when %s says so', async (_, type) => {
    const { at, error, released, says } = run({ fetchPage: [more, fails(lost), whole] }, true)
    await says('session.live')
    expect([at(), error(), released()]).toEqual(['incomplete', lost, 1])
    await says(type)
    expect([at(), error(), released()]).toEqual(['live', undefined, 2])
  })

  it('lets messages pass when the archive says that something may change yet, and asks again after a while', async () => {
    const unstable = gives({ complete: true, stable: false })
    const { at, error, released, says } = run({ fetchPage: [more, unstable, whole] }, true)
    await says('session.live')
    expect([at(), error(), released()]).toEqual(['incomplete', undefined, 1])
    await vi.advanceTimersByTimeAsync(retryMs)
    expect([at(), released()]).toEqual(['live', 2])
  })

  it('tries again in the next session', async () => {
    const { at, says } = run({ fetchPage: [fails(lost), whole] }, true)
    await says('session.live')
    await says('session.none')
    expect(at()).toBe('away')
    await says('session.live')
    expect(at()).toBe('live')
  })

  it.each([
    ['where the archive ends', 'findLast', false, 'unavailable'],
    ['for a page', 'fetchPage', true, 'incomplete'],
  ] as const)(
    'waits %s no longer than it was told once the server is past it',
    async (_, deed, anchored, then) => {
      for (const step of [gives(), fails(refused)]) {
        const { at, asked, error, says } = run({ [deed]: [silent], askBehind: [step] }, anchored)
        await says('session.live')
        await vi.advanceTimersByTimeAsync(pageMs - 1)
        expect([asked, error()]).toEqual([[deed], undefined])
        await vi.advanceTimersByTimeAsync(1)
        expect([at(), asked]).toEqual([then, [deed, 'askBehind', `${deed} stopped`]])
        expect(error()).toMatchObject({ code: 'timeout.archive', timeoutMs: pageMs })
      }
    },
  )

  it.each([
    ['where the archive ends', 'findLast', false, 'unavailable'],
    ['for a page', 'fetchPage', true, 'incomplete'],
  ] as const)(
    'waits %s as long as the server is behind, though not for ever',
    async (_, deed, anchored, then) => {
      for (const isMoved of [false, true]) {
        const { asked, at, error, holds, released, says } = run({ [deed]: [silent] }, anchored)
        await says('session.live')
        if (isMoved) {
          await says('session.suspended')
          await says('session.live')
        }
        await vi.advanceTimersByTimeAsync((isMoved ? movedMs : pageMs) + behindMs - 1)
        expect([asked, holds(), released()]).toEqual([[deed, 'askBehind'], true, 0])
        await vi.advanceTimersByTimeAsync(1)
        expect([at(), holds(), released()]).toEqual([then, false, 1])
        expect(error()).toMatchObject({ code: 'timeout.archive', timeoutMs: behindMs })
      }
    },
  )

  it('asks something behind a page on each stream anew', async () => {
    const { asked, holds, says } = run({ fetchPage: [silent] }, true)
    await says('session.live')
    await vi.advanceTimersByTimeAsync(pageMs)
    for (let count = 0; count < 2; count += 1) {
      await says('session.suspended')
      await says('session.live')
      await vi.advanceTimersByTimeAsync(movedMs)
    }
    const behind = ['askBehind', 'askBehind stopped', 'askBehind', 'askBehind stopped', 'askBehind']
    expect([asked, holds()]).toEqual([['fetchPage', ...behind], true])
  })

  it('begins anew where the archive has forgotten the last message, and says that there is a gap', async () => {
    const { at, error, says } = run({ fetchPage: [fails(forgotten)], findLast: [gives()] }, true)
    await says('session.live')
    expect([at(), error()]).toEqual(['live', forgotten])
  })

  it.each([
    ['the app', 'archive.retry'],
    ['the next stream', 'session.live'],
  ] as const)('does without an archive until %s asks for it', async (_, type) => {
    const { at, error, released, says } = run({ findLast: [fails(refused), gives()] })
    await says('session.live')
    expect([at(), error(), released()]).toEqual(['unavailable', refused, 1])
    await says(type)
    expect([at(), error()]).toEqual(['live', undefined])
  })

  it.each([
    ['where the archive ends', 'findLast', false],
    ['for a page', 'fetchPage', true],
  ] as const)(
    'asks again %s when the session moves meanwhile and the answer does not follow it',
    async (_, deed, anchored) => {
      for (const step of [gives(), fails(refused)]) {
        const script = { [deed]: [silent, whole], askBehind: [step] }
        const { at, asked, holds, released, says } = run(script, anchored)
        await says('session.live')
        await says('session.suspended')
        await says('session.live')
        await vi.advanceTimersByTimeAsync(movedMs - 1)
        expect([asked, holds(), released()]).toEqual([[deed], true, 0])
        await vi.advanceTimersByTimeAsync(1)
        expect([at(), released()]).toEqual(['live', 1])
        expect(asked).toEqual([deed, 'askBehind', `${deed} stopped`, deed])
      }
    },
  )

  it.each([
    ['where the archive ends', 'findLast', false, 'adrift'],
    ['a page', 'fetchPage', true, 'away'],
  ] as const)(
    'does not count the time in which there is no stream for %s to come by',
    async (_, deed, anchored, then) => {
      const { asked, at, holds, says } = run({ [deed]: [silent] }, anchored)
      await says('session.live')
      await says('session.suspended')
      await vi.advanceTimersByTimeAsync(10 * pageMs)
      expect([asked, holds()]).toEqual([[deed], true])
      await says('session.none')
      expect([asked, at()]).toEqual([[deed, `${deed} stopped`], then])
    },
  )

  it('asks again after a while for what is missing', async () => {
    const { at, asked, says } = run({ fetchPage: [fails(refused), whole] }, true)
    await says('session.live')
    await vi.advanceTimersByTimeAsync(retryMs - 1)
    expect([at(), asked]).toEqual(['incomplete', ['fetchPage']])
    await vi.advanceTimersByTimeAsync(1)
    expect([at(), asked]).toEqual(['live', ['fetchPage', 'fetchPage']])
  })

  it('goes on in the next session from what has passed by its name while nothing was known to go on from', async () => {
    for (const type of ['session.live', 'archive.retry'] as const) {
      const { at, asked, error, says } = run({ findLast: [fails(busy)], fetchPage: [whole] })
      await says('session.live')
      await says('message.named')
      expect([at(), error()]).toEqual(['unavailable', busy])
      await says(type)
      expect([at(), error(), asked]).toEqual(['live', undefined, ['findLast', 'fetchPage']])
    }
    const { at, asked, says } = run({ findLast: [fails(busy)], fetchPage: [whole] })
    await says('session.live')
    await says('message.named')
    await says('session.none')
    expect(at()).toBe('away')
    await says('session.live')
    expect([at(), asked]).toEqual(['live', ['findLast', 'fetchPage']])
  })

  it('says that there is a gap where a session has ended before anything was known to go on from', async () => {
    const refusing = run({ findLast: [fails(busy), gives()] })
    await refusing.says('session.live')
    await refusing.says('session.none')
    await refusing.says('session.live')
    expect([refusing.at(), refusing.error()]).toEqual(['live', busy])
    const interrupted = run({ findLast: [silent, gives()] })
    await interrupted.says('session.live')
    await interrupted.says('session.none')
    expect(interrupted.released()).toBe(1)
    await interrupted.says('session.live')
    expect([interrupted.at(), interrupted.error()?.code]).toEqual(['live', 'transport.not-connected'])
  })

  it('goes on from what has waited while a session has ended before the archive answered', async () => {
    const { at, asked, error, says } = run({ findLast: [silent], fetchPage: [whole] })
    await says('session.live')
    await says('session.none')
    await says('message.named')
    expect(at()).toBe('away')
    await says('session.live')
    expect([at(), error(), asked]).toEqual(['live', undefined, ['findLast', 'findLast stopped', 'fetchPage']])
  })

  it('does without an archive that does not answer, until the next session', async () => {
    const { at, error, says } = run({ findLast: [silent], askBehind: [gives()] })
    await says('session.live')
    await vi.advanceTimersByTimeAsync(pageMs)
    expect([at(), error()?.code]).toEqual(['unavailable', 'timeout.archive'])
    await says('session.none')
    expect(at()).toBe('adrift')
  })
})

it('is walked along every edge', () => {
  expect(walked.of(archiveMachine).transitions.missed).toEqual([])
})
