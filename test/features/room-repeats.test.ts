import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Room } from '../../src/index.js'
import { bodiesOf, sm } from '../spec/managed.js'
import type { Peer } from '../spec/peer.js'
import {
  at,
  body,
  delay,
  gone,
  groupchat,
  inside,
  insideManaged,
  outcomeOf,
  own,
  present,
  refused,
  says,
  statusOf,
  subject,
  tea,
} from '../spec/room.js'
import { questionsIn, refuses } from '../spec/room-archive.js'
import { logIn, rest } from '../spec/session.js'
import { entrances, historyOf, next, refuseToResume, renewed, resumed, suspend } from '../spec/sessions.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

const statuses = (deliveries: readonly ReturnType<Room['send']>[]) =>
  deliveries.map(({ status }) => status.status)
/** What was said before, as the room tells it. */
const told = (nickname: string, text: string, id: string) =>
  groupchat(nickname, body(text) + delay(new Date().toISOString()), id)
const messages = ({ elements }: Peer) => elements.filter(({ name }) => name === 'message')
const error = (id: string, condition: string) =>
  `<message type='error' from='${tea}' id='${id}'><error type='modify'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`

/** What the room tells, to the end of the past. */
async function tellsAll(peer: Peer, text = ''): Promise<void> {
  await says(peer, text + subject())
  await hasNoArchive(peer)
}

/** The archive is asked where something was heard before. */
async function hasNoArchive(peer: Peer): Promise<void> {
  if (questionsIn(peer).length > 0) await refuses(peer)
}

/** One has said something that nobody has confirmed when the session is lost. */
async function cutOff(...words: readonly string[]) {
  const session = await insideManaged()
  const deliveries = words.map((word) => session.room.send(word))
  await rest()
  expect(bodiesOf(session.first)).toEqual(words)
  expect(statuses(deliveries)).toEqual(words.map(() => 'written'))
  await suspend(session)
  return { ...session, deliveries }
}

/** The same on a stream where nothing is acknowledged. */
const unmanaged = () => inside({}, { client: { reconnect: 'afterOnline' } })

async function speak({ peer, room }: Awaited<ReturnType<typeof unmanaged>>, ...words: readonly string[]) {
  const deliveries = words.map((word) => room.send(word))
  await rest()
  expect(bodiesOf(peer)).toEqual(words)
  return deliveries
}

/** The connection ends, and another session begins. */
async function relogged(session: Awaited<ReturnType<typeof unmanaged>>): Promise<Peer> {
  session.peers.at(-1)?.cut()
  await rest()
  const peer = await next(session)
  await logIn(peer)
  await rest()
  expect(session.client.state.status).toBe('online')
  return peer
}

describe('what was on its way to a room when the session was lost', () => {
  it('is not said again where the past has it', async () => {
    const session = await cutOff('one')
    const [delivery] = session.deliveries
    const peer = await renewed(session)
    await tellsAll(peer, present('Bob') + own() + told('Alice', 'one', String(delivery?.id)))
    expect(bodiesOf(peer)).toEqual([])
    expect(delivery?.status).toEqual({ status: 'received' })
  })

  it('is said again where the past has it not, once that is told: the same message, late', async () => {
    const session = await cutOff('one')
    const [delivery] = session.deliveries
    const peer = await renewed(session)
    expect(bodiesOf(peer)).toEqual([])
    await says(peer, present('Bob') + own() + told('Bob', 'two', 'b-1'))
    expect([statusOf(session.room), ...bodiesOf(peer)]).toEqual(['joined'])
    await tellsAll(peer)
    expect(bodiesOf(peer)).toEqual(['one'])
    expect(peer.raw).toMatch(
      new RegExp(`id='${delivery?.id}'[^>]*><body>one</body><origin-id [^>]*id='${delivery?.id}'/><delay `),
    )
    await says(peer, groupchat('Alice', body('one'), delivery?.id))
    expect(delivery?.status.status).toBe('received')
  })

  it('is not said again where the room tells it as it is said', async () => {
    const session = await cutOff('one')
    const peer = await renewed(session)
    await tellsAll(peer, own() + groupchat('Alice', body('one'), session.deliveries[0]?.id))
    expect(bodiesOf(peer)).toEqual([])
    expect(statuses(session.deliveries)).toEqual(['received'])
  })

  it('keeps its order, before what is said after it: what the room has is left out', async () => {
    const session = await cutOff('one', 'two', 'three')
    const peer = await renewed(session)
    session.room.send('four')
    await says(peer, own() + told('Alice', 'two', String(session.deliveries[1]?.id)))
    expect(bodiesOf(peer)).toEqual([])
    await tellsAll(peer)
    expect(bodiesOf(peer)).toEqual(['one', 'three', 'four'])
  })

  it('keeps nothing waiting once the room has told all of it', async () => {
    const session = await cutOff('one')
    const peer = await renewed(session)
    session.room.send('two')
    await says(peer, own())
    expect(bodiesOf(peer)).toEqual([])
    await says(peer, told('Alice', 'one', String(session.deliveries[0]?.id)))
    expect(bodiesOf(peer)).toEqual(['two'])
  })

  it('is said again in time where the past has no end', async () => {
    const session = await cutOff('one')
    const peer = await renewed(session)
    // The server has the entrance.
    await says(peer, own() + sm('a', "h='1'"))
    await vi.advanceTimersByTimeAsync(59_000)
    await rest()
    expect(bodiesOf(peer)).toEqual([])
    await vi.advanceTimersByTimeAsync(1_000)
    await rest()
    await hasNoArchive(peer)
    expect(bodiesOf(peer)).toEqual(['one'])
  })

  it('is looked for in the past from when it was said', async () => {
    const session = await insideManaged()
    session.room.send('one')
    await rest()
    vi.setSystemTime(Date.now() + 3_600_000)
    await says(session.first, groupchat('Bob', body('Hello')))
    await suspend(session)
    const seconds = Number(historyOf(entrances(await renewed(session))[0])?.['seconds'])
    expect(seconds).toBeGreaterThanOrEqual(3_660)
    expect(seconds).toBeLessThanOrEqual(3_720)
  })

  it('is none of somebody else’s words by the same id', async () => {
    const session = await cutOff('one')
    const peer = await renewed(session)
    await tellsAll(peer, own() + told('Bob', 'hoax', String(session.deliveries[0]?.id)))
    expect(bodiesOf(peer)).toEqual(['one'])
  })

  it.each([
    ['while one enters', ''],
    ['before the past is told', own()],
  ])('is said once though the next session is lost too, %s', async (_, heard) => {
    const session = await cutOff('one')
    const second = await renewed(session)
    await says(second, heard)
    await suspend(session)
    session.room.send('two')
    const peer = await renewed(session)
    await says(peer, own())
    expect([bodiesOf(second), bodiesOf(peer)]).toEqual([[], []])
    await tellsAll(peer)
    expect(bodiesOf(peer)).toEqual(['one', 'two'])
  })

  it('is said once though it is lost once more', async () => {
    const session = await cutOff('one')
    const second = await renewed(session)
    await tellsAll(second, own())
    expect(bodiesOf(second)).toEqual(['one'])
    await suspend(session)
    const peer = await renewed(session)
    await tellsAll(peer, own() + told('Alice', 'one', String(session.deliveries[0]?.id)))
    expect(bodiesOf(peer)).toEqual([])
    expect(statuses(session.deliveries)).toEqual(['received'])
  })

  it('waits while one’s ghost has the name', async () => {
    const session = await cutOff('one')
    const peer = await renewed(session)
    await says(peer, refused('conflict'))
    expect([statusOf(session.room), ...bodiesOf(peer)]).toEqual(['returning'])
    await vi.advanceTimersByTimeAsync(10_000)
    await tellsAll(peer, own() + told('Alice', 'one', String(session.deliveries[0]?.id)))
    expect(bodiesOf(peer)).toEqual([])
    expect(statuses(session.deliveries)).toEqual(['received'])
  })

  it('is gone on with where the session is: nothing waits for the past', async () => {
    const session = await insideManaged()
    await suspend(session)
    session.room.send('one')
    expect(bodiesOf(await resumed(session))).toEqual(['one'])
  })

  it('waits as well where it was said while there was no stream', async () => {
    const session = await insideManaged()
    await suspend(session)
    const delivery = session.room.send('one')
    const peer = await renewed(session)
    await says(peer, own())
    expect(bodiesOf(peer)).toEqual([])
    await tellsAll(peer)
    expect([delivery.status.status, ...bodiesOf(peer)]).toEqual(['written', 'one'])
  })

  it('fails where one is not let in again, and nobody knows whether the room has it; what never left it has not', async () => {
    const session = await cutOff('one')
    const later = session.room.send('two')
    await says(await renewed(session), refused('forbidden'))
    const cause = { code: 'transport.not-connected', cause: { condition: 'forbidden' } }
    expect(session.deliveries[0]?.status).toMatchObject({
      status: 'failed',
      reason: { code: 'unconfirmed.room-message', cause },
    })
    expect(later.status).toMatchObject({ status: 'failed', reason: cause })
  })

  it('fails where one leaves before it is said', async () => {
    const session = await cutOff('one')
    const peer = await renewed(session)
    await says(peer, own())
    outcomeOf(session.room.leave())
    await tellsAll(peer, gone())
    expect([bodiesOf(peer), statuses(session.deliveries)]).toEqual([[], ['failed']])
  })

  it('is not said again where the room’s refusal of it comes late', async () => {
    const session = await cutOff('one')
    const [delivery] = session.deliveries
    const peer = await renewed(session)
    await tellsAll(peer, error(String(delivery?.id), 'forbidden') + own())
    expect(bodiesOf(peer)).toEqual([])
    expect(delivery?.status).toMatchObject({ status: 'failed', reason: { condition: 'forbidden' } })
  })

  it('is for the room to judge where one has left meanwhile', async () => {
    const session = await insideManaged()
    const delivery = session.room.send('one')
    await rest()
    outcomeOf(session.room.leave())
    await says(session.first, gone())
    await suspend(session)
    const peer = await renewed(session)
    expect(bodiesOf(peer)).toEqual(['one'])
    await says(peer, error(delivery.id, 'not-acceptable'))
    expect(delivery.status).toMatchObject({ status: 'failed', reason: { condition: 'not-acceptable' } })
  })

  it('comes back to one who is not in, whatever the server has yet to acknowledge: it is said once', async () => {
    const session = await cutOff('one')
    const [delivery] = session.deliveries
    const second = await renewed(session)
    await tellsAll(second, own())
    await says(second, error(String(delivery?.id), 'not-acceptable'))
    expect(statusOf(session.room)).toBe('joining')
    await suspend(session)
    const peer = await renewed(session)
    await tellsAll(peer, own())
    expect([bodiesOf(second), bodiesOf(peer)]).toEqual([['one'], ['one']])
    await says(peer, groupchat('Alice', body('one'), delivery?.id))
    expect(delivery?.status.status).toBe('received')
  })

  it('keeps nobody else’s messages waiting', async () => {
    const session = await cutOff('one')
    session.client.send({ to: 'bob@example.test', body: 'two' })
    const peer = await renewed(session)
    expect(bodiesOf(peer)).toEqual(['two'])
    session.client.send({ to: 'bob@example.test', body: 'three' })
    await rest()
    expect(bodiesOf(peer)).toEqual(['two', 'three'])
  })
})

describe('what was on its way to a room when a session was lost in which nothing is acknowledged', () => {
  it('is said again where the room has it not, though it reflects what one says', async () => {
    const session = await unmanaged()
    const deliveries = await speak(session, 'one', 'two', 'three')
    await says(session.peer, groupchat('Alice', body('one'), deliveries[0]?.id))
    const peer = await relogged(session)
    const later = session.room.send('four')
    await says(peer, own() + told('Alice', 'two', String(deliveries[1]?.id)))
    expect(bodiesOf(peer)).toEqual([])
    await tellsAll(peer)
    expect(bodiesOf(peer)).toEqual(['three', 'four'])
    expect(statuses([...deliveries, later])).toEqual(['received', 'received', 'written', 'written'])
  })

  it('is none of what was said before something that it has reflected, nor said a third time', async () => {
    const session = await unmanaged()
    const deliveries = await speak(session, 'one', 'two', 'three')
    await says(session.peer, groupchat('Alice', body('two'), deliveries[1]?.id))
    const second = await relogged(session)
    await tellsAll(second, own())
    expect(bodiesOf(second)).toEqual(['three'])
    const peer = await relogged(session)
    await tellsAll(peer, own())
    expect(bodiesOf(peer)).toEqual([])
  })

  it('is not said again where the room reflects nothing', async () => {
    const session = await unmanaged()
    const deliveries = await speak(session, 'one')
    const peer = await relogged(session)
    await tellsAll(peer, own())
    expect([bodiesOf(peer), statuses(deliveries)]).toEqual([[], ['written']])
  })

  it('is not said again where one has left, whoever enters later', async () => {
    const session = await unmanaged()
    const deliveries = await speak(session, 'one', 'two')
    await says(session.peer, groupchat('Alice', body('one'), deliveries[0]?.id))
    outcomeOf(session.room.leave())
    const peer = await relogged(session)
    expect([statusOf(session.room), ...bodiesOf(peer)]).toEqual(['outside'])
    outcomeOf(session.room.join({ nickname: 'Alice' }))
    await tellsAll(peer, own())
    const last = await relogged(session)
    await tellsAll(last, own())
    expect([statusOf(session.room), ...bodiesOf(last)]).toEqual(['joined'])
  })
})

describe('what the app sends by itself to a room', () => {
  it('waits there as what is said in it, in order', async () => {
    const session = await cutOff('one')
    const peer = await next(session)
    session.client.send({ to: tea, type: 'groupchat', body: 'two' })
    await refuseToResume(peer)
    session.room.send('three')
    await tellsAll(peer, own())
    expect(bodiesOf(peer)).toEqual(['one', 'two', 'three'])
  })

  it('leaves while one is outside', async () => {
    const session = await insideManaged()
    outcomeOf(session.room.leave())
    await says(session.first, gone())
    session.client.send({ to: tea, type: 'groupchat', body: 'one' })
    await rest()
    expect(bodiesOf(session.first)).toEqual(['one'])
  })
})

describe('a whisper', () => {
  it('that was on its way when the session was lost fails: nobody knows whom it would reach now', async () => {
    const session = await insideManaged()
    const delivery = session.room.whisper('Bob', 'one')
    await rest()
    await suspend(session)
    const peer = await renewed(session)
    expect(delivery.status).toMatchObject({ status: 'failed', reason: { code: 'unconfirmed.whisper' } })
    await tellsAll(peer, present('Bob') + own())
    expect(messages(peer)).toEqual([])
  })

  it('that had not left waits until one is in', async () => {
    const session = await insideManaged()
    await suspend(session)
    const whispered = session.room.whisper('Bob', 'one')
    const peer = await renewed(session)
    expect(whispered.status.status).toBe('queued')
    await tellsAll(peer, present('Bob') + own())
    expect(messages(peer).map(({ attributes }) => attributes['to'])).toEqual([at('Bob')])
  })

  it('that the server has is none of this', async () => {
    const session = await insideManaged()
    const delivery = session.room.whisper('Bob', 'one')
    await rest()
    // The entrance came before it.
    await says(session.first, sm('a', "h='2'"))
    await suspend(session)
    await renewed(session)
    expect(delivery.status.status).toBe('acknowledged')
  })
})
