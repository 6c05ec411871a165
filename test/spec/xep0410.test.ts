import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { childOf } from './heard.js'
import { resume } from './managed.js'
import {
  at,
  body,
  failure,
  groupchat,
  inside,
  insideManaged,
  outcomeOf,
  own,
  refused,
  renamed,
  result,
  says,
  sentBy,
  statusOf,
  subject,
} from './room.js'
import type { Peer } from './peer.js'
import { answersTo, rest } from './session.js'
import { resumed, suspend } from './sessions.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }))
afterEach(() => void vi.useRealTimers())

const quietMs = 900_000
/** The connection is not asked whether it lives. */
const patient = { timeouts: { quietMs: 2 ** 31 - 1 } }
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const bounced = groupchat(undefined, body('Hello')).replace("type='groupchat'", "type='error'")

/** One is in, and the room has been silent for long enough. */
async function asking() {
  const session = await inside({}, { client: patient })
  await pass(quietMs)
  const ping = await session.peer.next('iq')
  return { ...session, ping }
}

/** Whom one has pinged. */
const pingsOf = ({ elements }: Peer) =>
  elements.filter((element) => childOf(element, 'ping')).map(({ attributes }) => attributes['to'])
const isAnswering = ({ room }: Pick<Awaited<ReturnType<typeof inside>>, 'room'>) =>
  room.state.status === 'joined' && room.state.isAnswering

describe('asking whether one is still in (XEP-0410)', () => {
  it('is a ping to one’s own name in the room, after 15 minutes of silence (§3.2)', async () => {
    const { peer } = await inside({}, { client: patient })
    expect(await sentBy(peer, () => pass(quietMs - 1_000))).toEqual([])
    await pass(1_000)
    const ping = await peer.next('iq')
    expect(ping.attributes).toMatchObject({ to: at('Alice'), type: 'get' })
    expect(childOf(ping, 'ping')?.namespace).toBe('urn:xmpp:ping')
  })

  it('waits while the room is heard (§3.2)', async () => {
    const { peer } = await inside({}, { client: patient })
    await pass(quietMs - 1_000)
    await says(peer, groupchat('Bob', '<body>Still here</body>'))
    expect(await sentBy(peer, () => pass(quietMs - 1_000))).toEqual([])
    await pass(1_000)
    expect((await peer.next('iq')).attributes['to']).toBe(at('Alice'))
  })

  it('goes to the name that one has now (§3.2)', async () => {
    const { peer } = await inside({}, { client: patient })
    await says(peer, renamed('Alice', 'Alicia', [110]))
    await pass(quietMs)
    expect((await peer.next('iq')).attributes['to']).toBe(at('Alicia'))
  })

  it('is answered with a result: one is in (§3.2)', async () => {
    const session = await asking()
    const { peer, ping } = session
    expect(await answersTo(peer, result(ping.attributes['id'], '', at('Alice')))).toEqual([])
    expect(isAnswering(session)).toBe(true)
    expect(await sentBy(peer, () => pass(quietMs - 1_000))).toEqual([])
    await pass(1_000)
    expect((await peer.next('iq')).attributes['to']).toBe(at('Alice'))
  })

  it.each(['service-unavailable', 'feature-not-implemented', 'item-not-found'])(
    'is answered with %s: one is in all the same (§3.2)',
    async (condition) => {
      const session = await asking()
      const { peer, ping } = session
      expect(await answersTo(peer, failure(ping.attributes['id'], condition, at('Alice')))).toEqual([])
      expect(isAnswering(session)).toBe(true)
      expect(await sentBy(peer, () => pass(quietMs - 1_000))).toEqual([])
    },
  )

  it.each(['remote-server-not-found', 'remote-server-timeout'])(
    'is answered with %s: nothing is decided, and it is asked again (§3.2)',
    async (condition) => {
      const session = await asking()
      const { peer, ping } = session
      expect(await answersTo(peer, failure(ping.attributes['id'], condition, at('Alice')))).toEqual([])
      expect([statusOf(session.room), isAnswering(session)]).toEqual(['joined', false])
      await pass(60_000)
      expect((await peer.next('iq')).attributes['to']).toBe(at('Alice'))
    },
  )

  it.each(['not-acceptable', 'not-allowed', 'bad-request', 'forbidden'])(
    'is answered with %s: one enters again (§3.2)',
    async (condition) => {
      const { peer, ping, room } = await asking()
      const [entrance] = await answersTo(peer, failure(ping.attributes['id'], condition, at('Alice')))
      expect(entrance?.attributes['to']).toBe(at('Alice'))
      expect(entrance && childOf(entrance, 'x')?.namespace).toBe('http://jabber.org/protocol/muc')
      expect(statusOf(room)).toBe('joining')
      await says(peer, own() + subject())
      expect(statusOf(room)).toBe('joined')
    },
  )

  it('is not answered: it is asked again until it is (§3.2)', async () => {
    const session = await asking()
    const { peer } = session
    await pass(30_000)
    expect([statusOf(session.room), isAnswering(session)]).toEqual(['joined', false])
    await pass(60_000)
    const again = await peer.next('iq')
    expect(isAnswering(session)).toBe(false)
    await says(peer, result(again.attributes['id'], '', at('Alice')))
    expect(isAnswering(session)).toBe(true)
  })

  it('is answered by what the room says meanwhile', async () => {
    const session = await asking()
    const { peer } = session
    await pass(30_000)
    await says(peer, groupchat('Bob', '<body>Still here</body>'))
    expect(await sentBy(peer, () => pass(60_000))).toEqual([])
    expect(isAnswering(session)).toBe(true)
  })

  it('is answered by what the room says before the time for an answer is over', async () => {
    const session = await asking()
    const { peer } = session
    await pass(5_000)
    await says(peer, groupchat('Bob', '<body>Still here</body>'))
    await pass(25_000)
    expect(isAnswering(session)).toBe(true)
    expect(await sentBy(peer, () => pass(60_000))).toEqual([])
    expect(isAnswering(session)).toBe(true)
  })

  it('is decided by the answer, whatever the room says before that (§3.2)', async () => {
    const { peer, ping, room } = await asking()
    await says(peer, groupchat('Bob', '<body>Still here</body>'))
    await says(peer, failure(ping.attributes['id'], 'not-acceptable', at('Alice')))
    expect(statusOf(room)).toBe('joining')
  })

  it.each([
    ['a presence', refused('remote-server-not-found')],
    ['a message', bounced],
  ])('is not answered by %s of one’s own that comes back (§3.2)', async (_, back) => {
    const session = await asking()
    const { peer, ping } = session
    await says(peer, failure(ping.attributes['id'], 'remote-server-not-found', at('Alice')))
    await says(peer, back)
    await pass(60_000)
    expect((await peer.next('iq')).attributes['to']).toBe(at('Alice'))
    expect(isAnswering(session)).toBe(false)
  })

  it.each(['item-not-found', 'remote-server-not-found'])(
    'does not wait where one’s presence comes back with %s (§3.1)',
    async (condition) => {
      const session = await inside({}, { client: patient })
      const { client, peer } = session
      await pass(1_000)
      client.sendPresence({ show: 'away' })
      await rest()
      const [ping] = await answersTo(peer, refused(condition))
      expect(ping?.attributes).toMatchObject({ to: at('Alice'), type: 'get' })
      await says(peer, failure(ping?.attributes['id'], 'remote-server-timeout', at('Alice')))
      expect([statusOf(session.room), isAnswering(session)]).toEqual(['joined', false])
      expect(await sentBy(peer, () => pass(60_000))).toMatchObject([{ name: 'iq' }])
      expect(isAnswering(session)).toBe(false)
    },
  )

  it('is put off by nothing that comes back (§3.1)', async () => {
    const { peer } = await inside({}, { client: patient })
    await pass(quietMs - 1_000)
    await says(peer, bounced)
    expect(await sentBy(peer, () => pass(1_000))).toMatchObject([{ name: 'iq' }])
  })

  it('is not answered by anybody else', async () => {
    const { peer, ping, room } = await asking()
    await says(peer, failure(ping.attributes['id'], 'not-acceptable', at('Bob')))
    expect(statusOf(room)).toBe('joined')
  })

  it('waits while another nickname is asked for (§4)', async () => {
    const { room, peer } = await inside({}, { client: patient })
    await pass(quietMs - 10_000)
    const done = outcomeOf(room.changeNickname('Alicia'))
    await peer.next('presence')
    expect(await sentBy(peer, () => pass(20_000))).toEqual([])
    expect(done.is()).toBe('pending')
  })

  it('is answered by no other nickname that is asked for (§4)', async () => {
    const session = await asking()
    const { peer, room } = session
    await pass(30_000 + 50_000)
    const done = outcomeOf(room.changeNickname('Alicia'))
    await peer.next('presence')
    expect(await sentBy(peer, () => pass(20_000))).toEqual([])
    expect([done.is(), isAnswering(session)]).toEqual(['pending', false])
    expect(await sentBy(peer, () => pass(20_000))).toMatchObject([{ attributes: { to: at('Alice') } }])
  })

  it('waits while there is no stream to ask by (§4)', async () => {
    const { first, client, peer, room } = await insideManaged({}, patient)
    first.cut()
    await rest()
    expect(client.state.status).toBe('suspended')
    await pass(1)
    client.networkOnline()
    const second = await peer(1)
    await resume(second, 1)
    expect(statusOf(room)).toBe('joined')
    await pass(quietMs)
    expect(pingsOf(second)).toEqual([at('Alice')])
  })

  it.each([
    ['nobody has answered yet', undefined, true],
    ['it has led nowhere', 'remote-server-timeout', false],
  ])('is asked again by a stream that comes back, where %s (§4.1)', async (_, condition, answering) => {
    const session = await insideManaged({}, patient)
    const { client, first, room } = session
    await pass(1_000)
    client.sendPresence({ show: 'away' })
    await rest()
    const [ping] = await answersTo(first, refused('remote-server-not-found'))
    expect(ping?.attributes).toMatchObject({ to: at('Alice'), type: 'get' })
    if (condition !== undefined) await says(first, failure(ping?.attributes['id'], condition, at('Alice')))
    await pass(1_000)
    await suspend(session)
    await pass(1)
    const second = await resumed(session)
    expect(pingsOf(second)).toEqual([at('Alice')])
    expect([statusOf(room), isAnswering(session)]).toEqual(['joined', answering])
  })

  it('of one’s other clients is answered, however it is (§3.2)', async () => {
    const { peer } = await inside({}, { client: patient })
    const [answer] = await answersTo(
      peer,
      `<iq type='get' id='c0ffee' from='${at('Alice')}'><ping xmlns='urn:xmpp:ping'/></iq>`,
    )
    expect(answer?.attributes).toMatchObject({ to: at('Alice'), id: 'c0ffee' })
  })
})
