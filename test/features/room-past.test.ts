import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { renewed, suspend } from '../spec/sessions.js'
import {
  answers,
  archived,
  end,
  kept,
  momentOf,
  named,
  question,
  questionsIn,
  refuses,
  serves,
  stanzaId,
} from '../spec/room-archive.js'
import {
  at,
  body,
  entering,
  gone,
  groupchat,
  inside,
  insideManaged,
  says,
  seen,
  subject,
  tea,
} from '../spec/room.js'
import { rest } from '../spec/session.js'
import { back, bodies, door, knowing, numbered, past } from './room-returns.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

describe('coming back into a room whose last message is known', () => {
  it('asks its archive for what follows, once the room has told what it tells', async () => {
    const session = await knowing()
    await suspend(session)
    const peer = await renewed(session)
    await says(peer, door)
    expect(questionsIn(peer)).toEqual([])
    await says(peer, subject())
    expect(question(peer)).toMatchObject({
      to: tea,
      type: 'set',
      page: { after: 'n1', before: undefined },
      start: undefined,
    })
  })

  it('tells all of it once and in order, then what is said meanwhile, and only then is the room current', async () => {
    const told = numbered(131, 150).map((text) => named('Bob', text, past))
    const { heard, stream: peer, room } = await back(told.join(''))
    const states = seen(room.state$)
    await says(peer, named('Bob', 'now'))
    await answers(peer, false, ...numbered(2, 51))
    expect(bodies(heard)).toEqual(numbered(1, 50))
    await says(peer, named('Bob', 'then'))
    expect(room.state).toMatchObject({ status: 'joined', isCurrent: false })
    await serves(peer, [...numbered(1, 150), 'now'])
    expect(bodies(heard)).toEqual([...numbered(1, 150), 'now', 'then'])
    expect(room.state).toMatchObject({ isCurrent: true, gap: undefined })
    expect(states.values.filter((state) => state.status === 'joined' && state.isCurrent)).toHaveLength(1)
  })

  it('gives each message what the archive calls it, and when it was said', async () => {
    const { heard, stream: peer } = await back()
    await answers(peer, true, 'n2')
    await says(
      peer,
      named('Bob', 'n3') + groupchat('Bob', body('n4') + stanzaId('x', 'mallory@example.test')),
    )
    expect(heard.values).toMatchObject([
      { id: 'n1', moment: undefined },
      { id: 'n2', moment: momentOf('n2'), nickname: 'Bob', isOwn: false },
      { id: 'n3', moment: undefined },
      { id: undefined, moment: undefined },
    ])
  })

  it('goes on from the last page the next time, and from what was said since', async () => {
    const session = await back()
    await answers(session.stream, true, 'n2', 'n3')
    await suspend(session)
    const second = await renewed(session)
    await says(second, door + subject())
    expect(question(second).page.after).toBe('n3')
    await answers(second, true)
    await says(second, named('Bob', 'n4'))
    await suspend(session)
    const third = await renewed(session)
    await says(third, door + subject())
    expect(question(third).page.after).toBe('n4')
  })

  it('asks by the time where nothing was said that has a name', async () => {
    vi.setSystemTime(Date.UTC(2026, 0, 1))
    const session = await insideManaged()
    const heard = seen(session.room.message$)
    await suspend(session)
    vi.setSystemTime(Date.UTC(2026, 0, 2))
    const peer = await renewed(session)
    await says(peer, door + subject())
    expect(question(peer)).toMatchObject({ page: { after: undefined }, start: '2025-12-31T23:59:00Z' })
    await answers(peer, true, 'n1', 'n2')
    expect(bodies(heard)).toEqual(['n1', 'n2'])
  })

  it('knows one’s own words by their reflection there: they were said', async () => {
    const session = await knowing()
    const delivery = session.room.send('mine')
    await rest()
    await suspend(session)
    const peer = await renewed(session)
    await says(peer, door + subject())
    const { id, query } = question(peer)
    const words = kept('mine', at('Alice'), 'groupchat', delivery.id)
    const others = kept('other', at('Alice'))
    await says(
      peer,
      archived(query, 'n2', words) + archived(query, 'n3', others) + end(id, true, ['n2', 'n3']),
    )
    expect(delivery.status.status).toBe('received')
    expect(session.heard.values.slice(1)).toMatchObject([
      { body: 'mine', isOwn: true },
      { body: 'other', isOwn: false },
    ])
    await says(peer, groupchat('Alice', body('mine') + stanzaId('n2'), delivery.id))
    expect(bodies(session.heard)).toEqual(['n1', 'mine', 'other'])
  })

  it.each([
    ['the room tells of it, too', past],
    ['it is reflected meanwhile', ''],
  ])('knows one’s own words though %s', async (_, more) => {
    const session = await knowing()
    const delivery = session.room.send('mine')
    await rest()
    await suspend(session)
    const peer = await renewed(session)
    const reflected = groupchat('Alice', body('mine') + stanzaId('n2') + more, delivery.id)
    await says(peer, more === '' ? door + subject() + reflected : door + reflected + subject())
    const { id, query } = question(peer)
    const words = archived(query, 'n2', kept('mine', at('Alice'), 'groupchat', delivery.id))
    const others = archived(query, 'n3', kept('mine', at('Alice'), 'groupchat', 'other'))
    await says(peer, words + others + end(id, true, ['n2', 'n3']))
    expect(session.heard.values.map(({ id: name, isOwn }) => [name, isOwn])).toEqual([
      ['n1', false],
      ['n2', true],
      ['n3', false],
    ])
  })

  it('tells once what the archive has, and is said while it is asked', async () => {
    const { heard, stream: peer } = await back(named('Bob', 'n2', past))
    await says(peer, named('Bob', 'n3'))
    await answers(peer, true, 'n2', 'n3')
    await says(peer, named('Bob', 'n4'))
    expect(bodies(heard)).toEqual(['n1', 'n2', 'n3', 'n4'])
  })

  it('tells what the room remembers, and its archive has not, or not yet', async () => {
    const unnamed = groupchat('Bob', body('unnamed') + past, 'u1')
    const { heard, stream: peer } = await back(named('Bob', 'n2', past) + unnamed + named('Bob', 'n3', past))
    await answers(peer, true, 'n2')
    expect(bodies(heard)).toEqual(['n1', 'n2', 'unnamed', 'n3'])
  })

  it('tells once what the room has given no name, as it is said, before one went or since', async () => {
    const unnamed = (text: string) => groupchat('Bob', body(text), `m-${text}`)
    const session = await knowing()
    await says(session.first, unnamed('n2'))
    await suspend(session)
    const peer = await renewed(session)
    await says(peer, door + subject() + unnamed('n4') + unnamed('n5'))
    await answers(peer, true, 'n2', 'n3', 'n4')
    expect(bodies(session.heard)).toEqual(numbered(1, 5))
  })

  it('leaves the rest to the archive where too much is said meanwhile', async () => {
    const { heard, stream: peer, room } = await back()
    await says(
      peer,
      numbered(3, 1_004)
        .map((text) => named('Bob', text))
        .join(''),
    )
    await answers(peer, true, 'n2')
    expect(room.state).toMatchObject({ isCurrent: false })
    await serves(peer, numbered(1, 1_004))
    expect(bodies(heard)).toEqual(numbered(1, 1_004))
  })

  it('tells at once what is too much and has no name by which the archive would bring it', async () => {
    const { heard, stream: peer } = await back()
    const unnamed = numbered(3, 1_004).map((text) => groupchat('Bob', body(text), `m-${text}`))
    await says(peer, unnamed.join(''))
    expect(bodies(heard)).toEqual(['n1', 'n3', 'n4'])
    await answers(peer, true, 'n2')
    expect(bodies(heard)).toEqual(['n1', 'n3', 'n4', 'n2', ...numbered(5, 1_004)])
  })

  it('is so as well where the room has put one out, and one comes back by oneself', async () => {
    const { room, peer } = await inside()
    const heard = seen(room.message$)
    await says(peer, named('Bob', 'n1') + gone('Alice', { codes: [332] }))
    await vi.advanceTimersByTimeAsync(10_000)
    await says(peer, door + subject() + named('Bob', 'n3'))
    await answers(peer, true, 'n2')
    expect(bodies(heard)).toEqual(['n1', 'n2', 'n3'])
  })

  it.each([
    ['was kicked, and wants in again', { codes: [307] }, {}, 'n1'],
    ['was kicked, and says how much is wanted', { codes: [307] }, { history: { maxMessages: 0 } }, undefined],
    ['has left', undefined, {}, undefined],
  ])('goes on for who %s: %j %j', async (_, how, join, after) => {
    const { room, peer } = await inside()
    await says(peer, named('Bob', 'n1'))
    if (how === undefined) void room.leave()
    await says(peer, gone('Alice', how))
    expect(room.state.status).toBe('outside')
    void room.join({ nickname: 'Alice', ...join })
    await says(peer, door + subject())
    expect(questionsIn(peer).map(() => question(peer).page.after)).toEqual(after === undefined ? [] : [after])
    expect(room.state).toMatchObject({ isCurrent: after === undefined })
  })
})

describe('where the archive does not have it', () => {
  it.each(['service-unavailable', 'feature-not-implemented'])(
    'since there is none (%s), the room’s own memory is all there is',
    async (condition) => {
      const { heard, stream: peer, room } = await back(named('Bob', 'n2', past) + named('Bob', 'n3', past))
      await says(peer, named('Bob', 'n4'))
      expect(bodies(heard)).toEqual(['n1'])
      await refuses(peer, condition)
      expect(bodies(heard)).toEqual(['n1', 'n2', 'n3', 'n4'])
      expect(room.state).toMatchObject({ isCurrent: true, gap: undefined })
    },
  )

  it('since it fails, messages pass, it is said so, and the next time it is asked from the same place', async () => {
    const session = await back(named('Bob', 'n3', past))
    await refuses(session.stream, 'internal-server-error')
    expect(session.room.state).toMatchObject({ isCurrent: true, gap: { condition: 'internal-server-error' } })
    await says(session.stream, named('Bob', 'n4'))
    expect(bodies(session.heard)).toEqual(['n1', 'n3', 'n4'])
    await suspend(session)
    const peer = await renewed(session)
    await says(peer, door + subject())
    expect(question(peer).page.after).toBe('n1')
    await answers(peer, true, 'n2', 'n3', 'n4', 'n5')
    expect(bodies(session.heard)).toEqual(['n1', 'n3', 'n4', 'n2', 'n5'])
    expect(session.room.state).toMatchObject({ isCurrent: true, gap: undefined })
  })

  it('since it does not answer in time, messages pass, and it is said so', async () => {
    const { heard, stream: peer, room } = await back(named('Bob', 'n3', past))
    await vi.advanceTimersByTimeAsync(29_999)
    expect(room.state).toMatchObject({ isCurrent: false })
    await vi.advanceTimersByTimeAsync(1)
    expect(room.state).toMatchObject({ isCurrent: true, gap: { name: 'TimeoutError', timeoutMs: 30_000 } })
    await answers(peer, true, 'n2')
    expect(bodies(heard)).toEqual(['n1', 'n3'])
  })

  it('since it has forgotten the message to go on from, it is asked by the time, and it is said so', async () => {
    vi.setSystemTime(Date.UTC(2026, 0, 1))
    const { heard, stream: peer, room } = await back(named('Bob', 'n3', past))
    await refuses(peer, 'item-not-found')
    expect(question(peer)).toMatchObject({ page: { after: undefined }, start: '2025-12-31T23:59:00Z' })
    await answers(peer, true, 'n2', 'n3')
    expect(bodies(heard)).toEqual(['n1', 'n2', 'n3'])
    expect(room.state).toMatchObject({ isCurrent: true, gap: { condition: 'item-not-found' } })
  })

  it('since it forgets whatever it is asked for, messages pass', async () => {
    const { stream: peer, room } = await back()
    await refuses(peer, 'item-not-found')
    await refuses(peer, 'item-not-found')
    expect(room.state).toMatchObject({ isCurrent: true, gap: { condition: 'item-not-found' } })
    expect(questionsIn(peer)).toHaveLength(2)
  })

  it('for sure: what may change yet is asked for again the next time', async () => {
    const session = await back()
    const { id, query } = question(session.stream)
    await says(session.stream, archived(query, 'n2') + end(id, true, ['n2'], { says: "stable='false'" }))
    expect(session.room.state).toMatchObject({ isCurrent: true, gap: undefined })
    await says(session.stream, named('Bob', 'n4'))
    await suspend(session)
    const peer = await renewed(session)
    await says(peer, door + subject())
    expect(question(peer).page.after).toBe('n1')
    await answers(peer, true, 'n2', 'n3', 'n4')
    expect(bodies(session.heard)).toEqual(['n1', 'n2', 'n4', 'n3'])
  })

  it('and somebody puts one out meanwhile: what was heard is told', async () => {
    const { heard, stream: peer, room } = await back(named('Bob', 'n3', past))
    await says(peer, named('Bob', 'n4') + gone('Alice', { codes: [307] }))
    expect(room.state.status).toBe('outside')
    expect(bodies(heard)).toEqual(['n1', 'n3', 'n4'])
  })
})

describe('what waits for the past, where one leaves', () => {
  it('is told before what comes then', async () => {
    const { heard, stream: peer, room } = await back(named('Bob', 'n3', past))
    await says(peer, named('Bob', 'n4'))
    void room.leave()
    await says(peer, named('Bob', 'n5'))
    void room.join({ nickname: 'Alice' })
    await says(peer, gone())
    await says(peer, door + named('Bob', 'n6', past) + subject())
    expect(bodies(heard)).toEqual(['n1', 'n3', 'n4', 'n5', 'n6'])
  })

  it('is told no more once the room is closed, by whoever hears it', async () => {
    const { heard, stream: peer, room } = await back(named('Bob', 'n3', past))
    await says(peer, named('Bob', 'n4'))
    room.message$.subscribe(({ body }) => body === 'n2' && room.close())
    await answers(peer, true, 'n2', 'n3')
    expect([bodies(heard), heard.isComplete]).toEqual([['n1', 'n2'], true])
  })
})

describe('the last message of an earlier run', () => {
  const enter = async (told: string) => {
    const session = await entering({ after: 'n1' })
    const heard = seen(session.room.message$)
    await says(session.peer, door + told + subject())
    return { ...session, heard }
  }

  it('is gone on from, and what the room tells of before it is known', async () => {
    const unnamed = groupchat('Bob', body('unnamed') + past, 'u1')
    const told = ['o1', 'n1', 'n2'].map((text) => named('Bob', text, past)).join('')
    const { heard, peer, room } = await enter(groupchat('Bob', body('old') + past, 'u0') + told + unnamed)
    expect(question(peer).page.after).toBe('n1')
    await answers(peer, true, 'n2')
    expect(bodies(heard)).toEqual(['n2', 'unnamed'])
    expect(room.state).toMatchObject({ isCurrent: true, gap: undefined })
  })

  it('is the last of all: what the room tells is older', async () => {
    const { heard, peer } = await enter(['o1', 'o2'].map((text) => named('Bob', text, past)).join(''))
    await answers(peer, true)
    await says(peer, named('Bob', 'n2'))
    expect(bodies(heard)).toEqual(['n2'])
  })

  it('is followed by what the archive has yet to keep', async () => {
    const { heard, peer } = await enter(
      ['o1', 'n1', 'n2', 'n3'].map((text) => named('Bob', text, past)).join(''),
    )
    await answers(peer, true, 'n2')
    expect(bodies(heard)).toEqual(['n2', 'n3'])
  })

  it('is forgotten: the room’s own memory is all there is', async () => {
    const { heard, peer, room } = await enter(named('Bob', 'n2', past))
    await refuses(peer, 'item-not-found')
    expect(bodies(heard)).toEqual(['n2'])
    expect(room.state).toMatchObject({ isCurrent: true, gap: { condition: 'item-not-found' } })
  })
})
