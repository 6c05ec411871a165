import { afterEach, describe, expect, it, vi } from 'vitest'
import { accounts, muc, TimeoutError, TransportError, type MucFeature, type Room } from '../../src/index.js'
import { childOf } from '../spec/heard.js'
import {
  at,
  body,
  entering,
  gone,
  groupchat,
  inside,
  outcomeOf,
  outside,
  own,
  refused,
  result,
  says,
  sentBy,
  statusOf,
  subject,
  tea,
} from '../spec/room.js'
import { logIn, rest, start } from '../spec/session.js'

const fakeTimers = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
afterEach(() => void vi.useRealTimers())
const addresses = (sent: Awaited<ReturnType<typeof sentBy>>) =>
  sent.map(({ attributes }) => `${attributes['type'] ?? 'available'} ${attributes['to']}`)
const made = own('Alice', { affiliation: 'owner', role: 'moderator', codes: [201] })

describe('the wish to enter', () => {
  it('that was given up before is none', async () => {
    const { room, peer } = await outside()
    const signal = AbortSignal.abort()
    const done = outcomeOf(room.join({ nickname: 'Alice', signal }))
    expect(await sentBy(peer, () => undefined)).toEqual([])
    expect(done.is()).toMatchObject({ code: 'transport.aborted' })
    expect(room.state).toEqual({ status: 'outside', exit: undefined })
  })

  it('that is given up on the way is taken back', async () => {
    const given = new AbortController()
    const { room, peer, outcome } = await entering({ signal: given.signal })
    expect(addresses(await sentBy(peer, () => given.abort()))).toEqual([`unavailable ${at('Alice')}`])
    expect(outcome.is()).toMatchObject({
      code: 'transport.aborted',
      message: 'the wish was given up before it came true',
    })
    await says(peer, own() + gone())
    expect(room.state).toMatchObject({ status: 'outside', exit: { kind: 'left' } })
  })

  it('that is given up leaves the wish of somebody else', async () => {
    const given = new AbortController()
    const { room, peer, outcome } = await entering({ signal: given.signal })
    const other = outcomeOf(room.join({ nickname: 'Alice' }))
    await peer.next('presence')
    expect(await sentBy(peer, () => given.abort())).toEqual([])
    await says(peer, own() + subject())
    expect(outcome.is()).toMatchObject({ code: 'transport.aborted' })
    expect([other.is(), statusOf(room)]).toEqual(['resolved', 'joined'])
  })

  it('that is given up once it has come true is past', async () => {
    const given = new AbortController()
    const { room, peer } = await inside({ signal: given.signal })
    expect(await sentBy(peer, () => given.abort())).toEqual([])
    expect(statusOf(room)).toBe('joined')
  })

  it('may be said twice', async () => {
    const { room, peer, outcome } = await entering()
    const again = outcomeOf(room.join({ nickname: 'Alice' }))
    await says(peer, own() + own())
    expect([outcome.is(), again.is()]).toEqual(['resolved', 'resolved'])
  })

  it('may be said of another name, while the first is being asked for', async () => {
    const { room, peer } = await entering()
    const [sent] = await sentBy(peer, () => outcomeOf(room.join({ nickname: 'Alicia' })))
    expect(sent?.attributes['to']).toBe(at('Alicia'))
    await says(peer, refused('conflict'))
    expect(statusOf(room)).toBe('joining')
    await says(peer, own('Alicia') + subject())
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alicia' })
  })

  it.each([
    ['the same room', (room: Room) => room],
    [
      'a room that is begun anew',
      (room: Room, rooms: MucFeature) => {
        room.close()
        return rooms.room(tea)
      },
    ],
  ])('is not refused by the answer to one of before, in %s (RFC 6120 §8.3.1)', async (_, make) => {
    const { room: first, rooms, peer, entrance, outcome } = await entering()
    const room = make(first, rooms)
    const again: ReturnType<typeof outcomeOf>[] = []
    const sent = await sentBy(peer, () =>
      again.push(outcomeOf(room.join({ nickname: 'Alice', password: 'cauldronburn' }))),
    )
    const before = room === first ? outcome.is() : 'pending'
    await says(peer, refused('not-authorized', { id: entrance.attributes['id'] ?? '' }))
    expect([before, again[0]?.is(), statusOf(room)]).toEqual(['pending', 'pending', 'joining'])
    await says(peer, refused('not-authorized', { id: sent.at(-1)?.attributes['id'] ?? '' }))
    expect([again[0]?.is(), statusOf(room)]).toEqual([
      expect.objectContaining({ condition: 'not-authorized' }),
      'outside',
    ])
  })

  it('is not refused by what became of a presence in a stay before', async () => {
    const { client, peer, room } = await inside()
    const said = await sentBy(peer, () => client.sendPresence({ show: 'away' }))
    const update = said.find(({ attributes }) => attributes['to'] === at('Alice'))
    expect(update).toBeDefined()
    const left = outcomeOf(room.leave())
    await says(peer, gone())
    const again = outcomeOf(room.join({ nickname: 'Alice' }))
    await rest()
    await says(peer, refused('item-not-found', { id: update?.attributes['id'] ?? '' }))
    await says(peer, own() + subject())
    expect([left.is(), again.is(), statusOf(room)]).toEqual(['resolved', 'resolved', 'joined'])
  })

  it('has come true for who is in', async () => {
    const { room, peer } = await inside()
    const again = outcomeOf(room.join({ nickname: 'Alice' }))
    expect(await sentBy(peer, () => undefined)).toEqual([])
    expect(again.is()).toBe('resolved')
  })

  it('under another name is none of who is in', async () => {
    const { room, peer } = await inside()
    const again = outcomeOf(room.join({ nickname: 'Alicia' }))
    expect(await sentBy(peer, () => undefined)).toEqual([])
    expect(again.is()).toEqual(
      new TypeError(`${tea} is entered already: changeNickname() takes another name`),
    )
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alice' })
  })

  it('waits until who leaves is out', async () => {
    const { room, peer } = await inside()
    const done: ReturnType<typeof outcomeOf>[] = []
    const sent = await sentBy(peer, () => {
      done.push(outcomeOf(room.leave()), outcomeOf(room.join({ nickname: 'Alicia' })))
    })
    expect(addresses(sent)).toEqual([`unavailable ${at('Alice')}`])
    const delivery = room.send('Hello')
    expect(delivery.status.status).toBe('queued')
    await says(peer, gone())
    await says(peer, own('Alicia') + subject())
    expect(done.map(({ is }) => is())).toEqual(['resolved', 'resolved'])
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alicia' })
    expect(delivery.status.status).toBe('written')
  })

  it('after one has left asks for what was said before as it is wished now', async () => {
    const { room, peer } = await inside()
    await says(peer, groupchat('Bob', body('Hello')))
    outcomeOf(room.leave())
    await says(peer, gone())
    const [sent] = await sentBy(peer, () =>
      outcomeOf(room.join({ nickname: 'Alice', history: { maxMessages: 50 } })),
    )
    const x = sent && childOf(sent, 'x')
    expect(x && childOf(x, 'history')?.attributes).toEqual({ maxstanzas: '50' })
  })

  it('that nobody answers comes to nothing in time, and the room is told', async () => {
    fakeTimers()
    const { room, peer, outcome } = await entering()
    expect(addresses(await sentBy(peer, () => vi.advanceTimersByTimeAsync(60_000)))).toEqual([
      `unavailable ${at('Alice')}`,
    ])
    expect(outcome.is()).toBeInstanceOf(TimeoutError)
    expect(room.state).toMatchObject({ status: 'outside', exit: { kind: 'refused' } })
  })

  it('waits for a session, and is none once there will be none', async () => {
    const { client, peer, outcome } = start()
    const room = client.use(muc).room(tea)
    const joining = outcomeOf(room.join({ nickname: 'Alice' }))
    expect(statusOf(room)).toBe('waiting')
    const first = await peer()
    await logIn(first)
    expect(await outcome).toBeUndefined()
    expect((await first.next('presence')).attributes['to']).toBe(at('Alice'))
    first.say('<stream:error><conflict xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>')
    await rest()
    expect(client.state.status).toBe('halted')
    expect(joining.is()).toMatchObject({ name: 'StreamError' })
    expect(statusOf(room)).toBe('outside')
  })

  it('is none of an account that is removed', async () => {
    const { client, peer, room, outcome } = await entering()
    const removed = outcomeOf(client.use(accounts).remove())
    await rest()
    await says(
      peer,
      '<stream:error><not-authorized xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error></stream:stream>',
    )
    expect([removed.is(), client.state.status, statusOf(room)]).toEqual(['resolved', 'removed', 'outside'])
    expect(outcome.is()).toMatchObject({ code: 'transport.aborted' })
    await expect(room.join({ nickname: 'Alice' })).rejects.toMatchObject({ code: 'transport.aborted' })
  })
})

describe('the wish to leave', () => {
  it('is nothing to who is outside, and may be said twice', async () => {
    const { room, peer } = await outside()
    const done = [outcomeOf(room.leave()), outcomeOf(room.leave())]
    expect(await sentBy(peer, () => undefined)).toEqual([])
    expect(done.map(({ is }) => is())).toEqual(['resolved', 'resolved'])
  })

  it('is said once, however often', async () => {
    const { room, peer } = await inside()
    const done: ReturnType<typeof outcomeOf>[] = []
    const sent = await sentBy(peer, () => {
      done.push(outcomeOf(room.leave()), outcomeOf(room.leave()))
    })
    expect(addresses(sent)).toEqual([`unavailable ${at('Alice')}`])
    await says(peer, gone())
    expect(done.map(({ is }) => is())).toEqual(['resolved', 'resolved'])
  })

  it('ends the wish to enter', async () => {
    const { room, peer, outcome } = await entering()
    const done = outcomeOf(room.leave())
    await says(peer, own() + gone())
    expect(outcome.is()).toBeInstanceOf(TransportError)
    expect(done.is()).toBe('resolved')
    expect(room.state).toMatchObject({ status: 'outside', exit: { kind: 'left' } })
  })

  it('ends how a new room is told what it is to be', async () => {
    const { room, peer, outcome } = await entering()
    await says(peer, made)
    const request = await peer.next('iq')
    expect(addresses(await sentBy(peer, () => outcomeOf(room.leave())))).toEqual([
      `unavailable ${at('Alice')}`,
    ])
    await says(peer, result(request.attributes['id']) + gone())
    expect(outcome.is()).toBeInstanceOf(TransportError)
    expect(room.state).toMatchObject({ status: 'outside', exit: { kind: 'left' } })
  })

  it('ends the way back', async () => {
    fakeTimers()
    const { room, peer } = await inside()
    await says(peer, gone('Alice', { codes: [332] }))
    const done = outcomeOf(room.leave())
    expect(await sentBy(peer, () => vi.advanceTimersByTimeAsync(60_000))).toEqual([])
    expect([done.is(), statusOf(room)]).toEqual(['resolved', 'outside'])
  })
})

describe('what is said in a room that one is not in', () => {
  const bodies = (sent: Awaited<ReturnType<typeof sentBy>>) =>
    sent.filter(({ name }) => name === 'message').length

  it('waits while one enters, and goes out once one is in, in order', async () => {
    const { room, peer } = await entering()
    const deliveries = [room.send('one'), room.whisper('Bob', 'two'), room.setSubject('three')]
    expect(bodies(await sentBy(peer, () => undefined))).toBe(0)
    const sent = await sentBy(peer, () => says(peer, own() + subject()))
    expect(sent.map(({ attributes }) => attributes['id'])).toEqual(deliveries.map(({ id }) => id))
  })

  it('waits while a new room is told how it is to be', async () => {
    const { room, peer } = await entering()
    await says(peer, made)
    const request = await peer.next('iq')
    const delivery = room.send('one')
    expect(bodies(await sentBy(peer, () => undefined))).toBe(0)
    await says(peer, result(request.attributes['id']))
    expect((await peer.next('message')).attributes['id']).toBe(delivery.id)
  })

  it('waits while one comes back', async () => {
    fakeTimers()
    const { room, peer } = await inside()
    await says(peer, gone('Alice', { codes: [332] }))
    const delivery = room.send('one')
    await vi.advanceTimersByTimeAsync(10_000)
    await peer.next('presence')
    await says(peer, own() + subject())
    expect((await peer.next('message')).attributes['id']).toBe(delivery.id)
  })

  it.each([
    ['before one has come', async () => (await outside()).room],
    [
      'after one was put out',
      async () => {
        const { room, peer } = await inside()
        await says(peer, gone('Alice', { codes: [307] }))
        return room
      },
    ],
    [
      'while one leaves',
      async () => {
        const { room } = await inside()
        outcomeOf(room.leave())
        return room
      },
    ],
    [
      'after the end',
      async () => {
        const { room } = await inside()
        room.close()
        return room
      },
    ],
  ])('fails at once %s', async (_, make) => {
    const room = await make()
    for (const delivery of [room.send('one'), room.whisper('Bob', 'two'), room.setSubject('three')])
      expect(delivery.status).toMatchObject({
        status: 'failed',
        reason: { code: 'transport.not-connected', advice: expect.stringContaining('join()') },
      })
  })

  it('fails where one is not let in', async () => {
    const { room, peer } = await entering()
    const delivery = room.send('one')
    await says(peer, refused('conflict'))
    expect(delivery.status).toMatchObject({ status: 'failed', reason: { cause: { condition: 'conflict' } } })
  })

  it('fails where one is put out of a new room', async () => {
    const { room, peer } = await entering()
    await says(peer, made)
    const delivery = room.send('one')
    await says(peer, gone('Alice', { codes: [307] }))
    expect(delivery.status.status).toBe('failed')
  })

  it('is not kept without end', async () => {
    const { room } = await entering()
    const deliveries = Array.from({ length: 1_001 }, (_, index) => room.send(String(index)))
    expect(deliveries.at(-2)?.status.status).toBe('queued')
    expect(deliveries.at(-1)?.status).toMatchObject({
      status: 'failed',
      reason: { code: 'transport.overflow' },
    })
  })
})
