import { afterEach, describe, expect, it, vi } from 'vitest'
import { StanzaError, TimeoutError, type RoomExitKind } from '../../src/index.js'
import { childOf, textOf } from './heard.js'
import {
  absent,
  at,
  entering,
  gone,
  inside,
  nicknamesIn,
  outcomeOf,
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
} from './room.js'
import { refuses } from './room-archive.js'

const fakeTimers = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
afterEach(() => void vi.useRealTimers())

describe('XEP-0045: leaving a room', () => {
  it('is a presence of type unavailable to the name that one has there, with a last word (§7.14)', async () => {
    const { room, peer } = await inside()
    await says(peer, renamed('Alice', 'Alicia', [110]))
    const [sent] = await sentBy(peer, () => outcomeOf(room.leave({ status: 'gone where the goblins go' })))
    expect(sent?.attributes).toMatchObject({ to: at('Alicia'), type: 'unavailable' })
    expect(textOf(sent && childOf(sent, 'status'))).toBe('gone where the goblins go')
  })

  it('is over once the room says so (§7.14)', async () => {
    const { room, peer } = await inside()
    const done = outcomeOf(room.leave())
    await says(peer, absent('Bob'))
    expect([done.is(), statusOf(room)]).toEqual(['pending', 'leaving'])
    await says(peer, gone())
    expect(done.is()).toBe('resolved')
    expect(room.state).toMatchObject({ status: 'outside', exit: { kind: 'left' } })
    expect(nicknamesIn(room)).toEqual([])
  })

  it('is over in time where the room says nothing', async () => {
    fakeTimers()
    const { room } = await inside()
    const done = outcomeOf(room.leave())
    await vi.advanceTimersByTimeAsync(5_000)
    expect([done.is(), statusOf(room)]).toEqual(['resolved', 'outside'])
  })

  it('while a nickname is being changed goes to the one that the room knows (§7.14)', async () => {
    const { room, peer } = await inside()
    const renaming = outcomeOf(room.changeNickname('Alicia'))
    const [sent] = (await sentBy(peer, () => outcomeOf(room.leave()))).filter(
      ({ attributes }) => attributes['type'] === 'unavailable',
    )
    expect(sent?.attributes['to']).toBe(at('Alice'))
    expect(renaming.is()).toMatchObject({ code: 'transport.not-connected' })
  })

  it('tells of those who leave, and in which words (§7.14)', async () => {
    const { room, peer } = await inside()
    const { values } = seen(room.occupantChange$)
    await says(peer, absent('Bob', { content: '<status>gone where the goblins go</status>' }))
    expect(values).toMatchObject([
      {
        kind: 'left',
        occupant: { nickname: 'Bob' },
        exit: { kind: 'left', text: 'gone where the goblins go' },
      },
    ])
    expect(nicknamesIn(room)).toEqual(['Alice'])
  })
})

describe('XEP-0045: being put out', () => {
  const by = "<actor nick='Fluellen'/><reason>Avaunt</reason>"
  const numbers: readonly (readonly [RoomExitKind, readonly number[]])[] = [
    ['kicked', [307]],
    ['banned', [301]],
    ['affiliation', [321]],
    ['members-only', [322]],
  ]

  it.each(numbers)(
    'tells that one was %s, by whom and why (§8.2, §9.1, §9.4, §10.2.1)',
    async (kind, codes) => {
      const { room, peer } = await inside()
      await says(peer, gone('Alice', { codes, within: by }))
      expect(room.state).toMatchObject({
        status: 'outside',
        exit: { kind, by: 'Fluellen', text: 'Avaunt' },
      })
      expect(nicknamesIn(room)).toEqual([])
    },
  )

  it.each(numbers)('needs no 110, for one knows one’s name: %s (§9.1, §9.4)', async (kind, codes) => {
    const { room, peer } = await inside()
    await says(peer, absent('Alice', { codes }))
    expect(room.state).toMatchObject({ status: 'outside', exit: { kind } })
  })

  it.each(numbers)('happens to others: %s', async (kind, codes) => {
    const { room, peer } = await inside()
    const { values } = seen(room.occupantChange$)
    await says(peer, absent('Bob', { codes, within: by }))
    expect(values).toMatchObject([{ kind: 'left', exit: { kind, by: 'Fluellen', text: 'Avaunt' } }])
    expect(statusOf(room)).toBe('joined')
  })

  it('tells where the others went from a room that is gone (§10.9)', async () => {
    const { room, peer } = await inside()
    const destroy = `<destroy jid='coffee@conference.example.test'><reason>Macbeth doth come.</reason></destroy>`
    await says(peer, absent('Alice', { extension: destroy }))
    expect(room.state).toMatchObject({
      status: 'outside',
      exit: { kind: 'destroyed', alternate: 'coffee@conference.example.test', text: 'Macbeth doth come.' },
    })
  })

  it.each([
    ['error', [333]],
    ['error', [333, 307]],
    ['shutdown', [332]],
  ] as const)('by no person is no kick, and one comes back: %s %j (§11.1, §11.2)', async (kind, codes) => {
    fakeTimers()
    const { room, peer } = await inside()
    await says(peer, gone('Alice', { codes }))
    expect(room.state).toMatchObject({ status: 'returning', exit: { kind } })
    expect(await sentBy(peer, () => undefined)).toEqual([])
    await vi.advanceTimersByTimeAsync(10_000)
    const entrance = await peer.next('presence')
    expect(entrance.attributes).toMatchObject({ to: at('Alice') })
    expect(childOf(entrance, 'x')?.namespace).toBe('http://jabber.org/protocol/muc')
  })

  it('is tried again, and again, where the service cannot be reached yet (§11.2)', async () => {
    fakeTimers()
    const { room, peer } = await inside({}, { muc: { timeouts: { joinMs: 90_000 } } })
    await says(peer, gone('Alice', { codes: [332] }))
    for (const waitMs of [10_000, 20_000, 40_000]) {
      expect(await sentBy(peer, () => vi.advanceTimersByTimeAsync(waitMs))).toHaveLength(1)
      await says(peer, refused('remote-server-not-found'))
      expect(room.state).toMatchObject({
        status: 'returning',
        exit: { kind: 'refused', error: { condition: 'remote-server-not-found' } },
      })
    }
    await vi.advanceTimersByTimeAsync(80_000)
    await says(peer, own() + subject())
    await refuses(peer)
    expect(room.state).toMatchObject({ status: 'joined', isCurrent: true })
  })

  it('is tried again where one’s own ghost has the name still', async () => {
    fakeTimers()
    const { room, peer } = await inside()
    await says(peer, gone('Alice', { codes: [333] }))
    await vi.advanceTimersByTimeAsync(10_000)
    await says(peer, refused('conflict'))
    expect(room.state).toMatchObject({ status: 'returning', exit: { error: { condition: 'conflict' } } })
    expect(await sentBy(peer, () => vi.advanceTimersByTimeAsync(20_000))).toHaveLength(1)
    await says(peer, own() + subject())
    expect(statusOf(room)).toBe('joined')
  })

  it('is one with a wish to enter under the same name, which waits along', async () => {
    fakeTimers()
    const { room, peer } = await inside()
    await says(peer, gone('Alice', { codes: [333] }))
    const done = outcomeOf(room.join({ nickname: 'Alice' }))
    await says(peer, refused('conflict'))
    expect([done.is(), statusOf(room)]).toEqual(['pending', 'returning'])
    await vi.advanceTimersByTimeAsync(20_000)
    await says(peer, own() + subject())
    expect([done.is(), statusOf(room)]).toEqual(['resolved', 'joined'])
  })

  it.each(['conflict', 'remote-server-not-found'])(
    'is over with a wish to enter under another name, which may be refused: %s',
    async (condition) => {
      const { room, peer } = await inside()
      await says(peer, gone('Alice', { codes: [333] }))
      const done = outcomeOf(room.join({ nickname: 'Alicia' }))
      await says(peer, refused(condition, { nickname: 'Alicia' }))
      expect(done.is()).toMatchObject({ condition })
      expect(room.state).toMatchObject({ status: 'outside', exit: { kind: 'refused' } })
    },
  )

  it('ends where the room itself refuses who comes back', async () => {
    fakeTimers()
    const { room, peer } = await inside()
    await says(peer, gone('Alice', { codes: [332] }))
    await vi.advanceTimersByTimeAsync(10_000)
    await says(peer, refused('forbidden'))
    expect(room.state).toMatchObject({ status: 'outside', exit: { error: { condition: 'forbidden' } } })
  })

  it('is for who was in: a first entrance that reaches nobody is refused', async () => {
    const { room, peer, outcome } = await entering()
    await says(peer, refused('remote-server-not-found'))
    expect(outcome.is()).toMatchObject({ condition: 'remote-server-not-found' })
    expect(statusOf(room)).toBe('outside')
  })

  it.each(numbers)(
    'ends the entrance where it was under way: %s, with 110 or without',
    async (kind, codes) => {
      for (const self of [[110], []]) {
        const { room, peer, outcome } = await entering()
        await says(peer, present('Bob') + absent('Alice', { codes: [...self, ...codes] }))
        expect(room.state).toMatchObject({ status: 'outside', exit: { kind } })
        expect(outcome.is()).toBeInstanceOf(StanzaError)
        expect(nicknamesIn(room)).toEqual([])
      }
    },
  )
})

describe('XEP-0045: another nickname', () => {
  it('is asked for by a presence to it, which is no entrance (§7.6)', async () => {
    const { room, peer } = await inside()
    const [sent] = await sentBy(peer, () => outcomeOf(room.changeNickname('Alicia')))
    expect(sent?.attributes).toMatchObject({ to: at('Alicia') })
    expect(sent?.attributes['type']).toBeUndefined()
    expect(sent && childOf(sent, 'x')).toBeUndefined()
  })

  it('is one’s own once the room says so (§7.6)', async () => {
    const { room, peer } = await inside()
    const done = outcomeOf(room.changeNickname('Alicia'))
    expect(done.is()).toBe('pending')
    await says(peer, renamed('Alice', 'Alicia', [110]))
    expect(done.is()).toBe('resolved')
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alicia' })
    expect(nicknamesIn(room).toSorted()).toEqual(['Alicia', 'Bob'])
    expect(room.occupants.get('Alicia')?.isSelf).toBe(true)
  })

  it('is what the service makes of it (§7.6)', async () => {
    const { room, peer } = await inside()
    const done = outcomeOf(room.changeNickname('ALICIA'))
    await says(peer, renamed('Alice', 'alicia', [110, 210]))
    expect(done.is()).toBe('resolved')
    expect(room.state).toMatchObject({ nickname: 'alicia' })
  })

  it('may be made into the one that one has, with no word of a change (§7.6)', async () => {
    const { room, peer } = await inside()
    const done = outcomeOf(room.changeNickname('ALICE'))
    await says(peer, own('Alice', { codes: [210] }))
    expect(done.is()).toBe('resolved')
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alice' })
  })

  it.each([
    ['conflict', 'Alicia'],
    ['conflict', 'Alice'],
    ['not-acceptable', 'Alicia'],
    ['not-acceptable', 'Alice'],
  ])(
    'is refused with %s, by the name of %s: one stays in with the one that one has (§7.6)',
    async (condition, nickname) => {
      const { room, peer } = await inside()
      const done = outcomeOf(room.changeNickname('Alicia'))
      await says(peer, refused(condition, { nickname }))
      expect(done.is()).toMatchObject({ condition })
      expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alice' })
      expect(room.occupants.get('Alice')?.isSelf).toBe(true)
    },
  )

  it('is still asked for when one’s rights change meanwhile (§7.6, §8.3)', async () => {
    const { room, peer } = await inside()
    const done = outcomeOf(room.changeNickname('Alicia'))
    await says(peer, own('Alice', { role: 'moderator' }) + refused('conflict', { nickname: 'Alicia' }))
    expect(done.is()).toMatchObject({ condition: 'conflict' })
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alice', role: 'moderator' })
  })

  it('is asked for once it is known what became of the one before (§7.6)', async () => {
    const { room, peer } = await inside()
    const done: ReturnType<typeof outcomeOf>[] = []
    const first = await sentBy(peer, () => {
      done.push(outcomeOf(room.changeNickname('Alicia')), outcomeOf(room.changeNickname('Ally')))
    })
    const second = await sentBy(peer, () => says(peer, renamed('Alice', 'Alicia', [110])))
    expect([first, second].map((sent) => sent.map(({ attributes }) => attributes['to']))).toEqual([
      [at('Alicia')],
      [at('Ally')],
    ])
    expect(done.map(({ is }) => is())).toEqual(['resolved', 'pending'])
    await says(peer, refused('conflict', { nickname: 'Ally' }))
    expect(done[1]?.is()).toMatchObject({ condition: 'conflict' })
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alicia' })
  })

  it('is not waited for for ever', async () => {
    fakeTimers()
    const { room } = await inside()
    const done = outcomeOf(room.changeNickname('Alicia'))
    await vi.advanceTimersByTimeAsync(30_000)
    expect(done.is()).toBeInstanceOf(TimeoutError)
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alice' })
  })

  it('may be given by the room (§7.2.2)', async () => {
    const { room, peer } = await inside()
    await says(peer, renamed('Alice', 'Alicia', [110, 210]))
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'Alicia' })
  })

  it('is not had outside', async () => {
    const { room, peer } = await inside()
    await says(peer, gone('Alice', { codes: [307] }))
    const done = outcomeOf(room.changeNickname('Alicia'))
    expect(await sentBy(peer, () => undefined)).toEqual([])
    expect(done.is()).toMatchObject({ code: 'transport.not-connected' })
  })

  it('that one has is no other', async () => {
    const { room, peer } = await inside()
    const done = outcomeOf(room.changeNickname('Alice'))
    expect(await sentBy(peer, () => undefined)).toEqual([])
    expect(done.is()).toBe('resolved')
  })

  it('is what an answer is awaited under', async () => {
    const { room, peer } = await inside()
    await says(peer, renamed('Alice', 'Alicia', [110]) + subject('', 'Bob'))
    const delivery = room.send('Hello')
    await says(
      peer,
      `<message type='groupchat' from='${tea}/Alicia' id='${delivery.id}'><body>Hello</body></message>`,
    )
    expect(delivery.status.status).toBe('received')
  })
})
