import type { Observable } from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import type { RoomState } from '../../src/index.js'
import {
  at,
  body,
  entering,
  gone,
  groupchat,
  inside,
  outcomeOf,
  own,
  present,
  says,
  seen,
  statusOf,
  subject,
  type Outcome,
} from '../spec/room.js'

type Inside = Awaited<ReturnType<typeof inside>>

/** Does it once, from within what the room tells of its state. */
function within({ room }: Inside, when: (state: RoomState) => boolean, wish: () => Promise<unknown>) {
  const outcomes: Outcome[] = []
  room.state$.subscribe((state) => {
    if (outcomes.length === 0 && when(state)) outcomes.push(outcomeOf(wish()))
  })
  return () => outcomes.map(({ is }) => is())
}

const isVisitor = (state: RoomState) => state.status === 'joined' && state.role === 'visitor'
const silenced = own('Alice', { role: 'visitor' })

describe('what is asked of a room from within what it tells', () => {
  it('is to be in again: that is so once one is', async () => {
    const session = await inside()
    const { peer, room } = session
    const outcomes = within(
      session,
      ({ status }) => status === 'outside',
      () => room.join({ nickname: 'Alice' }),
    )
    await says(peer, gone('Alice', { codes: [307] }))
    expect(outcomes()).toEqual(['pending'])
    await says(peer, own() + subject())
    expect([outcomes(), statusOf(room)]).toEqual([['resolved'], 'joined'])
  })

  it.each([
    ['kicked', gone('Alice', { codes: [307] })],
    ['put out by the service', gone('Alice', { codes: [332] })],
  ])('is to be in again by whoever hears who has left, oneself %s', async (_, said) => {
    const { peer, room } = await inside()
    const changes = seen(room.occupantChange$)
    const outcomes: Outcome[] = []
    room.occupantChange$.subscribe(({ kind, occupant }) => {
      if (kind === 'left' && occupant.isSelf) outcomes.push(outcomeOf(room.join({ nickname: 'Alice' })))
    })
    await says(peer, said)
    expect(outcomes.map(({ is }) => is())).toEqual(['pending'])
    expect([peer.elements.at(-1)?.attributes['to'], statusOf(room)]).toEqual([at('Alice'), 'joining'])
    await says(peer, own() + subject())
    expect([outcomes.map(({ is }) => is()), statusOf(room)]).toEqual([['resolved'], 'joined'])
    expect(changes.values.map(({ kind }) => kind)).toEqual(['left'])
  })

  it('is to leave: that is so once one has', async () => {
    const session = await inside()
    const { peer, room } = session
    const outcomes = within(session, isVisitor, () => room.leave())
    await says(peer, silenced)
    expect([outcomes(), statusOf(room)]).toEqual([['pending'], 'leaving'])
    await says(peer, gone())
    expect([outcomes(), statusOf(room)]).toEqual([['resolved'], 'outside'])
  })

  it('is to leave, and to be in again: that is so once one is', async () => {
    const session = await inside()
    const { peer, room } = session
    const outcomes = within(session, isVisitor, () => {
      void room.leave()
      return room.join({ nickname: 'Alicia' })
    })
    await says(peer, silenced)
    expect([outcomes(), statusOf(room)]).toEqual([['pending'], 'joining'])
    await says(peer, gone())
    await says(peer, own('Alicia') + subject())
    expect([outcomes(), statusOf(room)]).toEqual([['resolved'], 'joined'])
  })

  it('is another nickname: that is so once one has it', async () => {
    const session = await inside()
    const { peer, room } = session
    const outcomes = within(session, isVisitor, () => room.changeNickname('Alicia'))
    await says(peer, silenced)
    expect(outcomes()).toEqual(['pending'])
    await says(peer, gone('Alice', { codes: [303], item: `nick='Alicia'` }) + own('Alicia'))
    expect(outcomes()).toEqual(['resolved'])
  })

  it.each([
    ['occupants$', 3],
    ['message$', 1],
    ['notice$', 1],
    ['subject$', 1],
    ['whisper$', 1],
  ] as const)('is to forget it, by whoever hears of %s: nothing is told any more', async (name, count) => {
    const { client, peer, room } = await entering()
    const warned = vi.spyOn(console, 'warn')
    const told$: Observable<unknown> = room[name]
    const heard = seen(told$)
    told$.subscribe(() => heard.values.length === Math.min(count, 2) && room.close())
    const whispered = `<message from='${at('Bob')}' type='chat'>${body('psst')}</message>`
    const warnings = own('Alice', { codes: [100, 210] })
    await says(peer, present('Bob') + warnings + groupchat('Bob', body('x')) + subject('s') + whispered)
    expect([statusOf(room), heard.isComplete, heard.values.length]).toEqual(['outside', true, count])
    expect(client.state.status).toBe('online')
    expect(warned.mock.calls).toEqual([])
    warned.mockRestore()
  })

  it('is to forget it: the room is told', async () => {
    const session = await inside()
    const { peer, room, rooms } = session
    const outcomes = within(session, isVisitor, async () => room.close())
    await says(peer, silenced + present('Carol'))
    expect(outcomes()).toEqual(['resolved'])
    expect(peer.elements.at(-1)?.attributes).toMatchObject({ to: at('Alice'), type: 'unavailable' })
    expect([statusOf(room), rooms.room(room.jid) === room]).toEqual(['outside', false])
  })
})
