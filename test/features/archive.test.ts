import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { heldMessageLimit } from '../../src/features/timeline.js'
import { archive } from '../../src/index.js'
import { resume } from '../spec/managed.js'
import { closingTag, rest } from '../spec/session.js'
import { Disk } from '../store/disk.js'
import {
  anchored,
  archived,
  bob,
  end,
  forwarded,
  inner,
  live,
  own,
  question,
  refusal,
  remember,
  stanzaId,
  pong,
} from './archives.js'
import { begin, managed } from './processes.js'

/** What the server copies of what another device has sent or received. */
const copy = (direction: string, message: string) =>
  `<message from='${own}'><${direction} xmlns='urn:xmpp:carbons:2'>${forwarded(message)}</${direction}></message>`

describe('messages with an archive behind them (XEP-0313)', () => {
  it('begin at the end of the archive, and wait until that is known', async () => {
    const { peer, seen, states } = await remember()
    const { page, query, request } = await question(peer)
    expect(page).toEqual({ max: '1', after: undefined, before: '' })
    peer.say(live('one', 'a1'))
    await rest()
    expect(seen).toEqual([])
    peer.say(archived(query, 'a0', inner('old')) + end(request, true))
    await rest()
    expect(seen).toEqual(['one a1'])
    expect(states).toEqual(['offline', 'anchoring', 'live'])
  })

  it('go on from the last one after a session that is gone: what was missed first, in order and once', async () => {
    const { again, peer, seen, states } = await anchored('a0')
    peer.say(live('one', 'a1'))
    await rest()
    const next = await again()
    const first = await question(next)
    expect(first.page).toEqual({ max: '50', after: 'a1', before: undefined })
    next.say(live('four', 'a4') + live('five', 'a5') + live('typing'))
    const found = (query: string, id: string, body: string) =>
      archived(query, id, inner(body), own, `2026-01-0${id.slice(1)}T00:00:00Z`)
    next.say(found(first.query, 'a2', 'two') + found(first.query, 'a3', 'three'))
    await rest()
    expect(seen).toEqual(['one a1'])
    next.say(end(first.request, false))
    const second = await question(next)
    expect(second.page).toEqual({ max: '51', after: 'a2', before: undefined })
    expect(seen).toEqual(['one a1', 'two a2'])
    next.say(
      found(second.query, 'a3', 'three') + found(second.query, 'a4', 'four') + end(second.request, true),
    )
    await rest()
    expect(seen).toEqual(['one a1', 'two a2', 'three a3', 'four a4', 'five a5', 'typing'])
    next.say(live('six', 'a6') + live('again', 'a3'))
    await rest()
    expect(seen.slice(6)).toEqual(['six a6'])
    expect(states).toEqual(['offline', 'anchoring', 'live', 'offline', 'catchingUp', 'live'])
    const third = await question(await again())
    expect(third.page.after).toBe('a6')
  })

  it('that wait for what was missed go on waiting where the client leaves meanwhile', async () => {
    const { again, client, seen, states } = await anchored('a0')
    const next = await again()
    await question(next)
    next.say(live('two', 'a2'))
    await rest()
    const leaving = client.disconnect()
    await next.closing()
    next.say(live('three', 'a3') + closingTag)
    next.hangUp()
    await leaving
    expect(seen).toEqual([])
    const last = await again()
    const { page, query, request } = await question(last)
    expect(page.after).toBe('a0')
    const missed = ['one', 'two', 'three'].map((body, index) => archived(query, `a${index + 1}`, inner(body)))
    last.say(missed.join('') + end(request, true))
    await rest()
    expect(seen).toEqual(['one a1', 'two a2', 'three a3'])
    expect(states.slice(3)).toEqual(['offline', 'catchingUp', 'offline', 'catchingUp', 'live'])
  })

  it('come once that were sent again, though the archive has them twice', async () => {
    const again = (body: string, id: string) =>
      inner(body, `${bob}/y`, id).replace(
        '</body>',
        `</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/><delay xmlns='urn:xmpp:delay' stamp='2026-01-02T03:04:05Z'/>`,
      )
    const session = await anchored('a0')
    session.peer.say(inner('one', `${bob}/x`, 'm1').replace('</body>', `</body>${stanzaId('a1')}`))
    await rest()
    const next = await session.again()
    const { page, query, request } = await question(next)
    expect(page.after).toBe('a1')
    next.say(
      archived(query, 'a2', inner('two', `${bob}/x`, 'm2')) +
        archived(query, 'a3', again('one', 'm1')) +
        archived(query, 'a4', again('two', 'm2')) +
        archived(query, 'a5', inner('three', 'carol@example.test/x', 'm2')) +
        end(request, true),
    )
    await rest()
    expect(session.seen).toEqual(['one a1', 'two a2', 'three a5'])
  })

  it('go on from what an earlier run has seen', async () => {
    const { peer, seen } = await remember({}, { after: 'a7' })
    const { page, query, request } = await question(peer)
    expect(page.after).toBe('a7')
    peer.say(archived(query, 'a8', inner('eight')) + end(request, true))
    await rest()
    expect(seen).toEqual(['eight a8'])
  })

  it('go on from the beginning where the archive was empty', async () => {
    const { again } = await anchored()
    expect((await question(await again())).page.after).toBeUndefined()
  })

  it('do not bring back what the client itself has sent', async () => {
    const { again, client, seen } = await anchored('a0')
    client.send({ id: 'mine', to: bob, type: 'chat', body: 'Hello' })
    await rest()
    const next = await again()
    const { query, request } = await question(next)
    next.say(
      archived(query, 'a1', inner('Hello', `${own}/desk`, 'mine', bob)) +
        archived(query, 'a2', inner('from the sofa', `${own}/sofa`, 'theirs', bob)) +
        end(request, true),
    )
    await rest()
    expect(seen).toEqual(['from the sofa a2'])
  })

  it('do not bring back what an earlier process has left in its store', async () => {
    const disk = new Disk()
    const before = await managed(disk)
    const { id } = before.client.send({ to: bob, type: 'chat', body: 'Hello' })
    await before.kill()
    const seen: (string | undefined)[] = []
    const { first: peer } = await begin(disk, {}, (client) => {
      const { message$ } = client.use((host) => archive(host, { after: 'a0' }))
      message$.subscribe(({ message }) => seen.push(message.body))
    })
    await resume(peer, 1)
    const { query, request } = await question(peer)
    peer.say(archived(query, 'a1', inner('Hello', `${own}/desk`, id, bob)))
    peer.say(archived(query, 'a2', inner('from the sofa', `${own}/sofa`, 'theirs', bob)) + end(request, true))
    await rest()
    expect(seen).toEqual(['from the sofa'])
  })

  it('have those in them that were copied from other devices', async () => {
    const { again, peer, seen } = await anchored('a0')
    peer.say(copy('sent', inner('said', `${own}/sofa`, 'm1', bob)))
    peer.say(
      copy(
        'received',
        inner('heard').replace('</body>', `</body><stanza-id xmlns='urn:xmpp:sid:0' by='${own}' id='a2'/>`),
      ),
    )
    await rest()
    expect(seen).toEqual(['said', 'heard a2'])
    const next = await again()
    const { page, query, request } = await question(next)
    expect(page.after).toBe('a2')
    next.say(archived(query, 'a1', inner('said', `${own}/sofa`, 'm1', bob)) + end(request, true))
    await rest()
    expect(seen).toEqual(['said', 'heard a2'])
  })

  it('have what another device has sent to the account itself once, though the archive has it as sent and as received', async () => {
    const { again, peer, seen } = await anchored('a0')
    const note = (body: string) => inner(body, `${own}/sofa`, 'm1', own)
    const named = (body: string, id: string) => note(body).replace('</body>', `</body>${stanzaId(id)}`)
    peer.say(copy('sent', note('note')) + named('note', 'a2'))
    await rest()
    expect(seen).toEqual(['note'])
    const next = await again()
    const { query, request } = await question(next)
    const missed = ['note', 'note', 'another', 'another'].map((body, at) =>
      archived(query, `a${at + 1}`, at === 3 ? note(body).replace(` to='${own}'`, '') : note(body)),
    )
    next.say(missed.join('') + end(request, true))
    await rest()
    expect(seen.slice(1)).toEqual(['another a3'])
  })

  it('have each of those that several devices have sent with the same id', async () => {
    const { again, client, peer, seen } = await anchored('a0')
    const said = (resource: string, body: string, id?: string) => {
      const message = inner(body, `${own}/${resource}`, '1', bob)
      return id === undefined ? message : message.replace('</body>', `</body>${stanzaId(id)}`)
    }
    client.send({ id: '1', to: bob, type: 'chat', body: 'mine' })
    for (const message of [
      said('sofa', 'one', 'a1'),
      said('phone', 'two', 'a2'),
      said('phone', 'three', 'a3'),
    ])
      peer.say(copy('sent', message))
    await rest()
    expect(seen).toEqual(['one a1', 'two a2', 'three a3'])
    const next = await again()
    const { query, request } = await question(next)
    next.say(copy('sent', said('phone', 'six')) + copy('sent', said('phone', 'seven')))
    const missed = [said('desk', 'mine'), said('sofa', 'five'), said('phone', 'six')]
    const found = missed.map((message, index) => archived(query, `a${index + 4}`, message))
    next.say(found.join('') + end(request, true))
    await rest()
    expect(seen.slice(3)).toEqual(['five a5', 'six a6', 'seven'])
  })

  it('pass while something is missing, which is fetched when the app says so', async () => {
    const { again, history, peer, seen, states } = await anchored('a0')
    peer.say(live('one', 'a1'))
    await rest()
    const next = await again()
    const { request } = await question(next)
    next.say(live('three', 'a3'))
    next.say(refusal(request, 'resource-constraint'))
    await rest()
    expect([seen, states.at(-1)]).toEqual([['one a1', 'three a3'], 'incomplete'])
    history.catchUp()
    const second = await question(next)
    expect(second.page.after).toBe('a1')
    next.say(
      archived(second.query, 'a2', inner('two')) +
        archived(second.query, 'a3', inner('three')) +
        end(second.request, true),
    )
    await rest()
    expect([seen.slice(2), states.at(-1)]).toEqual([['two a2'], 'live'])
  })

  it('say that there is a gap where the archive has forgotten the last one', async () => {
    const { again, history, states } = await anchored('a0')
    const next = await again()
    const { request } = await question(next)
    next.say(refusal(request, 'item-not-found'))
    const second = await question(next)
    expect(second.page).toEqual({ max: '1', after: undefined, before: '' })
    next.say(archived(second.query, 'a9', inner('nine')) + end(second.request, true))
    await rest()
    expect(states.slice(-3)).toEqual(['catchingUp', 'anchoring', 'live'])
    let gap = ''
    history.state$.subscribe((state) => (gap = state.status === 'live' ? (state.gap?.code ?? '') : ''))
    expect(gap).toBe('stanza.item-not-found')
  })

  it('that are too many to hold are left to the archive, which is asked once more', async () => {
    const { again, seen } = await anchored('a0')
    const next = await again()
    const first = await question(next)
    const flood = Array.from({ length: heldMessageLimit + 2 }, (_, index) => live('x', `b${index}`))
    next.say(flood.join(''))
    await rest()
    next.say(end(first.request, true))
    const second = await question(next)
    expect(seen).toEqual([])
    next.say(
      archived(second.query, 'b0', inner('x')) +
        archived(second.query, 'b1', inner('x')) +
        end(second.request, true),
    )
    await rest()
    expect(seen).toEqual(Array.from({ length: heldMessageLimit + 2 }, (_, index) => `x b${index}`))
  })

  it('that are too many to hold pass where it is not known yet whether there is an archive', async () => {
    const { peer, seen } = await remember()
    const { request } = await question(peer)
    const flood = Array.from({ length: heldMessageLimit + 2 }, (_, index) => index)
    peer.say(flood.map((index) => live(`x${index}`, `b${index}`)).join(''))
    await rest()
    expect(seen).toEqual(['x0', 'x1'])
    peer.say(refusal(request, 'service-unavailable'))
    await rest()
    expect(seen).toEqual(flood.map((index) => `x${index}`))
  })

  it('that are too many to hold pass where no archive would bring them by a name', async () => {
    const { again, seen } = await anchored('a0')
    const next = await again()
    const { request } = await question(next)
    const flood = Array.from({ length: heldMessageLimit + 2 }, (_, index) => `x${index}`)
    next.say(flood.map((body) => live(body)).join(''))
    await rest()
    expect(seen).toEqual(['x0', 'x1'])
    next.say(end(request, true))
    await rest()
    expect(seen).toEqual(flood)
  })

  it.each([
    ['has not said that it is there', false],
    ['has a priority below 0', { priority: -1 }],
  ] as const)(
    'are fetched once more when a client takes them all that %s: until then some may have gone into the archive alone',
    async (_, presence) => {
      const { client, peer, seen } = await anchored('a0', { presence })
      peer.say(live('to this device', 'a2'))
      await rest()
      client.sendPresence()
      await peer.next('presence')
      const { page, query, request } = await question(peer)
      expect(page.after).toBe('a0')
      peer.say(live('now', 'a3') + archived(query, 'a1', inner('to the account')))
      peer.say(archived(query, 'a2', inner('to this device')) + end(request, true))
      await rest()
      expect(seen).toEqual(['to this device a2', 'to the account a1', 'now a3'])
      const { length } = peer.elements
      client.sendPresence({ show: 'away' })
      await rest()
      expect(peer.elements.slice(length).map(({ name }) => name)).toEqual(['presence'])
    },
  )

  it('are fetched once more when as many have come to this device alone as may be forgotten', async () => {
    const { peer, seen } = await anchored('a0', { presence: false })
    const flood = Array.from({ length: heldMessageLimit }, (_, index) => live('x', `b${index}`))
    peer.say(flood.join(''))
    await rest()
    expect(seen).toHaveLength(heldMessageLimit)
    peer.say(live('next', 'c1'))
    expect((await question(peer)).page.after).toBe('a0')
    expect(seen).toHaveLength(heldMessageLimit)
  })

  it('are gone on from where the archive would not say where it ends', async () => {
    const session = await remember()
    const { request } = await question(session.peer)
    session.peer.say(refusal(request, 'resource-constraint') + live('one', 'a1'))
    await rest()
    expect([session.seen, session.states.at(-1)]).toEqual([['one a1'], 'unavailable'])
    expect((await question(await session.again())).page.after).toBe('a1')
  })

  it('are gone on from where the session is over before the archive says where it ends', async () => {
    const session = await remember()
    await question(session.peer)
    session.peer.say(live('one', 'a1'))
    await rest()
    const next = await session.again()
    expect(session.seen).toEqual(['one a1'])
    const { page, query, request } = await question(next)
    expect(page.after).toBe('a1')
    next.say(archived(query, 'a2', inner('two')) + end(request, true))
    await rest()
    expect([session.seen, session.states.at(-1)]).toEqual([['one a1', 'two a2'], 'live'])
  })

  it('are missing for a known reason where a session has ended with nothing to go on from', async () => {
    const session = await remember()
    session.peer.say(refusal((await question(session.peer)).request, 'resource-constraint'))
    await rest()
    const next = await session.again()
    next.say(end((await question(next)).request, true))
    await rest()
    let gap: unknown
    session.history.state$.subscribe((state) => (gap = state.status === 'live' ? state.gap?.code : state))
    expect(gap).toBe('stanza.resource-constraint')
  })

  it('wait for no archive that does not answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { peer, seen, states } = await remember({}, { timeouts: { pageMs: 5000 } })
    await question(peer)
    peer.say(live('one', 'a1'))
    await rest()
    await vi.advanceTimersByTimeAsync(5000)
    peer.say(pong(await peer.next('iq')))
    await rest()
    expect([seen, states.at(-1)]).toEqual([['one a1'], 'unavailable'])
  })
})
