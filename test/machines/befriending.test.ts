import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { befriendingMachine, defaultBefriendingTimeouts as timeouts } from '../../machines/befriending.js'
import { StanzaError, TransportError } from '../../src/errors.js'
import { fails, gives, silent } from '../support/scripted-deeds.js'
import { factsOf, handshaking, notFound, run, stopAll, walked } from './handshake.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  stopAll()
  vi.useRealTimers()
})

describe('approval in advance (RFC 6121 §3.4)', () => {
  it('is given where the server takes it, once', async () => {
    const { ready, now, sent, output } = run()
    await ready('none', false, true)
    expect(sent).toEqual(['subscribe', 'subscribed'])
    now('approved')
    now('asked, approved')
    now('to, approved')
    now('both')
    expect([output()?.outcome, sent]).toEqual(['both', ['subscribe', 'subscribed']])
  })

  it('is not given twice, and not where nobody would keep it', async () => {
    const twice = run()
    await twice.ready('asked, approved', false, true)
    expect(twice.sent).toEqual([])
    const never = run()
    await never.ready('none', false, false)
    expect(never.sent).toEqual(['subscribe'])
  })

  it('does not answer a request that came all the same', async () => {
    const { sent, at } = await handshaking('asked, approved', true, true)
    expect([at(), sent]).toEqual(['awaited/granting', ['subscribe', 'subscribed', 'subscribed']])
  })

  it.each([
    [
      'withdrawn',
      (handshake: ReturnType<typeof run>) => handshake.withdraw(),
      ['unsubscribe', 'unsubscribed'],
    ],
    ['refused', (handshake: ReturnType<typeof run>) => handshake.refused(), ['unsubscribed']],
    ['failed', (handshake: ReturnType<typeof run>) => handshake.cameBack(), ['unsubscribed']],
    ['expired', () => vi.advanceTimersByTime(timeouts.patienceMs), ['unsubscribed']],
  ] as const)('is taken back with a wish that is %s', async (outcome, end, said) => {
    const handshake = await handshaking('asked, approved', false, true)
    const before = handshake.sent.length
    end(handshake)
    expect([handshake.output()?.outcome, handshake.sent.slice(before)]).toEqual([outcome, said])
  })
})

describe('a refusal (RFC 6121 §3.2)', () => {
  it('that comes before the roster says so', async () => {
    const { refused, output, sent } = await handshaking('asked')
    refused()
    expect([output(), sent]).toEqual([{ outcome: 'refused', error: undefined }, ['subscribe']])
  })

  it('that comes after the roster said so', async () => {
    const { refused, now, at, output } = await handshaking('asked')
    now('none')
    expect(at()).toBe('lapsing/closed')
    await vi.advanceTimersByTimeAsync(timeouts.graceMs - 1)
    refused()
    expect(output()?.outcome).toBe('refused')
  })

  it('of what was agreed before, in either order of arrival', async () => {
    const first = await handshaking('to')
    first.refused()
    expect(first.output()?.outcome).toBe('refused')
    const then = await handshaking('to')
    then.now('none')
    expect(then.at()).toBe('lapsing/closed')
    then.refused()
    expect(then.output()?.outcome).toBe('refused')
  })

  it('takes back an approval in advance, in either order of arrival', async () => {
    for (const item of ['asked, approved', 'approved', 'to, approved'] as const) {
      const { refused, now, output, sent } = await handshaking('asked, approved', false, true)
      now(item)
      refused()
      expect([output()?.outcome, sent.at(-1)]).toEqual(['refused', 'unsubscribed'])
    }
  })

  it('from before the request means nothing', async () => {
    const { ready, refused, at } = run()
    await ready('none')
    refused()
    expect(at()).toBe('asking/closed')
  })

  it('that came while there was no session is not answered with another request', async () => {
    const { offline, ready, at, output, sent } = await handshaking('asked')
    offline()
    await ready('none')
    expect([at(), sent]).toEqual(['lapsing/closed', ['subscribe']])
    await vi.advanceTimersByTimeAsync(timeouts.graceMs)
    expect([output()?.outcome, sent]).toEqual(['withdrawn', ['subscribe']])
  })
})

describe('what another device does', () => {
  it('ends the handshake where it took the request back, after `grace`', async () => {
    const { now, at, output } = await handshaking('asked')
    now('none')
    await vi.advanceTimersByTimeAsync(timeouts.graceMs - 1)
    expect(at()).toBe('lapsing/closed')
    await vi.advanceTimersByTimeAsync(1)
    expect(output()).toEqual({ outcome: 'withdrawn', error: undefined })
  })

  it('ends it where the contact was removed, and takes an approval back that outlived it', async () => {
    const removed = await handshaking('asked, approved', false, true)
    removed.now('unlisted')
    await vi.advanceTimersByTimeAsync(timeouts.graceMs)
    expect([removed.output()?.outcome, removed.sent.slice(2)]).toEqual(['withdrawn', []])
    const kept = await handshaking('asked, approved', false, true)
    kept.now('approved')
    await vi.advanceTimersByTimeAsync(timeouts.graceMs)
    expect([kept.output()?.outcome, kept.sent.slice(2)]).toEqual(['withdrawn', ['unsubscribed']])
  })

  it.each([
    ['asked', 'awaited/closed'],
    ['to', 'granted/closed'],
  ] as const)('goes on with it where it asked again meanwhile: %s', async (item, state) => {
    const { now, at } = await handshaking('asked')
    now('none')
    now(item)
    await vi.advanceTimersByTimeAsync(timeouts.graceMs)
    expect(at()).toBe(state)
  })

  it('goes on with it where it let them in', async () => {
    const { now, at, sent, output } = await handshaking('asked')
    now('from, asked')
    expect([at(), sent]).toEqual(['awaited/granted', ['subscribe']])
    now('both')
    expect(output()?.outcome).toBe('both')
  })

  it('shuts them out again: whoever asks anew is let in', async () => {
    const { now, at, sent } = await handshaking('from, asked')
    now('asked')
    expect(at()).toBe('awaited/closed')
    now('asked', true)
    expect([at(), sent.at(-1)]).toEqual(['awaited/granting', 'subscribed'])
  })
})

describe('a request of theirs', () => {
  it('is granted when the server says so', async () => {
    const { now, at, sent } = await handshaking('asked', true)
    expect([at(), sent.at(-1)]).toEqual(['awaited/granting', 'subscribed'])
    now('from, asked')
    expect(at()).toBe('awaited/granted')
  })

  it('that they take back while it is granted ends nothing: they are let in when they ask again', async () => {
    const { now, at, sent, output } = await handshaking('asked', true)
    expect(at()).toBe('awaited/granting')
    now('asked', false)
    expect(at()).toBe('awaited/closed')
    await vi.advanceTimersByTimeAsync(timeouts.confirmMs)
    expect([at(), output()]).toEqual(['awaited/closed', undefined])
    now('asked', true)
    expect([at(), sent]).toEqual(['awaited/granting', ['subscribe', 'subscribed', 'subscribed']])
  })
})

describe('the roster', () => {
  it('has the contact first, with its name and groups (RFC 6121 §2.3.1)', async () => {
    const { ready, at, sent, asked, inputs } = run({ mustList: true }, [silent])
    await ready('unlisted')
    expect([at(), sent, asked]).toEqual(['listing', [], ['listContact']])
    expect(inputs.get('listContact')).toEqual([{ jid: 'bob@example.test', name: 'Bob', groups: ['Work'] }])
  })

  it('is told once: not again after a reconnect', async () => {
    const { ready, at, asked, offline } = run({ mustList: true })
    await ready('unlisted')
    expect(at()).toBe('asking/closed')
    offline()
    await ready('asked')
    expect([at(), asked]).toEqual(['awaited/closed', ['listContact']])
  })

  it('says meanwhile how things are', async () => {
    const { ready, now, actor, sent } = run({ mustList: true }, [silent, gives()])
    await ready('unlisted')
    now('to', true)
    expect(actor.getSnapshot().context.facts).toEqual(factsOf('to', true))
    expect(sent).toEqual([])
  })

  it('that takes nobody else ends it: the error says why', async () => {
    const refusal = new StanzaError('not-allowed', 'cancel')
    const { ready, output, sent } = run({ mustList: true }, [fails(refusal)])
    await ready('unlisted')
    expect([output(), sent]).toEqual([{ outcome: 'failed', error: refusal }, []])
  })

  it('that the session never confirmed is told in the next one', async () => {
    const lost = new TransportError('not-connected', 'the session is not online')
    const { ready, at, asked } = run({ mustList: true }, [fails(lost), gives()])
    await ready('unlisted')
    expect(at()).toBe('waiting')
    await ready('unlisted')
    expect([at(), asked]).toEqual(['asking/closed', ['listContact', 'listContact']])
  })

  it('that cannot be told for another reason ends it', async () => {
    const full = new TransportError('overflow', 'too much')
    const { ready, output } = run({ mustList: true }, [fails(full)])
    await ready('unlisted')
    expect(output()).toEqual({ outcome: 'failed', error: full })
  })
})

describe('a session that ends', () => {
  it.each([
    ['asking/closed', 'none', false, ['subscribe']],
    ['awaited/closed', 'asked', false, []],
    ['lapsing/closed', 'none', false, []],
    ['granted/closed', 'to', false, []],
    ['awaited/granting', 'asked', true, ['subscribed']],
    ['awaited/granted', 'from, asked', false, []],
    ['granted/granting', 'to', true, ['subscribed']],
  ] as const)(
    'while %s: what was not confirmed is sent again, and no more',
    async (state, item, asked, again) => {
      const handshake = await handshaking(state === 'lapsing/closed' ? 'asked' : item, asked)
      if (state === 'lapsing/closed') handshake.now('none')
      expect(handshake.at()).toBe(state)
      const before = handshake.sent.length
      handshake.offline()
      expect(handshake.at()).toBe('waiting')
      await handshake.ready(item, asked)
      expect([handshake.at(), handshake.sent.slice(before)]).toEqual([state, again])
    },
  )

  it('while the contact is put into the roster: that is done again', async () => {
    const { ready, offline, at, asked } = run({ mustList: true }, [silent, silent])
    await ready('unlisted')
    offline()
    expect(at()).toBe('waiting')
    await ready('unlisted')
    expect([at(), asked]).toEqual(['listing', ['listContact', 'listContact stopped', 'listContact']])
  })

  it('takes no facts along: those of the next one count', async () => {
    const { now, offline, ready, output } = await handshaking('asked')
    offline()
    now('to')
    expect(output()).toBeUndefined()
    await ready('both')
    expect(output()?.outcome).toBe('both')
  })
})

describe('taking the wish back (RFC 6121 §3.3)', () => {
  it.each([
    ['asking/closed', 'none', ['unsubscribe']],
    ['awaited/closed', 'asked', ['unsubscribe']],
    ['awaited/granted', 'from, asked', ['unsubscribe']],
    ['granted/closed', 'to', []],
    ['granted/closed', 'to, approved', ['unsubscribed']],
  ] as const)('while %s withdraws what was asked, and leaves what was granted', async (state, item, said) => {
    const { withdraw, at, output, sent } = await handshaking(item)
    expect(at()).toBe(state)
    const before = sent.length
    withdraw()
    expect(output()).toEqual({ outcome: 'withdrawn', error: undefined })
    expect(sent.slice(before)).toEqual(said)
  })

  it('while the contact is put into the roster stops that', async () => {
    const { ready, withdraw, output, asked } = run({ mustList: true }, [silent])
    await ready('unlisted')
    withdraw()
    expect([output()?.outcome, asked]).toEqual(['withdrawn', ['listContact', 'listContact stopped']])
  })

  it.each([
    ['asked', ['unsubscribe']],
    ['asked, approved', ['unsubscribe', 'unsubscribed']],
    ['to', []],
    ['to, approved', ['unsubscribed']],
    ['both', []],
  ] as const)(
    'outside a session is done in the next, by what the roster says then: %s',
    async (item, said) => {
      const { offline, withdraw, at, ready, output, sent } = await handshaking('asked, approved', false, true)
      offline()
      const before = sent.length
      withdraw()
      expect([at(), sent.slice(before)]).toEqual(['retracting', []])
      await ready(item)
      expect([output(), sent.slice(before)]).toEqual([{ outcome: 'withdrawn', error: undefined }, said])
    },
  )

  it('outside a session is over with the patience', () => {
    const { withdraw, output } = run()
    withdraw()
    vi.advanceTimersByTime(timeouts.patienceMs)
    expect(output()).toEqual({ outcome: 'withdrawn', error: undefined })
  })
})

describe('every wait ends', () => {
  it.each([
    ['waiting', () => Promise.resolve(run())],
    ['awaited/closed', () => handshaking('asked')],
    ['granted/closed', () => handshaking('to')],
    ['awaited/granted', () => handshaking('from, asked')],
  ] as const)('after `patience`: %s', async (state, reach) => {
    const { at, output } = await reach()
    expect(at()).toBe(state)
    await vi.advanceTimersByTimeAsync(timeouts.patienceMs - 1)
    expect(output()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(output()).toMatchObject({
      outcome: 'expired',
      error: { code: 'timeout.patience', timeoutMs: timeouts.patienceMs },
    })
  })

  it.each([
    ['listing', 'unlisted', false],
    ['asking/closed', 'none', false],
    ['awaited/granting', 'asked', true],
  ] as const)('after `confirmTimeout`: %s', async (state, item, asked) => {
    const { ready, at, output } = run({ mustList: state === 'listing' }, [silent])
    await ready(item, asked)
    expect(at()).toBe(state)
    await vi.advanceTimersByTimeAsync(timeouts.confirmMs - 1)
    expect(output()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(output()).toMatchObject({
      outcome: 'failed',
      error: { code: 'timeout.confirm', timeoutMs: timeouts.confirmMs },
    })
  })

  it('by the times that the app gives', async () => {
    const { output } = run({ timeouts: { ...timeouts, patienceMs: 10 } })
    await vi.advanceTimersByTimeAsync(10)
    expect(output()).toMatchObject({ outcome: 'expired', error: { timeoutMs: 10 } })
  })
})

it('a request that comes back ends the handshake with its error', async () => {
  const { cameBack, output, sent } = await handshaking('asked')
  cameBack()
  expect([output(), sent]).toEqual([{ outcome: 'failed', error: notFound }, ['subscribe']])
})

it('the befriending chart was walked along every edge', () => {
  expect(walked.of(befriendingMachine).transitions.missed).toEqual([])
})
