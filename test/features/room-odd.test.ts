import { describe, expect, it } from 'vitest'
import { knownOccupantLimit } from '../../src/features/occupants.js'
import type { Room } from '../../src/index.js'
import {
  absent,
  at,
  body,
  comesBackLate,
  delay,
  entering,
  gone,
  groupchat,
  inside,
  nicknamesIn,
  outcomeOf,
  outside,
  own,
  present,
  refused,
  renamed,
  says,
  seen,
  sentBy,
  statusOf,
  subject,
  tea,
} from '../spec/room.js'

const selves = ({ occupants }: Awaited<ReturnType<typeof inside>>['room']) =>
  [...occupants.values()].filter(({ isSelf }) => isSelf).map(({ nickname }) => nickname)

describe('a room that is odd', () => {
  it('takes one for somebody else: there is one of oneself', async () => {
    const { room, peer } = await inside()
    await says(peer, present('Bob', { codes: [110] }))
    expect(selves(room)).toEqual(['Bob'])
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Bob' })
  })

  it('says twice that one is in: that is one entrance', async () => {
    const { room, peer, outcome } = await entering()
    const [states, occupants, changes] = [
      seen(room.state$),
      seen(room.occupants$),
      seen(room.occupantChange$),
    ]
    await says(peer, own() + own() + subject() + subject())
    expect(outcome.is()).toBe('resolved')
    expect(states.values.map(({ status }) => status)).toEqual(['joining', 'joined', 'joined'])
    expect(occupants.values.at(-1)?.size).toBe(1)
    expect(changes.values).toMatchObject([{ kind: 'changed', occupant: { isSelf: true } }])
  })

  it('says that somebody has another name, and not which', async () => {
    const { room, peer } = await inside()
    await says(peer, absent('Bob', { codes: [303] }))
    expect(nicknamesIn(room)).toEqual(['Alice'])
    await says(peer, present('Robert'))
    expect(nicknamesIn(room)).toEqual(['Alice', 'Robert'])
  })

  it('says that one has another name, and not which: one is in, and learns it', async () => {
    const { room, peer } = await inside()
    const done = outcomeOf(room.changeNickname('Alicia'))
    await says(peer, absent('Alice', { codes: [110, 303] }))
    expect(statusOf(room)).toBe('joined')
    await says(peer, own('Alicia'))
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alicia' })
    expect([done.is(), selves(room)]).toEqual(['resolved', ['Alicia']])
  })

  it('gives one another name, and does not say again who that is', async () => {
    const { room, peer } = await inside()
    await says(peer, gone('Alice', { codes: [303], item: `nick='Alicia'` }))
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alice' })
    await says(peer, present('Alicia'))
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alicia' })
    expect(selves(room)).toEqual(['Alicia'])
  })

  it.each([
    ['is there', present('Alice', { content: '<show>away</show>' }), ['Alice', 'Alicia', 'Bob']],
    ['was there, and goes', present('Alice') + absent('Alice'), ['Alicia', 'Bob']],
  ])('says between one’s two names that another device %s by the first', async (_, said, there) => {
    const { room, peer } = await inside()
    const done = outcomeOf(room.changeNickname('Alicia'))
    await says(peer, gone('Alice', { codes: [303], item: `nick='Alicia'` }) + said + own('Alicia'))
    expect([done.is(), selves(room)]).toEqual(['resolved', ['Alicia']])
    expect(nicknamesIn(room).toSorted()).toEqual(there)
  })

  it.each([
    ['leaves', 'leaving', (room: Room) => void room.leave(), ''],
    ['comes back', 'returning', () => {}, gone('Alice', { codes: [332] })],
  ])('tells who is there to who %s: nobody is known before one is in', async (_, status, wish, said) => {
    const { room, peer } = await inside({}, comesBackLate)
    const occupants = seen(room.occupants$)
    wish(room)
    await says(peer, said + own('Alice', { role: 'visitor' }) + present('Carol'))
    expect(statusOf(room)).toBe(status)
    await says(peer, gone())
    expect(occupants.values.map(({ size }) => size)).toEqual([2, 0])
  })

  it('gives somebody a name that is taken', async () => {
    const { room, peer } = await inside()
    await says(peer, present('Carol') + renamed('Bob', 'Carol'))
    expect(nicknamesIn(room).toSorted()).toEqual(['Alice', 'Carol'])
    await says(peer, renamed('Carol', 'Alice'))
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alice' })
    expect(nicknamesIn(room)).toEqual(['Alice'])
  })

  it('refuses, and does not say why', async () => {
    const { room, peer, outcome, entrance } = await entering()
    await says(peer, refused('', { id: entrance.attributes['id'] ?? '' }))
    expect(outcome.is()).toMatchObject({ condition: 'undefined-condition' })
    expect(statusOf(room)).toBe('outside')
  })

  it('tells that somebody goes who never was there', async () => {
    const { room, peer } = await inside()
    const told = [seen(room.occupantChange$), seen(room.state$)]
    await says(peer, absent('Mallory', { codes: [301] }) + absent('Mallory') + renamed('Mallory', 'Mal'))
    expect(told.map(({ values }) => values)).toMatchObject([
      [{ kind: 'entered', occupant: { nickname: 'Mal' } }],
      [{ status: 'joined' }],
    ])
  })

  it('has no name for who is there', async () => {
    const { room, peer, outcome } = await entering()
    const nameless = (text: string) => text.replace(/from='[^']*'/, `from='${tea}'`)
    await says(peer, nameless(own()) + nameless(gone()) + nameless(present('Bob')))
    expect([outcome.is(), statusOf(room)]).toEqual(['pending', 'joining'])
    await says(peer, own() + nameless(own()) + nameless(gone()))
    expect(nicknamesIn(room)).toEqual(['Alice'])
  })

  it('says its subject and more before one is in: who was told of is still there', async () => {
    const { room, peer } = await entering()
    await says(peer, present('Bob') + subject('Tea', 'Bob') + groupchat('Bob', body('Hello')) + own())
    expect(nicknamesIn(room)).toEqual(['Bob', 'Alice'])
  })

  it('says nothing of anybody’s rights, or what is none', async () => {
    const { room, peer } = await inside()
    await says(
      peer,
      present('Carol', { role: 'king', affiliation: 'queen' }) + `<presence from='${at('Dave')}'/>`,
    )
    for (const nickname of ['Carol', 'Dave'])
      expect(room.occupants.get(nickname)).toMatchObject({ role: 'none', affiliation: 'none' })
  })

  it('speaks to who is outside: nothing is heard', async () => {
    const { room, peer } = await inside()
    await says(peer, gone('Alice', { codes: [307] }))
    const told = [seen(room.message$), seen(room.whisper$), seen(room.notice$), seen(room.occupantChange$)]
    await says(
      peer,
      own() +
        present('Bob') +
        groupchat('Bob', body('Hello')) +
        subject('Tea') +
        refused('conflict') +
        gone(),
    )
    expect(told.map(({ values }) => values.length)).toEqual([0, 0, 0, 0])
    expect(room.state).toMatchObject({ status: 'outside', exit: { kind: 'kicked' } })
  })

  it('tells what somebody said before who had the same name: that is not one’s own', async () => {
    const { room, peer } = await entering()
    const { values } = seen(room.message$)
    await says(peer, own() + groupchat('Alice', body('old') + delay('2002-10-13T23:58:37Z')) + subject())
    expect(values).toMatchObject([{ nickname: 'Alice', isOwn: false }])
  })

  it('holds a thousand: they are told as a whole, and then one by one', async () => {
    const { room, peer } = await entering()
    const { values } = seen(room.occupants$)
    const names = Array.from({ length: 1_000 }, (_, index) => `o${index}`)
    await says(peer, names.map((name) => present(name)).join('') + own() + present('late') + absent('o0'))
    expect(values.map(({ size }) => size)).toEqual([0, 1_001, 1_002, 1_001])
    expect(room.occupants.size).toBe(1_001)
  })

  it('holds more than are known: oneself is there all the same', async () => {
    const { room, peer } = await entering()
    const names = Array.from({ length: knownOccupantLimit + 1 }, (_, index) => `o${index}`)
    await says(peer, names.map((name) => present(name)).join('') + own())
    expect(room.occupants.size).toBe(knownOccupantLimit + 1)
    expect([room.occupants.has('Alice'), room.occupants.has(names.at(-1) ?? '')]).toEqual([true, false])
  })

  it('gives other names without end to those who never come by them: the oldest are forgotten', async () => {
    const { room, peer } = await inside()
    const names = Array.from({ length: knownOccupantLimit + 1 }, (_, index) => String(index))
    const rename = (name: string) =>
      present(`o${name}`) + absent(`o${name}`, { codes: [303], item: `nick='n${name}'` })
    await says(peer, names.map(rename).join(''))
    const { values } = seen(room.occupantChange$)
    await says(peer, present('n0') + present(`n${names.at(-1)}`))
    expect(values.map(({ kind }) => kind)).toEqual(['entered', 'renamed'])
  })
})

describe('the address of a room', () => {
  it('is one however it is written, and whoever in it is named', async () => {
    const { room, rooms } = await outside()
    expect(rooms.room('TEA@Conference.EXAMPLE.test/Bob')).toBe(room)
  })

  it('is of nothing any more once the client is closed', async () => {
    const { client, rooms, peer } = await outside()
    peer.cut()
    await client.close()
    const room = rooms.room('coffee@conference.example.test')
    await expect(room.join({ nickname: 'Alice' })).rejects.toMatchObject({ code: 'transport.aborted' })
    expect(statusOf(room)).toBe('outside')
  })
})

describe('a nickname', () => {
  it.each(['king lear', 'Алиса', 'עליזה', '茶', '🍵', `a'b"c<d>&e`, 'a@b/c', ' Alice'])(
    'may be %s',
    async (nickname) => {
      const { room, peer, outcome, entrance } = await entering({ nickname })
      const { to } = entrance.attributes
      const escaped = (to ?? '').replaceAll('&', '&amp;').replaceAll("'", '&apos;').replaceAll('<', '&lt;')
      await says(peer, own().replace(at('Alice'), escaped) + subject())
      expect(outcome.is()).toBe('resolved')
      expect(room.state).toMatchObject({ status: 'joined', nickname: (to ?? '').slice(tea.length + 1) })
    },
  )

  it('is the same however it is composed', async () => {
    const { room, peer, entrance } = await entering({ nickname: 'Ame\u0301lie' })
    expect(entrance.attributes['to']).toBe(at('Am\u00E9lie'))
    await says(peer, own('Am\u00E9lie') + subject())
    const [again] = [outcomeOf(room.changeNickname('Ame\u0301lie'))]
    expect(await sentBy(peer, () => undefined)).toEqual([])
    expect(again.is()).toBe('resolved')
  })

  it.each(['', '\u0000', 'a\u0007', 'x'.repeat(1_024), '\uD800'])('cannot be %j', async (nickname) => {
    const { room, peer } = await outside()
    const done = outcomeOf(room.join({ nickname }))
    expect(await sentBy(peer, () => undefined)).toEqual([])
    expect(done.is()).toMatchObject({ name: 'RangeError' })
    expect(room.state).toEqual({ status: 'outside', exit: undefined })
  })

  it('that cannot be is refused of who is in', async () => {
    const { room, peer } = await inside()
    const done = outcomeOf(room.changeNickname('\u0000'))
    expect(await sentBy(peer, () => undefined)).toEqual([])
    expect(done.is()).toMatchObject({ name: 'RangeError' })
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alice' })
  })
})

describe('what cannot be said', () => {
  it.each([
    ['a password', { password: '\u0000' }],
    ['a count', { history: { maxMessages: -1 } }],
    ['a moment', { history: { since: Number.NaN } }],
  ])('at the door is refused at once, and the room goes on: %s', async (_, options) => {
    const { room, peer } = await outside()
    const done = outcomeOf(room.join({ nickname: 'Alice', ...options }))
    expect(await sentBy(peer, () => undefined)).toEqual([])
    expect(done.is()).toMatchObject({ name: 'RangeError' })
    const [entrance] = await sentBy(peer, () => outcomeOf(room.join({ nickname: 'Alice' })))
    expect(entrance?.attributes['to']).toBe(at('Alice'))
  })

  it('as a last word is refused at once, and one is in', async () => {
    const { room, peer } = await inside()
    const done = outcomeOf(room.leave({ status: '\u0000' }))
    expect(await sentBy(peer, () => undefined)).toEqual([])
    expect(done.is()).toMatchObject({ name: 'RangeError' })
    expect(statusOf(room)).toBe('joined')
  })

  it('is thrown, and nothing is kept of it', async () => {
    const { room, peer } = await inside()
    for (const say of [
      () => room.send('\u0000'),
      () => room.whisper('Bob', '\u0000'),
      () => room.whisper('\u0000', 'psst'),
      () => room.setSubject('\u0000'),
      () => room.invite('@@'),
    ])
      expect(say).toThrow(RangeError)
    for (const say of [room.send.bind(room), room.whisper.bind(room, 'Bob')])
      expect(() => Reflect.apply(say, undefined, [5])).toThrow(TypeError)
    expect(await sentBy(peer, () => undefined)).toEqual([])
  })

  it.each(['', 'conference.example.test', '@@'])('is a room by this address: %j', async (jid) => {
    const { rooms } = await outside()
    expect(() => rooms.room(jid)).toThrow(RangeError)
  })
})
