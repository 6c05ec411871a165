import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { JoinOptions, RoomMessage } from '../../src/index.js'
import { renewed, resumed, suspend } from '../spec/breaks.js'
import type { Peer } from '../spec/peer.js'
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
  toPage,
} from '../spec/room-archive.js'
import {
  at,
  body,
  delay,
  entering,
  gone,
  groupchat,
  inside,
  insideManaged,
  own,
  present,
  says,
  seen,
  subject,
  tea,
} from '../spec/room.js'
import { rest } from '../spec/session.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

const past = delay('2026-01-02T03:04:05Z')
const door = present('Bob') + own()
const bodies = ({ values }: { readonly values: readonly RoomMessage[] }) => values.map(({ body }) => body)
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `n${from + index}`)

/** One who was in, and has heard `n1` as the last message. */
async function knowing(join: Partial<JoinOptions> = {}) {
  const session = await insideManaged(join)
  const heard = seen(session.room.message$)
  await says(session.first, named('Bob', 'n1'))
  return { ...session, heard }
}

/** The same, coming back over another session; the room has told what it tells everybody. */
async function back(told = '', join: Partial<JoinOptions> = {}) {
  const session = await knowing(join)
  await suspend(session)
  const peer = await renewed(session)
  await says(peer, door + told + subject())
  return { ...session, stream: peer }
}

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

describe('a session that ends while the past is fetched', () => {
  /** Each place where it may: what the room has said by then. */
  const places: readonly (readonly [string, (peer: Peer) => Promise<void>])[] = [
    ['while the room tells', (peer) => says(peer, door + named('Bob', 'n5', past))],
    ['before a page has begun', (peer) => says(peer, door + named('Bob', 'n5', past) + subject())],
    [
      'within a page',
      async (peer) => {
        await says(peer, door + named('Bob', 'n5', past) + subject())
        await says(peer, archived(question(peer).query, 'n2'))
      },
    ],
    [
      'between two pages',
      async (peer) => {
        await says(peer, door + named('Bob', 'n5', past) + subject())
        await answers(peer, false, 'n2', 'n3')
      },
    ],
    [
      'before the last page',
      async (peer) => {
        await says(peer, door + named('Bob', 'n5', past) + subject())
        await says(peer, named('Bob', 'n6'))
      },
    ],
  ]
  const all = numbered(1, 7)

  it.each(places)('%s, and goes on: nothing is missed, and nothing comes twice', async (_, at) => {
    const session = await knowing()
    await suspend(session)
    const first = await renewed(session)
    await at(first)
    await suspend(session)
    const peer = await resumed(session)
    if (questionsIn(peer).length === 0) await says(peer, subject())
    expect(session.room.state).toMatchObject({ status: 'joined', isCurrent: false })
    await says(peer, named('Bob', 'n7'))
    await serves(peer, numbered(1, 6))
    expect(bodies(session.heard)).toEqual(all)
    expect(session.room.state).toMatchObject({ isCurrent: true, gap: undefined })
  })

  it.each(places)('%s, and another begins: nothing is missed, and nothing comes twice', async (_, at) => {
    const session = await knowing()
    await suspend(session)
    const first = await renewed(session)
    await at(first)
    await suspend(session)
    const peer = await renewed(session)
    await says(peer, door + named('Bob', 'n6', past) + subject() + named('Bob', 'n7'))
    await serves(peer, numbered(1, 6))
    expect(bodies(session.heard)).toEqual(all)
    expect(session.room.state).toMatchObject({ isCurrent: true, gap: undefined })
  })

  it('is not waited for without a stream', async () => {
    const session = await back()
    await suspend(session)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(session.room.state).toMatchObject({ status: 'joined', isCurrent: false })
  })
})

describe('nobody but the archive of the room says what was said there', () => {
  const mallory = 'mallory@conference.example.test'

  it.each([
    ['another room', (query: string) => archived(query, 'x', kept('x'), mallory)],
    ['an occupant', (query: string) => archived(query, 'x', kept('x'), at('Mallory'))],
    ['the account', (query: string) => archived(query, 'x', kept('x'), 'alice@example.test')],
    ['who knows no question', () => archived('guessed', 'x')],
    ['who asked nothing', () => archived('', 'x')],
  ])('%s is not believed', async (_, forged) => {
    const { heard, stream: peer } = await back()
    const { id, query } = question(peer)
    await says(peer, forged(query) + archived(query, 'n2') + end(id, true, ['n2']) + forged(query))
    expect(bodies(heard)).toEqual(['n1', 'n2'])
  })

  it.each([
    ['was said elsewhere', kept('x', `${mallory}/Bob`)],
    ['nobody has said in a room', kept('x', 'bob@example.test/desk', 'chat')],
    ['was said in private', kept('x', at('Bob'), 'chat')],
  ])('what %s is nothing of the room', async (_, message) => {
    const { heard, stream: peer, room } = await back()
    const { id, query } = question(peer)
    await says(peer, archived(query, 'x', message) + archived(query, 'n2') + end(id, true, ['x', 'n2']))
    expect(bodies(heard)).toEqual(['n1', 'n2'])
    expect(room.state).toMatchObject({ isCurrent: true })
  })

  it('a name that somebody gives in the name of the room is none beside its own', async () => {
    const session = await knowing()
    await says(
      session.first,
      named('Mallory', 'n2', stanzaId('forged')) + groupchat('Mallory', body('n3'), 'm3'),
    )
    expect(session.heard.values.slice(1)).toMatchObject([{ id: undefined }, { id: undefined }])
    await suspend(session)
    const peer = await renewed(session)
    await says(peer, door + subject())
    expect(question(peer).page.after).toBe('n1')
  })

  it('no other than the room ends its page', async () => {
    const { stream: peer, room } = await back()
    await says(peer, end(question(peer).id, true, [], { from: mallory }))
    expect(room.state).toMatchObject({ isCurrent: false })
  })

  it.each([
    ['says the same again and again', (peer: Peer) => toPage(peer, false, 'n1')],
    ['sends nothing, and says that more follows', (peer: Peer) => toPage(peer, false)],
    ['sends more than it was asked for', (peer: Peer) => toPage(peer, true, ...numbered(2, 60))],
  ])('a room that %s is believed no longer, and messages pass', async (_, page) => {
    const { heard, stream: peer, room } = await back()
    await says(peer, named('Bob', 'now'))
    for (let count = 0; count < 3 && !(room.state.status === 'joined' && room.state.isCurrent); count++) {
      const { page: asked, id, query } = question(peer)
      if (asked.before === undefined) await says(peer, page(peer))
      else await says(peer, archived(query, 'n1') + end(id, true, ['n1']))
    }
    expect(room.state).toMatchObject({ isCurrent: true, gap: { name: 'ProtocolError' } })
    expect(bodies(heard).at(-1)).toBe('now')
  })
})
