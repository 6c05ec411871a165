import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor, type StateValue } from 'xstate'
import { presenceMachine, type InvisibleForm, type PresenceEvent } from '../../machines/presence.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { StanzaError, TransportError } from '../../src/errors.js'
import { fails, gives, scriptDeeds, silent } from '../support/scripted-deeds.js'
import { CoverageRecorder } from '../../src/testing/index.js'

const walked = new CoverageRecorder()
const running: { stop(): void }[] = []
const settle = () => vi.advanceTimersByTimeAsync(0)
const full = new TransportError('overflow', 'too much waits')
const refusal = new StanzaError('not-allowed', 'cancel')

const events = {
  online: { type: 'session.online' },
  offline: { type: 'session.offline' },
  announce: { type: 'presence.announce' },
  withdraw: { type: 'presence.withdraw' },
  hide: { type: 'presence.hide', form: 'xep-0186' },
  'hide, the old way': { type: 'presence.hide', form: 'legacy' },
  refused: { type: 'presence.refused', error: full },
} as const satisfies Record<string, PresenceEvent>
type Word = keyof typeof events | 'nobody answers'

/** A client that is told this, one after the other, everything ready being done in between. */
async function told(words: readonly Word[], script: Parameters<typeof scriptDeeds>[0] = {}, wanted = false) {
  const deeds = scriptDeeds({ becomeInvisible: [gives()], becomeVisible: [gives()], ...script })
  const said: string[] = []
  const machine = presenceMachine.provide({
    actors: {
      becomeInvisible: deeds.deed<void, { readonly form: InvisibleForm }>('becomeInvisible'),
      becomeVisible: deeds.deed<void, { readonly form: InvisibleForm }>('becomeVisible'),
    },
    actions: {
      sendPresence: () => said.push('available'),
      sendUnavailable: () => said.push('unavailable'),
    },
  })
  const { inspect } = walked
  const actor = createActor(machine, { input: { wanted, timeouts: defaultTimeouts }, inspect })
  actor.start()
  running.push(actor)
  const tell = async (...more: readonly Word[]) => {
    for (const word of more) {
      if (word === 'nobody answers') await vi.advanceTimersByTimeAsync(defaultTimeouts.visibilityMs)
      else actor.send(events[word])
      await settle()
    }
  }
  await tell(...words)
  return {
    ...deeds,
    said,
    tell,
    at: () => toPath(actor.getSnapshot().value),
    error: () => actor.getSnapshot().context.error,
  }
}

function toPath(value: StateValue | undefined): string {
  if (typeof value !== 'object') return value ?? ''
  return Object.entries(value)
    .map(([name, inner]) => `${name}.${toPath(inner)}`)
    .join()
}

/** How each state is reached in a session. */
const ways = {
  'online.unsent': [['online'], {}],
  'online.available': [['online', 'announce'], {}],
  'online.unsaid': [['online', 'announce', 'refused'], {}],
  'online.unavailable': [['online', 'announce', 'withdraw'], {}],
  'online.staying': [['online', 'announce', 'withdraw', 'refused'], {}],
  'online.hiding': [['online', 'hide'], { becomeInvisible: [silent] }],
  'online.invisible': [['online', 'hide'], {}],
  'online.showing': [['online', 'hide', 'announce'], { becomeVisible: [silent] }],
  'online.vanished': [['online', 'hide', 'withdraw'], {}],
  'online.vanishing': [['online', 'hide', 'withdraw', 'refused'], {}],
  'online.unshown': [['online', 'hide', 'announce'], { becomeVisible: [fails(refusal), gives()] }],
  'online.refused': [['online', 'hide'], { becomeInvisible: [fails(refusal), gives()] }],
  'online.unanswered': [['online', 'hide', 'nobody answers'], { becomeInvisible: [silent, gives()] }],
} as const

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  for (const actor of running.splice(0)) actor.stop()
  vi.useRealTimers()
})

describe('the presence chart', () => {
  it('announces on coming online, if the app wants it (RFC 6121 §4.2.1)', async () => {
    const { said, at, tell } = await told([], {}, true)
    expect([said, at()]).toEqual([[], 'offline.toAnnounce'])
    await tell('online')
    expect([said, at()]).toEqual([['available'], 'online.available'])
  })

  it('announces nothing that the app does not want', async () => {
    const { said, at } = await told(['online'])
    expect([said, at()]).toEqual([[], 'online.unsent'])
  })

  it.each([
    [['announce'], 'available', ['available']],
    [['withdraw'], 'unsent', []],
    [['hide'], 'invisible', []],
    [['announce', 'withdraw'], 'unsent', []],
    [['hide', 'announce'], 'available', ['available']],
    [['withdraw', 'hide'], 'invisible', []],
  ] as const)('does in the next session what was said last outside: %j', async (words, state, said) => {
    const one = await told(words)
    expect(one.said).toEqual([])
    await one.tell('online')
    expect([one.at(), one.said]).toEqual([`online.${state}`, said])
  })

  it.each([
    ['online.unsent', 'offline.silent', 'online.unsent', []],
    ['online.available', 'offline.toAnnounce', 'online.available', ['available']],
    ['online.unsaid', 'offline.toAnnounce', 'online.available', ['available']],
    ['online.staying', 'offline.silent', 'online.unsent', []],
    ['online.vanishing', 'offline.silent', 'online.unsent', []],
    ['online.unavailable', 'offline.silent', 'online.unsent', []],
    ['online.hiding', 'offline.toHide', 'online.hiding', []],
    ['online.invisible', 'offline.toHide', 'online.invisible', []],
    ['online.showing', 'offline.toAnnounce', 'online.available', ['available']],
    ['online.vanished', 'offline.silent', 'online.unsent', []],
    ['online.unshown', 'offline.toAnnounce', 'online.available', ['available']],
    ['online.refused', 'offline.silent', 'online.unsent', []],
    ['online.unanswered', 'offline.silent', 'online.unsent', []],
  ] as const)('after a session that ended while %s is %s, and %s again', async (from, outside, to, again) => {
    const [words, script] = ways[from]
    const { at, tell, said } = await told(words, script)
    expect(at()).toBe(from)
    await tell('offline')
    expect(at()).toBe(outside)
    const { length } = said
    await tell('online')
    expect([at(), said.slice(length)]).toEqual([to, again])
  })

  it.each([
    ['online.unsent', 'online.available', ['available'], []],
    ['online.available', 'online.available', ['available'], []],
    ['online.unsaid', 'online.available', ['available'], []],
    ['online.staying', 'online.available', ['available'], []],
    ['online.vanishing', 'online.available', ['available'], ['becomeVisible']],
    ['online.unavailable', 'online.available', ['available'], []],
    // The server is told first to show again, whatever it has done of the other yet (XEP-0186 §3.2).
    ['online.hiding', 'online.available', ['available'], ['becomeInvisible stopped', 'becomeVisible']],
    ['online.invisible', 'online.available', ['available'], ['becomeVisible']],
    ['online.showing', 'online.showing', [], []],
    // Invisible is invisible until the server is told otherwise, whatever was said meanwhile.
    ['online.vanished', 'online.available', ['available'], ['becomeVisible']],
    ['online.unshown', 'online.available', ['available'], ['becomeVisible']],
    ['online.refused', 'online.available', ['available'], []],
    // The server may have heard it after all.
    ['online.unanswered', 'online.available', ['available'], ['becomeVisible']],
  ] as const)('told to announce while %s is %s', async (from, to, said, asked) => {
    const [words, script] = ways[from]
    const one = await told(words, script)
    const before = { said: one.said.length, asked: one.asked.length }
    await one.tell('announce')
    expect([one.at(), one.said.slice(before.said)]).toEqual([to, said])
    expect(one.asked.slice(before.asked)).toEqual(asked)
  })

  it.each([
    // Whoever was told directly has to be told (RFC 6121 §4.6.3).
    ['online.unsent', 'online.unavailable', ['unavailable']],
    ['online.available', 'online.unavailable', ['unavailable']],
    ['online.unsaid', 'online.unavailable', ['unavailable']],
    ['online.staying', 'online.unavailable', ['unavailable']],
    ['online.vanishing', 'online.vanished', ['unavailable']],
    ['online.unavailable', 'online.unavailable', ['unavailable']],
    ['online.hiding', 'online.vanished', ['unavailable']],
    ['online.invisible', 'online.vanished', ['unavailable']],
    ['online.showing', 'online.vanished', ['unavailable']],
    ['online.vanished', 'online.vanished', ['unavailable']],
    ['online.unshown', 'online.vanished', ['unavailable']],
    ['online.refused', 'online.unavailable', ['unavailable']],
    ['online.unanswered', 'online.vanished', ['unavailable']],
  ] as const)('told to withdraw while %s is %s, for good', async (from, to, said) => {
    const [words, script] = ways[from]
    const one = await told(words, script)
    const before = one.said.length
    await one.tell('withdraw')
    await vi.advanceTimersByTimeAsync(defaultTimeouts.visibilityMs)
    expect([one.at(), one.said.slice(before)]).toEqual([to, said])
  })

  it.each([
    ['online.unsent', 1],
    ['online.available', 1],
    ['online.unsaid', 1],
    ['online.staying', 1],
    ['online.vanishing', 1],
    ['online.unavailable', 1],
    ['online.hiding', 0],
    ['online.invisible', 1],
    ['online.showing', 1],
    ['online.vanished', 1],
    ['online.unshown', 1],
    ['online.refused', 1],
    ['online.unanswered', 1],
  ] as const)('told to hide while %s asks the server, unless it does so already', async (from, times) => {
    const [words, script] = ways[from]
    const one = await told(words, script)
    const before = { said: one.said.length, asked: one.asked.length }
    await one.tell('hide')
    expect(one.at()).toBe(from === 'online.hiding' ? from : 'online.invisible')
    expect(one.asked.slice(before.asked).filter((name) => name === 'becomeInvisible')).toHaveLength(times)
    expect(one.said.slice(before.said)).toEqual([])
  })

  it.each([
    ['online.unsaid', 'online.available', ['available']],
    ['online.staying', 'online.unavailable', ['unavailable']],
    ['online.vanishing', 'online.vanished', ['unavailable']],
  ] as const)('%s, for which there was no room, says why and says it again', async (from, to, said) => {
    const [words, script] = ways[from]
    const one = await told(words, script)
    expect([one.at(), one.error()]).toEqual([from, full])
    const { length } = one.said
    await vi.advanceTimersByTimeAsync(defaultTimeouts.roomMs - 1)
    expect([one.at(), one.said.slice(length)]).toEqual([from, []])
    await vi.advanceTimersByTimeAsync(1)
    expect([one.at(), one.said.slice(length), one.error()]).toEqual([to, said, undefined])
  })

  it('hides and shows itself in the form that was asked for', async () => {
    const { inputs, tell } = await told(['online', 'hide, the old way', 'announce', 'hide'])
    await tell('offline', 'hide, the old way', 'online')
    expect(inputs.get('becomeInvisible')).toEqual([
      { form: 'legacy' },
      { form: 'xep-0186' },
      { form: 'legacy' },
    ])
    expect(inputs.get('becomeVisible')).toEqual([{ form: 'legacy' }])
  })

  it('announces nothing by itself where hiding is refused, and says why', async () => {
    const { at, error, said } = await told(['hide', 'online'], { becomeInvisible: [fails(refusal)] })
    expect([at(), error(), said]).toEqual(['online.refused', refusal, []])
  })

  it('announces nothing by itself where showing is refused, and says why', async () => {
    const { at, error, said } = await told(['online', 'hide', 'announce'], {
      becomeVisible: [fails(refusal)],
    })
    expect([at(), error(), said]).toEqual(['online.unshown', refusal, []])
  })

  it.each([
    ['becomeInvisible', ['online', 'hide'], 'online.hiding', 'online.unanswered'],
    ['becomeVisible', ['online', 'hide', 'announce'], 'online.showing', 'online.unshown'],
  ] as const)('waits for %s as long as `visibilityTimeout`', async (deed, words, waiting, then) => {
    const { at, error, asked } = await told(words, { [deed]: [silent] })
    await vi.advanceTimersByTimeAsync(defaultTimeouts.visibilityMs - 1)
    expect(at()).toBe(waiting)
    await vi.advanceTimersByTimeAsync(1)
    expect(at()).toBe(then)
    expect(error()).toMatchObject({ code: 'timeout.visibility', timeoutMs: defaultTimeouts.visibilityMs })
    expect(asked.at(-1)).toBe(`${deed} stopped`)
  })

  it.each(['feature-not-implemented', 'service-unavailable'] as const)(
    'announces where the server knows of no showing (%s), for then it knows of no hiding',
    async (condition) => {
      const unknown = new StanzaError(condition, 'cancel')
      const { at, said, tell } = await told(['online', 'hide'], {
        becomeInvisible: [silent],
        becomeVisible: [fails(unknown)],
      })
      await tell('announce')
      expect([at(), said]).toEqual(['online.available', ['available']])
    },
  )

  it.each([
    [['online', 'hide', 'nobody answers', 'announce', 'nobody answers'], [silent], [silent]],
    [['online', 'hide', 'announce', 'nobody answers'], [silent], [silent]],
    [['online', 'hide', 'nobody answers', 'withdraw', 'announce', 'nobody answers'], [silent], [silent]],
    [['online', 'hide', 'nobody answers', 'announce'], [silent], [fails(refusal)]],
    // What an earlier session has come to says nothing of this one.
    [['online', 'hide', 'offline', 'online', 'announce', 'nobody answers'], [gives(), silent], [silent]],
  ] as const)(
    'announces whom the server has not said it hides, whatever it says or not to showing: %j',
    async (words, becomeInvisible, becomeVisible) => {
      const { at, error, said } = await told(words, { becomeInvisible, becomeVisible })
      expect([at(), said.at(-1), error()]).toEqual(['online.available', 'available', undefined])
    },
  )

  it('announces nobody whom the server has said it hides, though it was silent to another request to', async () => {
    const { at, said } = await told(
      ['online', 'hide', 'hide', 'nobody answers', 'announce', 'nobody answers'],
      { becomeInvisible: [gives(), silent], becomeVisible: [silent] },
    )
    expect([at(), said]).toEqual(['online.unshown', []])
  })

  it('forgets an old refusal with the next try', async () => {
    const { at, error, tell } = await told(ways['online.refused'][0], ways['online.refused'][1])
    await tell('hide')
    expect([at(), error()]).toEqual(['online.invisible', undefined])
  })

  it('was walked along every edge', () => {
    expect(walked.of(presenceMachine).transitions.missed).toEqual([])
  })
})
