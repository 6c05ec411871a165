import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { handshaking, run, stopAll } from './handshake.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  stopAll()
  vi.useRealTimers()
})

describe('a handshake', () => {
  it('that we begin: they agree, ask back, and are let in (RFC 6121 §3.1)', async () => {
    const { ready, now, at, sent, output } = run()
    await ready('none')
    expect([at(), sent]).toEqual(['asking/closed', ['subscribe']])
    now('asked')
    expect(at()).toBe('awaited/closed')
    now('to')
    expect(at()).toBe('granted/closed')
    now('to', true)
    expect([at(), sent]).toEqual(['granted/granting', ['subscribe', 'subscribed']])
    now('both')
    expect([output(), sent]).toEqual([{ outcome: 'both', error: undefined }, ['subscribe', 'subscribed']])
  })

  it('that they began: they are let in, are asked back, and agree', async () => {
    const { ready, now, at, sent, output } = run()
    await ready('none', true)
    expect([at(), sent]).toEqual(['asking/granting', ['subscribe', 'subscribed']])
    now('asked', true)
    now('from, asked')
    expect(at()).toBe('awaited/granted')
    now('both')
    expect(output()).toEqual({ outcome: 'both', error: undefined })
    expect(sent).toEqual(['subscribe', 'subscribed'])
  })

  it('in which they ask back before they agree', async () => {
    const { now, at, sent, output } = await handshaking('asked')
    now('asked', true)
    now('from, asked')
    expect(at()).toBe('awaited/granted')
    now('both')
    expect([output()?.outcome, sent]).toEqual(['both', ['subscribe', 'subscribed']])
  })

  it.each([
    ['both', false, 'both', []],
    ['to', true, 'granted/granting', ['subscribed']],
    ['to', false, 'granted/closed', []],
    ['from', false, 'asking/granted', ['subscribe']],
    ['from, asked', false, 'awaited/granted', []],
    ['asked', true, 'awaited/granting', ['subscribed']],
    ['asked', false, 'awaited/closed', []],
    ['unlisted', true, 'asking/granting', ['subscribe', 'subscribed']],
    ['unlisted', false, 'asking/closed', ['subscribe']],
  ] as const)(
    'that begins with %s (asked by them: %s) does what is left',
    async (item, asked, state, said) => {
      const { ready, at, sent } = run()
      await ready(item, asked)
      expect([at(), sent]).toEqual([state, said])
    },
  )

  it('is mutual only when the server says so: nothing is granted because it was sent', async () => {
    const { now, at, output } = await handshaking('asked', true)
    expect(at()).toBe('awaited/granting')
    now('to', true)
    expect([at(), output()]).toEqual(['granted/granting', undefined])
  })

  it('that is granted before the server says that it was asked', async () => {
    expect((await handshaking('to')).at()).toBe('granted/closed')
  })
})
