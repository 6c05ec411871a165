import { afterEach, describe, expect, it, vi } from 'vitest'
import { muc, type JoinOptions, type Room, type RoomHistory } from '../../src/index.js'
import { bodiesOf, logInManaged, resume, sm } from '../spec/managed.js'
import {
  at,
  body,
  delay,
  gone,
  groupchat,
  outcomeOf,
  own,
  present,
  refused,
  says,
  statusOf,
  subject,
  tea,
} from '../spec/room.js'
import { rest, streamCondition, streamError } from '../spec/session.js'
import { entrances, historyOf, refuseToResume } from '../spec/sessions.js'
import { Disk } from '../store/disk.js'
import { begin } from './processes.js'

afterEach(() => void vi.useRealTimers())

/** What was said before, as the room tells it. */
const told = (nickname: string, text: string, id: string) =>
  groupchat(nickname, body(text) + delay(new Date().toISOString()), id)
const error = (id: string, condition: string) =>
  `<message type='error' from='${tea}' id='${id}'><error type='modify'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`

/** A process that wants to be in a room from its beginning, and is not online yet. */
async function coming(disk: Disk, join: Partial<JoinOptions> = {}, use?: (room: Room) => void) {
  let room: Room | undefined
  const session = await begin(disk, {}, (client) => {
    room = client.use(muc).room(tea)
    outcomeOf(room.join({ nickname: 'Alice', ...join }))
    use?.(room)
  })
  if (room === undefined) throw new Error('there is no room')
  return { ...session, room }
}

/** The same, online with a session of its own. */
async function came(disk: Disk, join: Partial<JoinOptions> = {}) {
  const session = await coming(disk, join)
  await logInManaged(session.first)
  return session
}

/** The same, where the last one had a session, which the server does not know any more. */
async function cameAnew(disk: Disk, join: Partial<JoinOptions> = {}) {
  const session = await coming(disk, join)
  await refuseToResume(session.first)
  return session
}

/** A process that is in a room. */
async function inside(disk: Disk) {
  const session = await came(disk)
  await says(session.first, present('Bob') + own() + subject())
  expect(statusOf(session.room)).toBe('joined')
  return session
}

/** What it has said has come back, since the room knew it no longer: it enters again. */
async function cameBack(disk: Disk) {
  const session = await inside(disk)
  const delivery = session.room.send('one')
  await says(session.first, error(delivery.id, 'not-acceptable'))
  expect(statusOf(session.room)).toBe('joining')
  // The server has it, which is not to say that the room has.
  await says(session.first, sm('a', "h='3'"))
  return { ...session, delivery }
}

/** What the last process has left. */
async function leftOn(disk: Disk): Promise<readonly string[]> {
  const last = await begin(disk)
  await rest()
  const [restoration] = last.restored
  await last.kill()
  return (restoration?.deliveries ?? []).map(({ id }) => id)
}

/** Ways to be about to be in. */
const ways: readonly (readonly [string, (disk: Disk) => ReturnType<typeof coming>])[] = [
  ['waits for a session', (disk) => coming(disk)],
  ['enters', (disk) => came(disk)],
  [
    'is told how a new room is to be',
    async (disk) => {
      const session = await came(disk)
      await says(session.first, own('Alice', { codes: [201] }))
      expect(statusOf(session.room)).toBe('opening')
      return session
    },
  ],
  [
    'comes back',
    async (disk) => {
      const session = await inside(disk)
      await says(session.first, gone('Alice', { codes: [332] }))
      expect(statusOf(session.room)).toBe('returning')
      return session
    },
  ],
]

describe('what is said in a room by a process that is killed', () => {
  it.each(ways)('while one %s is said by the next one, once and in order', async (_, make) => {
    const disk = new Disk()
    const before = await make(disk)
    const words = ['one', 'two', 'three']
    const deliveries = words.map((word) => before.room.send(word))
    await rest()
    expect(deliveries.map(({ status }) => status.status)).toEqual(words.map(() => 'stored'))
    expect(bodiesOf(before.first)).toEqual([])
    await before.kill()

    const isManaged = before.first.raw.includes('<enable')
    const after = await coming(disk, {}, (room) => room.send('four'))
    await (isManaged ? refuseToResume : logInManaged)(after.first)
    expect(bodiesOf(after.first)).toEqual([])
    await says(after.first, own())
    expect([statusOf(after.room), ...bodiesOf(after.first)]).toEqual(['joined'])
    await says(after.first, subject())
    expect(bodiesOf(after.first)).toEqual([...words, 'four'])
    expect(after.restored[0]?.deliveries.map(({ id }) => id)).toEqual(deliveries.map(({ id }) => id))
    const said = after.first.elements.filter(({ name }) => name === 'message')
    for (const { attributes } of said)
      await says(after.first, groupchat('Alice', body('x'), attributes['id']))
    await after.kill()
    expect(await leftOn(disk)).toEqual([])
  })

  it('waits until one enters, though the session goes on', async () => {
    const disk = new Disk()
    const before = await came(disk)
    before.room.send('one')
    await before.kill()
    const after = await coming(disk)
    await resume(after.first, 1)
    expect([entrances(after.first).length, ...bodiesOf(after.first)]).toEqual([1])
    await says(after.first, own() + subject())
    expect(bodiesOf(after.first)).toEqual(['one'])
  })

  it('goes on its way where the session goes on: one has never left', async () => {
    const disk = new Disk()
    const before = await inside(disk)
    before.room.send('one')
    before.room.send('two')
    await before.kill()
    const after = await coming(disk)
    await resume(after.first, 2)
    expect(bodiesOf(after.first)).toEqual(['two'])
    await says(after.first, own() + subject())
    expect(bodiesOf(after.first)).toEqual(['two'])
  })

  it('is not said again where the past has it', async () => {
    const disk = new Disk()
    const before = await inside(disk)
    const [one, two] = [before.room.send('one'), before.room.send('two')]
    await before.kill()
    expect(bodiesOf(before.first)).toEqual(['one', 'two'])
    const after = await cameAnew(disk)
    await says(after.first, own() + told('Alice', 'one', one.id) + subject())
    expect(bodiesOf(after.first)).toEqual(['two'])
    const deliveries = after.restored[0]?.deliveries ?? []
    expect(deliveries.map(({ id, status }) => [id, status.status])).toEqual([
      [one.id, 'received'],
      [two.id, 'written'],
    ])
  })

  it('is not said again where the past has it by the name that one had', async () => {
    const disk = new Disk()
    const before = await inside(disk)
    const [one, two] = [before.room.send('one'), before.room.send('two')]
    await before.kill()
    const after = await cameAnew(disk, { nickname: 'Alicia' })
    const heard: unknown[] = []
    after.room.message$.subscribe(({ isOwn, nickname }) => heard.push([nickname, isOwn]))
    await says(
      after.first,
      own('Alicia') + told('Alice', 'one', one.id) + told('Bob', 'hoax', two.id) + subject(),
    )
    expect(bodiesOf(after.first)).toEqual(['two'])
    expect(heard).toEqual([
      ['Alice', true],
      ['Bob', false],
    ])
  })

  it('is not said again where the room had told it, and the server had not acknowledged it', async () => {
    const disk = new Disk()
    const before = await inside(disk)
    const { id } = before.room.send('one')
    await says(before.first, groupchat('Alice', body('one'), id))
    await before.kill()
    const after = await cameAnew(disk)
    await says(after.first, own() + told('Alice', 'one', id) + subject())
    expect(bodiesOf(after.first)).toEqual([])
  })

  it('is not said again where what it left unheard comes before one enters', async () => {
    const disk = new Disk()
    const before = await inside(disk)
    const { id } = before.room.send('one')
    await before.kill()
    const after = await begin(disk, {}, (client) => client.use(muc))
    const room = after.client.use(muc).room(tea)
    const heard: string[] = []
    room.message$.subscribe((said) => heard.push(said.body))
    await refuseToResume(after.first)
    // ejabberd gives it the reflection that the last session had not acknowledged.
    const reflected = told('Alice', 'one', id)
    await says(after.first, reflected)
    outcomeOf(room.join({ nickname: 'Alice' }))
    await says(after.first, own() + reflected + subject())
    expect([bodiesOf(after.first), heard]).toEqual([[], ['one']])
  })

  it('is said once more where it came back', async () => {
    const disk = new Disk()
    const before = await cameBack(disk)
    await before.kill()
    const after = await cameAnew(disk)
    await says(after.first, own() + subject())
    expect(bodiesOf(after.first)).toEqual(['one'])
  })

  it('stays stored for whoever enters', async () => {
    const disk = new Disk()
    const before = await came(disk)
    const { id } = before.room.send('one')
    await before.kill()
    const without = await begin(disk, {}, (client) => client.use(muc))
    await refuseToResume(without.first)
    await without.client.close()
    expect(bodiesOf(without.first)).toEqual([])
    expect(without.restored[0]?.deliveries.map(({ status }) => status.status)).toEqual(['stored'])
    const after = await came(disk)
    await says(after.first, own() + subject())
    expect([bodiesOf(after.first), after.restored[0]?.deliveries[0]?.id]).toEqual([['one'], id])
  })

  it('waits for a room that is begun late', async () => {
    const disk = new Disk()
    const before = await came(disk)
    before.room.send('one')
    await before.kill()
    const after = await begin(disk, {}, (client) => client.use(muc))
    await refuseToResume(after.first)
    // It does not matter which of two that look after rooms.
    const room = after.client.use(muc).room(tea)
    outcomeOf(room.join({ nickname: 'Alice' }))
    await rest()
    await says(after.first, own() + subject())
    expect(bodiesOf(after.first)).toEqual(['one'])
  })

  it.each<readonly [string, (after: Awaited<ReturnType<typeof coming>>) => unknown]>([
    ['is not let in', ({ first }) => says(first, refused('conflict'))],
    [
      'is put out before it is said',
      ({ first }) => says(first, own() + gone('Alice', { codes: [307] }) + subject()),
    ],
    ['gives up', ({ first, room }) => (outcomeOf(room.leave()), says(first, gone()))],
    ['closes the room', ({ room }) => room.close()],
  ])('waits for whoever enters, where the next one %s', async (_, stop) => {
    const disk = new Disk()
    const before = await came(disk)
    const { id } = before.room.send('one')
    await before.kill()
    const after = await cameAnew(disk)
    const mine = after.room.send('two')
    await stop(after)
    expect([mine.status.status, ...bodiesOf(after.first)]).toEqual(['failed'])
    const room = after.client.use(muc).room(tea)
    outcomeOf(room.join({ nickname: 'Alice' }))
    await rest()
    await says(after.first, own() + subject())
    expect(bodiesOf(after.first)).toEqual(['one'])
    await says(after.first, groupchat('Alice', body('one'), id))
    await after.kill()
    expect(await leftOn(disk)).toEqual([])
  })

  it.each<readonly [string, RoomHistory | undefined, readonly string[]]>([
    ['as much as the room gives, where nothing is said of it', undefined, []],
    ['as much as the room gives, where only some is wanted', { maxMessages: 5 }, []],
    ['from when it was said, where nothing is wanted', { maxMessages: 0 }, ['seconds 3660']],
  ])('is looked for in the past: %s', async (_, history, expected) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const disk = new Disk()
    const before = await came(disk)
    before.room.send('one')
    await before.kill()
    vi.setSystemTime(Date.now() + 3_600_000)
    const after = await cameAnew(disk, { history })
    expect(entrances(after.first)).toHaveLength(1)
    const asked = Object.entries(historyOf(entrances(after.first)[0]) ?? {})
    expect(asked.map(([name, value]) => `${name} ${Math.round(Number(value) / 10) * 10}`)).toEqual(expected)
  })
})

describe('what waits for a room', () => {
  it('is left to the next process by one that closes', async () => {
    const disk = new Disk()
    const before = await came(disk)
    const delivery = before.room.send('one')
    await rest()
    const settled = outcomeOf(delivery.settled)
    before.first.cut()
    await before.client.close()
    await rest()
    expect([delivery.status.status, settled.is()]).toEqual(['stored', 'resolved'])
    const after = await came(disk)
    await says(after.first, own() + subject())
    expect(bodiesOf(after.first)).toEqual(['one'])
  })

  it('is left to the next process, though the server had acknowledged it before it came back', async () => {
    const disk = new Disk()
    const before = await cameBack(disk)
    before.first.cut()
    await before.client.close()
    expect(before.delivery.status.status).toBe('acknowledged')
    const after = await came(disk)
    await says(after.first, own() + subject())
    expect(bodiesOf(after.first)).toEqual(['one'])
  })

  it('is said by the same process where it has halted and comes again', async () => {
    const disk = new Disk()
    const before = await came(disk)
    const delivery = before.room.send('one')
    await rest()
    before.first.say(streamError(streamCondition('conflict')))
    await rest()
    expect([before.client.state.status, statusOf(before.room), delivery.status.status]).toEqual([
      'halted',
      'outside',
      'stored',
    ])
    const { length } = before.peers
    outcomeOf(before.client.connect())
    const peer = await before.peer(length)
    await logInManaged(peer)
    expect(bodiesOf(peer)).toEqual([])
    outcomeOf(before.room.join({ nickname: 'Alice' }))
    await rest()
    await says(peer, own() + subject())
    expect([bodiesOf(peer), delivery.status.status]).toEqual([['one'], 'written'])
  })

  it('fails where the room is closed, and is left to nobody', async () => {
    const disk = new Disk()
    const before = await came(disk)
    const delivery = before.room.send('one')
    await rest()
    before.room.close()
    expect(delivery.status.status).toBe('failed')
    await before.kill()
    expect(await leftOn(disk)).toEqual([])
  })
})

describe('a whisper of a process that is killed', () => {
  it('waits until one is in', async () => {
    const disk = new Disk()
    const before = await came(disk)
    before.room.whisper('Bob', 'one')
    await before.kill()
    const after = await cameAnew(disk)
    expect(bodiesOf(after.first)).toEqual([])
    await says(after.first, present('Bob') + own() + subject())
    expect(after.first.elements.at(-1)?.attributes['to'] ?? after.first.raw).toContain(at('Bob'))
    expect(bodiesOf(after.first)).toEqual(['one'])
  })

  it('fails where it may have left: nobody knows whom it would reach now', async () => {
    const disk = new Disk()
    const before = await inside(disk)
    before.room.whisper('Bob', 'one')
    await before.kill()
    const after = await cameAnew(disk)
    await says(after.first, present('Bob') + own() + subject())
    expect(bodiesOf(after.first)).toEqual([])
    expect(after.restored[0]?.deliveries[0]?.status).toMatchObject({
      status: 'failed',
      reason: { code: 'unconfirmed.whisper' },
    })
  })
})
