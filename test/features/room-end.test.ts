import { describe, expect, it } from 'vitest'
import { muc, TransportError } from '../../src/index.js'
import {
  at,
  comesBackLate,
  gone,
  inside,
  outcomeOf,
  outside,
  own,
  says,
  seen,
  sentBy,
  statusOf,
  subject,
  tea,
} from '../spec/room.js'
import { rest, start } from '../spec/session.js'

const made = own('Alice', { affiliation: 'owner', role: 'moderator', codes: [201] })

/** A room in each of its states, and what is asked of it there. */
const states: readonly (readonly [string, () => Promise<Asked>])[] = [
  ['outside', async () => ({ ...(await outside()), asked: [] })],
  [
    'waiting',
    async () => {
      const { client, peer } = start()
      const room = client.use(muc).room(tea)
      return { client, peer: await peer(), room, asked: [room.join({ nickname: 'Alice' })] }
    },
  ],
  [
    'joining',
    async () => {
      const session = await outside()
      return { ...session, asked: [session.room.join({ nickname: 'Alice' })] }
    },
  ],
  [
    'opening',
    async () => {
      const session = await outside()
      const asked = [session.room.join({ nickname: 'Alice' })]
      await rest()
      await says(session.peer, made)
      return { ...session, asked }
    },
  ],
  [
    'joined',
    async () => {
      const session = await inside()
      const { room } = session
      return {
        ...session,
        asked: [
          room.changeNickname('Alicia'),
          room.kick('Bob'),
          room.affiliated('owner'),
          room.configuration(),
          room.configure({}),
          room.destroy(),
        ],
      }
    },
  ],
  [
    'returning',
    async () => {
      const session = await inside({}, comesBackLate)
      await says(session.peer, gone('Alice', { codes: [332] }))
      return { ...session, asked: [] }
    },
  ],
  [
    'leaving',
    async () => {
      const session = await inside()
      return { ...session, asked: [session.room.leave()] }
    },
  ],
]

interface Asked extends Pick<Awaited<ReturnType<typeof outside>>, 'client' | 'peer' | 'room'> {
  readonly asked: readonly Promise<unknown>[]
}

/** Everything that a room tells. */
const all = ({ room }: Asked) =>
  [
    room.state$,
    room.occupants$,
    room.occupantChange$,
    room.message$,
    room.whisper$,
    room.subject$,
    room.notice$,
  ].map((each) => seen<unknown>(each))

describe('the end', () => {
  it.each(states)('of the client settles what was asked, and tells no more: %s', async (status, make) => {
    const session = await make()
    const outcomes = session.asked.map(outcomeOf)
    const told = all(session)
    await rest()
    expect(statusOf(session.room)).toBe(status)
    session.peer.cut()
    await session.client.close()
    await rest()
    const ends = outcomes.map(({ is }) => is())
    const fulfilled = ends.filter((end) => !(end instanceof TransportError))
    expect(fulfilled).toEqual(status === 'leaving' ? ['resolved'] : [])
    expect(statusOf(session.room)).toBe('outside')
    expect(session.room.send('late').status.status).toBe('failed')
    expect(told.map(({ isComplete }) => isComplete)).toEqual(told.map(() => true))
    await expect(session.room.join({ nickname: 'Alice' })).rejects.toThrow(TransportError)
    await session.room.leave()
  })

  it.each(states)('of the room settles what was asked, and tells no more: %s', async (status, make) => {
    const session = await make()
    const outcomes = session.asked.map(outcomeOf)
    const told = all(session)
    await rest()
    expect(statusOf(session.room)).toBe(status)
    const delivery = session.room.send('one')
    session.room.close()
    await rest()
    // What was asked of the room by a request of its own is answered, or not, whoever listens.
    expect(outcomes[0]?.is()).not.toBe('pending')
    expect(told.map(({ isComplete }) => isComplete)).toEqual(told.map(() => true))
    expect(delivery.status.status).not.toBe('queued')
    await session.room.leave()
  })

  it('is said to the room, and another may be begun', async () => {
    const { room, rooms, peer } = await inside()
    expect((await sentBy(peer, () => room.close())).map(({ attributes }) => attributes)).toMatchObject([
      { to: at('Alice'), type: 'unavailable' },
    ])
    room.close()
    const next = rooms.room(tea)
    expect(next).not.toBe(room)
    const joining = outcomeOf(next.join({ nickname: 'Alice' }))
    await says(peer, gone() + own() + subject())
    expect([joining.is(), statusOf(next)]).toEqual(['resolved', 'joined'])
  })
})
