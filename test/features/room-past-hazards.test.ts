import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Peer } from '../spec/peer.js'
import { renewed, resumed, suspend } from '../spec/sessions.js'
import { rest } from '../spec/session.js'
import {
  answers,
  archived,
  end,
  kept,
  named,
  question,
  questionsIn,
  serves,
  stanzaId,
  toPage,
} from '../spec/room-archive.js'
import { at, body, groupchat, says, subject } from '../spec/room.js'
import { back, bodies, door, knowing, numbered, past } from './room-returns.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

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

  it('is not waited for without a stream, nor what the room tells', async () => {
    const session = await knowing()
    await suspend(session)
    await says(await renewed(session), door)
    await suspend(session)
    await vi.advanceTimersByTimeAsync(100_000)
    // By lot the client tries to come back just then.
    session.peers.at(-1)?.cut()
    await rest()
    const peer = await resumed(session)
    expect(questionsIn(peer)).toEqual([])
    await says(peer, subject())
    await answers(peer, true, 'n2')
    expect(bodies(session.heard)).toEqual(['n1', 'n2'])
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

describe('what is said in a room in which one is no longer, or not yet', () => {
  it('is told where it comes after one has said goodbye to all', async () => {
    const { client, first, heard, room } = await knowing()
    const end = client.disconnect()
    expect(room.state.status).toBe('waiting')
    await says(first, named('Bob', 'n2'))
    first.cut()
    await end
    await room.leave()
    expect(bodies(heard)).toEqual(numbered(1, 2))
  })

  it('waits for what was said before, where it comes before the word that one is in', async () => {
    const session = await knowing()
    await suspend(session)
    const peer = await renewed(session)
    await says(peer, named('Bob', 'n3') + door + subject())
    await answers(peer, true, 'n2', 'n3')
    expect(bodies(session.heard)).toEqual(numbered(1, 3))
    expect(session.room.state).toMatchObject({ isCurrent: true, gap: undefined })
  })
})
