import { describe, expect, it } from 'vitest'
import { rest } from '../spec/session.js'
import {
  anchored,
  answering,
  archived,
  bob,
  end,
  inner,
  live,
  own,
  question,
  stanzaId,
  tellYoungest,
} from './archives.js'

describe('messages out of the pages of an archive (XEP-0313 §4.3.2)', () => {
  it('are heard in their place where the archive names one before it stores it, behind one that it names later', async () => {
    const session = await anchored('a0')
    const next = await session.again()
    const first = await question(next)
    const found = (query: string, ...ids: readonly string[]) =>
      ids.map((id) => archived(query, id, inner(id))).join('')
    next.say(found(first.query, 'a1', 'a4', 'a6') + end(first.request, false))
    await tellYoungest(next)
    const second = await question(next)
    expect(second.page).toEqual({ max: '53', after: 'a0', before: undefined })
    next.say(
      live('a2', 'a2') + found(second.query, 'a1', 'a2', 'a3', 'a4', 'a6', 'a7') + end(second.request, false),
    )
    const third = await question(next)
    expect(third.page).toEqual({ max: '51', after: 'a6', before: undefined })
    next.say(found(third.query, 'a7', 'a8') + end(third.request, true))
    await rest()
    expect(session.seen).toEqual(['a1', 'a2', 'a3', 'a4', 'a6', 'a7', 'a8'].map((id) => `${id} ${id}`))
  })

  it('are heard both where the archive gives two of one moment the same id', async () => {
    const session = await anchored('a0')
    const twin = (body: string, messageId: string) => inner(body, `${bob}/x`, messageId)
    const stamped = (body: string, messageId: string) =>
      twin(body, messageId).replace('</body>', `</body>${stanzaId('a3')}`)
    session.peer.say(twin('one', 'm1').replace('</body>', `</body>${stanzaId('a1')}`))
    await rest()
    const next = await session.again()
    const first = await question(next)
    const page = (query: string) =>
      [
        archived(query, 'a2', inner('mine', `${own}/sofa`, 'm0', bob)),
        archived(query, 'a2', twin('two', 'm2')),
        archived(query, 'a2', inner('two', 'carol@example.test/x', 'm2')),
      ].join('')
    next.say(page(first.query) + end(first.request, false))
    await tellYoungest(next)
    const second = await question(next)
    next.say(page(second.query) + end(second.request, true))
    await rest()
    next.say(stamped('three', 'm3') + stamped('four', 'm4') + stamped('three', 'm3'))
    await rest()
    expect(session.seen).toEqual(['one a1', 'mine a2', 'two a2', 'two a2', 'three a3', 'four a3'])
  })

  it('come once each out of an archive that has gone on since, and twice those that are young', async () => {
    const session = await anchored('a0')
    const next = await session.again()
    // All within a few seconds.
    const say = answering(next, (query, id) =>
      archived(query, id, inner(id), own, `2026-01-02T03:04:0${id.slice(1)}Z`),
    )
    expect(await say(false, 'a1', 'a2')).toMatchObject({ after: 'a0', max: '50' })
    await tellYoungest(next, '2026-01-02T03:04:15Z')
    expect(await say(false, 'a1', 'a2', 'a3', 'a4', 'a5')).toMatchObject({ after: 'a0', max: '52' })
    expect(await say(false, 'a5', 'a6', 'a7')).toMatchObject({ after: 'a4', max: '51' })
    expect(await say(true, 'a6', 'a7', 'a8')).toMatchObject({ after: 'a5', max: '52' })
    await rest()
    expect(session.seen).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8'].map((id) => `${id} ${id}`))
  })

  it('go on where the archive sends fewer than it is asked for', async () => {
    const session = await anchored('a0')
    const next = await session.again()
    const say = answering(next, (query, id) => archived(query, id, inner(id)))
    expect(await say(false, 'a1', 'a2')).toMatchObject({ after: 'a0' })
    await tellYoungest(next)
    expect(await say(false, 'a1', 'a2')).toMatchObject({ after: 'a0' })
    expect(await say(false, 'a2', 'a3')).toMatchObject({ after: 'a1' })
    expect(await say(true, 'a3', 'a4')).toMatchObject({ after: 'a2' })
    await rest()
    expect(session.seen).toHaveLength(4)
  })

  it('are heard both where a page ends between two that the archive calls alike', async () => {
    const session = await anchored('a0')
    const next = await session.again()
    const say = answering(next)
    expect(await say(false, 'a1', 'a2')).toMatchObject({ after: 'a0' })
    await tellYoungest(next)
    expect(await say(false, 'a1', 'a2', 'a2twin', 'a3')).toMatchObject({ after: 'a0' })
    expect(await say(false, 'a2', 'a2twin', 'a3', 'a4')).toMatchObject({ after: 'a1' })
    expect(await say(true, 'a4', 'a5')).toMatchObject({ after: 'a3' })
    await rest()
    expect(session.seen).toEqual(['a1 a1', 'a2 a2', 'a2twin a2', 'a3 a3', 'a4 a4', 'a5 a5'])
  })

  it('go on behind those that are called alike and all that a server sends at once', async () => {
    const session = await anchored('a0')
    const next = await session.again()
    const say = answering(next)
    expect(await say(false, 'a1', 'a1twin')).toMatchObject({ after: 'a0' })
    await tellYoungest(next)
    expect(await say(false, 'a1', 'a1twin')).toMatchObject({ after: 'a0' })
    expect(await say(true, 'a2')).toMatchObject({ after: 'a1' })
    await rest()
    expect(session.seen).toEqual(['a1 a1', 'a1twin a1', 'a2 a2'])
  })

  it('go on behind what was taken out of the archive, which has kept its place', async () => {
    const session = await anchored('a0')
    const next = await session.again()
    const emptied = (query: string, id: string) => archived(query, id, '')
    const first = await question(next)
    next.say(emptied(first.query, 'a1') + emptied(first.query, 'a2') + end(first.request, false))
    await tellYoungest(next)
    const second = await question(next)
    next.say(emptied(second.query, 'a1') + emptied(second.query, 'a2') + end(second.request, false))
    const third = await question(next)
    expect(third.page.after).toBe('a1')
    next.say(
      emptied(third.query, 'a2') + archived(third.query, 'a3', inner('three')) + end(third.request, true),
    )
    await rest()
    expect([session.seen, session.states.at(-1)]).toEqual([['three a3'], 'live'])
  })

  it('are asked for again, after all the rest, that the archive says may change yet', async () => {
    const session = await anchored('a0')
    const next = await session.again()
    const found = (query: string, ...ids: readonly string[]) =>
      ids.map((id) => archived(query, id, inner(id), own, `2026-01-0${id.slice(1)}T00:00:00Z`)).join('')
    const unstable = (text: string) => text.replace('<fin', "<fin stable='false'")
    const first = await question(next)
    next.say(found(first.query, 'a1', 'a3', 'a4') + unstable(end(first.request, false)))
    const second = await question(next)
    expect(second.page.after).toBe('a3')
    next.say(found(second.query, 'a4', 'a5') + end(second.request, true) + live('a6', 'a6'))
    await rest()
    expect([session.seen, session.states.at(-1)]).toEqual([
      ['a1 a1', 'a3 a3', 'a4 a4', 'a5 a5', 'a6 a6'],
      'incomplete',
    ])
    session.history.catchUp()
    const third = await question(next)
    expect(third.page.after).toBe('a0')
    next.say(found(third.query, 'a1', 'a2', 'a3', 'a4', 'a5', 'a6') + end(third.request, true))
    await rest()
    expect([session.seen.slice(5), session.states.at(-1)]).toEqual([['a2 a2'], 'live'])
    expect((await question(await session.again())).page.after).toBe('a6')
  })
})
