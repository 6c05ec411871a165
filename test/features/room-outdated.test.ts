import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Room } from '../../src/index.js'
import {
  at,
  entering,
  gone,
  inside,
  insideManaged,
  nicknamesIn,
  outcomeOf,
  own,
  present,
  says,
  seen,
  sentBy,
  statusOf,
  subject,
  tea,
} from '../spec/room.js'
import { answersTo, rest } from '../spec/session.js'
import { renewed, suspend } from '../spec/sessions.js'

const fakeTimers = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
afterEach(() => void vi.useRealTimers())
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const addresses = (sent: Awaited<ReturnType<typeof sentBy>>) =>
  sent.map(({ attributes }) => `${attributes['type'] ?? 'available'} ${attributes['to']}`)
const enters = `available ${at('Alice')}`
const leaves = `unavailable ${at('Alice')}`
const made = own('Alice', { affiliation: 'owner', role: 'moderator', codes: [201] })
const hasEnded = ({ values }: { readonly values: readonly Room['state'][] }) =>
  values.slice(1).some(({ status }) => status === 'outside')

/** Whoever enters a room closes it, and wants in again by another, all before the room says anything. */
async function anew() {
  const session = await entering()
  const { peer, room, rooms } = session
  let next = room
  let outcome = session.outcome
  const [exit, second] = await sentBy(peer, () => {
    room.close()
    next = rooms.room(tea)
    outcome = outcomeOf(next.join({ nickname: 'Alice' }))
  })
  return { ...session, next, outcome, exit, second, states: seen(next.state$) }
}

/** One has left, and the room was too slow to say so before one wants in again. */
async function impatient() {
  fakeTimers()
  const session = await entering()
  const left = outcomeOf(session.room.leave())
  await pass(5_000)
  expect([left.is(), statusOf(session.room)]).toEqual(['resolved', 'outside'])
  return session
}

describe('what a room tells of a stay before', () => {
  it('is not of a room that was begun anew, where it says by id what it answers (XEP-0045 §7.2.2)', async () => {
    const { entrance, exit, next, outcome, peer, second, states } = await anew()
    expect([exit, second].map((each) => each && addresses([each])[0])).toEqual([leaves, enters])
    await says(peer, own('Alice', { id: entrance.attributes['id'] ?? '' }))
    expect([outcome.is(), statusOf(next)]).toEqual(['pending', 'joining'])
    const answers =
      gone('Alice', { id: exit?.attributes['id'] ?? '' }) +
      own('Alice', { id: second?.attributes['id'] ?? '' })
    expect(await sentBy(peer, () => says(peer, answers + subject()))).toEqual([])
    expect([outcome.is(), statusOf(next), hasEnded(states)]).toEqual(['resolved', 'joined', false])
  })

  it('leaves nobody in the next one who was told of before', async () => {
    const { entrance, exit, next, peer, second } = await anew()
    const [before = '', out = '', again = ''] = [entrance, exit, second].map((each) => each?.attributes['id'])
    await says(peer, present('Bob') + own('Alice', { id: before }) + gone('Alice', { id: out }))
    await says(peer, own('Alice', { id: again }) + subject())
    expect([statusOf(next), nicknamesIn(next)]).toEqual(['joined', ['Alice']])
    // Who is there has been told that one is, and is answered.
    const ping = `<iq type='get' id='p1' from='${at('Alice')}'><ping xmlns='urn:xmpp:ping'/></iq>`
    expect(await answersTo(peer, ping)).toMatchObject([{ attributes: { id: 'p1', type: 'result' } }])
  })

  it('ends nothing in a room that was begun anew, where it does not: one asks to be let in once more', async () => {
    const { next, outcome, peer, states } = await anew()
    expect(addresses(await sentBy(peer, () => says(peer, own() + gone())))).toEqual([enters])
    expect(statusOf(next)).toBe('joining')
    await says(peer, own() + own() + subject())
    expect([outcome.is(), statusOf(next), hasEnded(states)]).toEqual(['resolved', 'joined', false])
  })

  it('ends no new room either, which it makes anew', async () => {
    const { next, peer, states } = await anew()
    await says(peer, made)
    expect(statusOf(next)).toBe('opening')
    expect(addresses(await sentBy(peer, () => says(peer, gone())))).toEqual([enters])
    await says(peer, own() + subject())
    expect([statusOf(next), hasEnded(states)]).toEqual(['joined', false])
  })

  it('ends nothing for who has left, and did not wait for the room to say so', async () => {
    const { peer, room } = await impatient()
    const again = outcomeOf(room.join({ nickname: 'Alice' }))
    await rest()
    const states = seen(room.state$)
    expect(addresses(await sentBy(peer, () => says(peer, own() + gone())))).toEqual([enters])
    await says(peer, own() + subject())
    expect([again.is(), statusOf(room), hasEnded(states)]).toEqual(['resolved', 'joined', false])
  })

  it('ends nothing for who comes back, and whom the room was too slow to answer', async () => {
    fakeTimers()
    const { peer, room } = await inside()
    await says(peer, gone('Alice', { codes: [332] }))
    expect(addresses(await sentBy(peer, () => pass(10_000)))).toEqual([enters])
    expect(addresses(await sentBy(peer, () => pass(60_000)))[0]).toBe(leaves)
    await pass(20_000)
    expect(statusOf(room)).toBe('joining')
    const states = seen(room.state$)
    expect(addresses(await sentBy(peer, () => says(peer, own() + gone())))).toEqual([enters])
    await says(peer, own() + subject())
    expect([statusOf(room), hasEnded(states)]).toEqual(['joined', false])
  })

  it('is heard while one is outside, too, and is no news of the next stay', async () => {
    const { client, peer, room } = await impatient()
    await says(peer, own() + gone())
    outcomeOf(room.join({ nickname: 'Alice' }))
    await says(peer, own() + subject())
    client.sendPresence({ to: at('Alice'), type: 'unavailable' })
    expect(await sentBy(peer, () => says(peer, gone()))).toMatchObject([
      { attributes: { type: 'unavailable' } },
    ])
    expect(room.state).toMatchObject({ status: 'outside', exit: { kind: 'left' } })
  })

  it('does not come any more once the room has answered what came after it, by id', async () => {
    const { peer, room } = await impatient()
    const [entrance] = await sentBy(peer, () => outcomeOf(room.join({ nickname: 'Alice' })))
    await says(peer, own('Alice', { id: entrance?.attributes['id'] ?? '' }) + subject())
    expect(await sentBy(peer, () => says(peer, gone()))).toEqual([])
    expect(room.state).toMatchObject({ status: 'outside', exit: { kind: 'left' } })
  })

  it('does not come in another session', async () => {
    fakeTimers()
    const session = await insideManaged()
    const { room } = session
    outcomeOf(room.leave())
    await pass(5_000)
    expect(statusOf(room)).toBe('outside')
    outcomeOf(room.join({ nickname: 'Alice' }))
    await suspend(session)
    const peer = await renewed(session)
    await says(peer, own() + subject())
    expect(statusOf(room)).toBe('joined')
    expect(await sentBy(peer, () => says(peer, gone()))).toEqual([])
    expect(room.state).toMatchObject({ status: 'outside', exit: { kind: 'left' } })
  })

  it('leaves it to a person to put one out', async () => {
    const { next, peer } = await anew()
    await says(peer, own())
    expect(await sentBy(peer, () => says(peer, gone('Alice', { codes: [307] })))).toEqual([])
    await rest()
    expect(next.state).toMatchObject({ status: 'outside', exit: { kind: 'kicked' } })
  })

  it('is nothing of another’s name that changes', async () => {
    const { next, peer } = await anew()
    await says(peer, own() + gone('Alice', { codes: [303], item: "nick='Alicia'" }) + own('Alicia'))
    expect(next.state).toMatchObject({ status: 'joined', nickname: 'Alicia' })
    expect(addresses(await sentBy(peer, () => says(peer, gone('Alicia'))))).toEqual([
      `available ${at('Alicia')}`,
    ])
  })
})
