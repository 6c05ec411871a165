import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { muc, sessionIn, type JoinOptions } from '../../src/index.js'
import { createRecorder } from '../../src/inspector/recording/recorder.js'
import { managed } from '../spec/managed.js'
import {
  at,
  body,
  delay,
  gone,
  groupchat,
  inside,
  insideManaged,
  nicknamesIn,
  outcomeOf,
  own,
  present,
  refused,
  result,
  says,
  seen,
  statusOf,
  subject,
  tea,
} from '../spec/room.js'
import { refuses } from '../spec/room-archive.js'
import { rest } from '../spec/session.js'
import { entrances, historyOf, presences, renewed, resumed, suspend } from '../spec/sessions.js'
import { Disk } from '../store/disk.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

const made = own('Alice', { affiliation: 'owner', role: 'moderator', codes: [201] })

/** A managed session with the wish to enter. */
async function enteringManaged(join: Partial<JoinOptions> = {}) {
  const session = await managed()
  const room = session.client.use(muc).room(tea)
  const outcome = outcomeOf(room.join({ nickname: 'Alice', ...join }))
  await session.first.next('presence')
  return { ...session, room, outcome }
}

describe('a session that goes on', () => {
  it('while one enters: one does', async () => {
    const session = await enteringManaged()
    await suspend(session)
    expect(session.outcome.is()).toBe('pending')
    const peer = await resumed(session)
    await says(peer, present('Bob') + own() + subject())
    expect([session.outcome.is(), statusOf(session.room)]).toEqual(['resolved', 'joined'])
    expect(nicknamesIn(session.room)).toEqual(['Bob', 'Alice'])
  })

  it('while one enters, and left meanwhile: the room is told', async () => {
    const session = await enteringManaged()
    await suspend(session)
    const left = outcomeOf(session.room.leave())
    await rest()
    const peer = await resumed(session)
    expect(presences(peer).map(({ attributes }) => attributes)).toMatchObject([
      { to: at('Alice'), type: 'unavailable' },
    ])
    await says(peer, own() + gone())
    expect([left.is(), statusOf(session.room)]).toEqual(['resolved', 'outside'])
  })

  it('while a new room is told how it is to be: it is', async () => {
    const session = await enteringManaged()
    await says(session.first, made)
    const request = session.first.elements.findLast(({ name }) => name === 'iq')
    await suspend(session)
    const peer = await resumed(session)
    await says(peer, result(request?.attributes['id']))
    expect([session.outcome.is(), statusOf(session.room)]).toEqual(['resolved', 'joined'])
  })

  it('while one is in: one is, and who was there is', async () => {
    const session = await insideManaged()
    const { room } = session
    const { values } = seen(room.state$)
    await suspend(session)
    const delivery = room.send('Hello')
    expect(statusOf(room)).toBe('joined')
    const peer = await resumed(session)
    expect(peer.elements.map(({ name }) => name)).toContain('message')
    await says(peer, groupchat('Alice', body('Hello'), delivery.id))
    expect(delivery.status.status).toBe('received')
    expect(nicknamesIn(room)).toEqual(['Bob', 'Alice'])
    expect(values.map(({ status }) => status)).toEqual(['joined'])
    expect(entrances(peer)).toEqual([])
  })

  it('while another nickname is asked for: it comes', async () => {
    const session = await insideManaged()
    const done = outcomeOf(session.room.changeNickname('Alicia'))
    await rest()
    await suspend(session)
    const peer = await resumed(session)
    await says(peer, gone('Alice', { codes: [303], item: `nick='Alicia'` }) + own('Alicia'))
    expect(done.is()).toBe('resolved')
    expect(session.room.state).toMatchObject({ status: 'joined', nickname: 'Alicia' })
  })

  it('while one is not connected: one leaves all the same', async () => {
    const session = await insideManaged()
    await suspend(session)
    const left = outcomeOf(session.room.leave())
    await rest()
    const peer = await resumed(session)
    expect(presences(peer).map(({ attributes }) => attributes)).toMatchObject([
      { to: at('Alice'), type: 'unavailable' },
    ])
    await says(peer, gone())
    expect([left.is(), statusOf(session.room)]).toEqual(['resolved', 'outside'])
  })

  it('while one leaves: one is out', async () => {
    const session = await insideManaged()
    const left = outcomeOf(session.room.leave())
    await rest()
    await suspend(session)
    const peer = await resumed(session)
    await says(peer, gone())
    expect([left.is(), statusOf(session.room)]).toEqual(['resolved', 'outside'])
  })

  it('while one comes back: one does', async () => {
    const session = await insideManaged()
    await says(session.first, gone('Alice', { codes: [332] }))
    await suspend(session)
    const peer = await resumed(session)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(entrances(peer)).toHaveLength(1)
    await says(peer, own() + subject())
    expect(statusOf(session.room)).toBe('joined')
  })
})

describe('a session that is lost, and another', () => {
  it('while one enters: one does, as it was wished', async () => {
    const session = await enteringManaged({ password: 'cauldronburn', history: { maxMessages: 20 } })
    await suspend(session)
    const peer = await renewed(session)
    const [entrance, ...others] = presences(peer)
    expect(others).toEqual([])
    expect(entrance?.attributes['to']).toBe(at('Alice'))
    expect(historyOf(entrance)).toEqual({ maxstanzas: '20' })
    expect(peer.raw).toContain('<password>cauldronburn</password>')
    await says(peer, own() + subject())
    expect(session.outcome.is()).toBe('resolved')
  })

  it('while a new room is told how it is to be: it is entered anew', async () => {
    const session = await enteringManaged()
    await says(session.first, made)
    expect(statusOf(session.room)).toBe('opening')
    await suspend(session)
    const peer = await renewed(session)
    expect(entrances(peer)).toHaveLength(1)
    await says(peer, own() + subject())
    expect([session.outcome.is(), statusOf(session.room)]).toEqual(['resolved', 'joined'])
  })

  it('while one is in: one enters again, and asks for what was missed alone', async () => {
    const session = await insideManaged({ history: { maxMessages: 20 } })
    const { room, first } = session
    const { values } = seen(room.occupants$)
    await says(first, groupchat('Bob', body('Hello')))
    await suspend(session)
    vi.setSystemTime(Date.now() + 3_600_000)
    const peer = await renewed(session)
    const [entrance] = entrances(peer)
    expect(entrance?.attributes['to']).toBe(at('Alice'))
    const seconds = Number(historyOf(entrance)?.['seconds'])
    expect(historyOf(entrance)).toEqual({ seconds: String(seconds) })
    expect(seconds).toBeGreaterThanOrEqual(3_600)
    expect(seconds).toBeLessThanOrEqual(3_720)
    await says(peer, present('Carol') + own() + subject())
    expect(statusOf(room)).toBe('joined')
    expect(values.map((occupants) => [...occupants.keys()])).toEqual([
      ['Bob', 'Alice'],
      [],
      ['Carol', 'Alice'],
    ])
  })

  it('while one is in, and nothing was said: what was missed is asked for all the same', async () => {
    const session = await insideManaged({ history: { maxCharacters: 0 } })
    await suspend(session)
    vi.setSystemTime(Date.now() + 3_600_000)
    const [entrance] = entrances(await renewed(session))
    expect(Object.keys(historyOf(entrance) ?? {})).toEqual(['seconds'])
  })

  it('before the past was told: what is left of it is asked for', async () => {
    const session = await enteringManaged()
    const stamp = new Date(Date.now() - 86_400_000).toISOString()
    await says(session.first, own() + groupchat('Bob', body('old') + delay(stamp)))
    await suspend(session)
    const [entrance] = entrances(await renewed(session))
    expect(Number(historyOf(entrance)?.['seconds'])).toBeGreaterThanOrEqual(86_400)
  })

  it('before the past was told, which somebody has dated in the future: what is left of it is asked for', async () => {
    const session = await enteringManaged()
    await says(session.first, own() + groupchat('Bob', body('old') + delay('2970-01-01T00:00:00Z', '')))
    await suspend(session)
    vi.setSystemTime(Date.now() + 3_600_000)
    const [entrance] = entrances(await renewed(session))
    expect(Number(historyOf(entrance)?.['seconds'])).toBeGreaterThanOrEqual(3_600)
  })

  it.each([
    ['long ago', '1970-01-01T00:00:00Z'],
    ['in the future', '2970-01-01T00:00:00Z'],
  ])('is not asked for by the word of somebody who dates it %s', async (_, stamp) => {
    const session = await insideManaged()
    await says(session.first, groupchat('Bob', body('Hello') + delay(stamp, 'bob@example.test')))
    await suspend(session)
    vi.setSystemTime(Date.now() + 3_600_000)
    const [entrance] = entrances(await renewed(session))
    const seconds = Number(historyOf(entrance)?.['seconds'])
    expect(seconds).toBeGreaterThanOrEqual(3_600)
    expect(seconds).toBeLessThanOrEqual(3_720)
  })

  it('while one is in: the past is over with the subject that one knows', async () => {
    const session = await insideManaged()
    await says(session.first, subject('Tea', 'Bob'))
    await suspend(session)
    const known = `<subject>Tea</subject>${delay('2026-01-01T00:00:00Z')}`
    const peer = await renewed(session)
    await says(peer, own() + groupchat('Bob', known))
    await refuses(peer)
    expect(session.room.state).toMatchObject({ status: 'joined', isCurrent: true })
  })

  it('while another nickname is asked for: one has the one that one had', async () => {
    const session = await insideManaged()
    const done = outcomeOf(session.room.changeNickname('Alicia'))
    await rest()
    await suspend(session)
    const peer = await renewed(session)
    expect(done.is()).toMatchObject({ code: 'transport.not-connected' })
    expect(entrances(peer).map(({ attributes }) => attributes['to'])).toEqual([at('Alice')])
  })

  it('while one leaves: one is out', async () => {
    const session = await insideManaged()
    const left = outcomeOf(session.room.leave())
    await rest()
    await suspend(session)
    const peer = await renewed(session)
    expect([left.is(), statusOf(session.room)]).toEqual(['resolved', 'outside'])
    expect(presences(peer)).toEqual([])
  })

  it('while one leaves, and wants in again: one is', async () => {
    const session = await insideManaged()
    const left = outcomeOf(session.room.leave())
    const joining = outcomeOf(session.room.join({ nickname: 'Alicia' }))
    await rest()
    await suspend(session)
    const peer = await renewed(session)
    expect(left.is()).toBe('resolved')
    expect(entrances(peer).map(({ attributes }) => attributes['to'])).toEqual([at('Alicia')])
    await says(peer, own('Alicia') + subject())
    expect(joining.is()).toBe('resolved')
  })

  it('while one was put out: one stays out', async () => {
    const session = await insideManaged()
    await says(session.first, gone('Alice', { codes: [307] }))
    await suspend(session)
    const peer = await renewed(session)
    expect(presences(peer)).toEqual([])
    expect(session.room.state).toMatchObject({ status: 'outside', exit: { kind: 'kicked' } })
  })

  it('keeps what is said until one is in again', async () => {
    const session = await insideManaged()
    await suspend(session)
    const peer = await renewed(session)
    const delivery = session.room.send('Hello')
    await rest()
    expect(delivery.status.status).toBe('queued')
    expect(peer.elements.filter(({ name }) => name === 'message')).toEqual([])
    await says(peer, own() + subject())
    const said = peer.elements.filter(({ name }) => name === 'message')
    expect(said.map(({ attributes }) => attributes['id'])).toEqual([delivery.id])
  })

  it('does not say again what the room had told everybody before', async () => {
    const session = await insideManaged()
    const delivery = session.room.send('Hello')
    await says(session.first, groupchat('Alice', body('Hello'), delivery.id))
    expect(delivery.status.status).toBe('received')
    await suspend(session)
    const peer = await renewed(session)
    await says(peer, own() + subject())
    expect(peer.elements.filter(({ name }) => name === 'message')).toEqual([])
    expect(delivery.status.status).toBe('received')
  })

  it('is refused the way back: one is out, and what waits fails', async () => {
    const session = await insideManaged()
    await suspend(session)
    const peer = await renewed(session)
    const delivery = session.room.send('Hello')
    await says(peer, refused('registration-required'))
    expect(session.room.state).toMatchObject({
      status: 'outside',
      exit: { kind: 'refused', error: { condition: 'registration-required' } },
    })
    expect(delivery.status).toMatchObject({ status: 'failed' })
  })
})

describe('what is said in a room by a client with a store', () => {
  it('is settled once it is left to the next process', async () => {
    const session = await insideManaged({}, { store: sessionIn(new Disk().mount()) })
    await suspend(session)
    const delivery = session.room.send('Hello')
    await rest()
    const settled = outcomeOf(delivery.settled)
    expect(delivery.status.status).toBe('stored')
    await session.client.close()
    await rest()
    expect([settled.is(), delivery.status.status]).toEqual(['resolved', 'stored'])
  })
})

describe('the password of a room', () => {
  it('is in no chart, and in no recording', async () => {
    const recorder = createRecorder({ name: 'alice', showBodies: true })
    const { client, peer, room } = await inside({ password: 'cauldronburn' }, { client: recorder.taps })
    expect(peer.raw).toContain('cauldronburn')
    room.invite('bob@example.test', { direct: true })
    outcomeOf(room.configure({ 'muc#roomconfig_roomsecret': 'cauldronburn' }))
    await says(
      peer,
      `<message from='${tea}'><x xmlns='http://jabber.org/protocol/muc#user'><invite from='bob@example.test'/><password>cauldronburn</password></x></message>` +
        `<message from='bob@example.test/desk'><x xmlns='jabber:x:conference' jid='${tea}' password='cauldronburn'/></message>` +
        gone('Alice', {
          extension: `<destroy jid='coffee@conference.example.test'><password>cauldronburn</password></destroy>`,
        }),
    )
    peer.cut()
    await client.close()
    const text = JSON.stringify(recorder.history())
    expect(text).toContain('room:tea@conference.example.test')
    expect(text).not.toContain('cauldronburn')
  })
})
