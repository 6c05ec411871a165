import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LeftBehind } from '../../machines/session-context.js'
import { noFeatures } from '../../machines/stream-facts.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { StoreError } from '../../src/errors.js'
import { fails, gives, silent } from '../support/scripted-deeds.js'
import { closed, run, sessions, settle, works } from './session-run.js'

beforeEach(sessions.begin)
afterEach(sessions.end)

describe('the session chart, with a store,', () => {
  const managed = {
    'binding/receiveFeatures': [gives({ ...noFeatures, bind: true, names: ['{urn:xmpp:sm:3}sm'] })],
    enable: [gives({ kind: 'enabled', id: 'sm-1', maxMs: 60_000, location: undefined })],
    resumeSession: [gives({ kind: 'resumed', jid: 'alice@example.test/desk', heard: false })],
    fetchRoster: [gives()],
  }
  const standing = ({ actor }: ReturnType<typeof run>) => {
    const { roster, streamManagement } = actor.getSnapshot().children
    return [roster?.getSnapshot().value, streamManagement?.getSnapshot().value]
  }

  const left = (session?: Partial<LeftBehind['session']>) =>
    gives({
      session: session && { previd: 'sm-0', endpoint: undefined, maxMs: undefined, ...session },
      scramPinned: true,
    })

  it('goes on with what an earlier process has left, and says that it is there', async () => {
    const session = run({ ...managed, readStore: [left({})] }, { hasStore: true })
    const { actor, asked, inputs, seen, stanzas } = session
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('active.online.course.takenOver')
    expect(standing(session)).toEqual(['synced', { live: 'settled' }])
    expect(inputs.get('resumeSession')).toEqual([{ previd: 'sm-0' }])
    expect(asked.filter((name) => ['bindResource', 'enable', 'fetchRoster'].includes(name))).toEqual([
      'fetchRoster',
    ])
    expect(actor.getSnapshot().context).toMatchObject({ scramPinned: true })
    stanzas.say({ type: 'stream.ended', error: closed })
    await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    expect(seen.at(-1)).toBe('active.online.course.resumed')
    expect(asked.filter((name) => name === 'readStore')).toHaveLength(1)
  })

  it('begins a session where an earlier process has left none', async () => {
    const { actor, seen } = run({ ...managed, readStore: [left()] }, { hasStore: true })
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('active.online.course.stable')
  })

  it('goes on where the server would like that, and does not give up what was left after one failure', async () => {
    const { actor, inputs, seen } = run(
      {
        ...managed,
        readStore: [left({ endpoint: 'xmpps://other.test:5299' })],
        openTransport: [fails(closed), ...works.openTransport],
      },
      { hasStore: true },
    )
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('backingOff.suspended')
    await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    expect(seen.at(-1)).toBe('active.online.course.takenOver')
    await vi.advanceTimersByTimeAsync(defaultTimeouts.stableMs)
    expect(seen.at(-1)).toBe('active.online.course.stable')
    expect(inputs.get('openTransport')).toMatchObject([
      { endpoint: 'xmpps://other.test:5299' },
      { endpoint: 'xmpps://example.test:5223' },
    ])
  })

  it('reports a store that cannot be read, and reads it again with the next wish', async () => {
    const broken = new StoreError('failed', 'no such disk')
    const { actor, seen } = run(
      { ...managed, readStore: [fails(broken), silent, left()] },
      { hasStore: true },
    )
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('halted.stopped')
    expect(actor.getSnapshot().context.error).toBe(broken)
    actor.send({ type: 'session.connect' })
    await vi.advanceTimersByTimeAsync(defaultTimeouts.restoreMs)
    expect(actor.getSnapshot().context.error).toMatchObject({ code: 'timeout.restore' })
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('active.online.course.stable')
  })
})
