import { describe, expect, it } from 'vitest'
import { anchored, answering, archived, bob, end, inner, question, toCode } from './archives.js'

describe('a search in an archive (XEP-0313 §4, XEP-0059)', () => {
  it('goes on as long as it is asked to, and no further', async () => {
    const { history, peer } = await anchored('a0')
    const found: (string | undefined)[] = []
    const searching = (async () => {
      for await (const { id } of history.query({ with: bob, pageSize: 2 })) {
        found.push(id)
        if (found.length === 3) break
      }
    })()
    const first = await question(peer)
    expect(first.page).toEqual({ max: '2', after: undefined, before: undefined })
    peer.say(
      archived(first.query, 'a1', inner('1')) +
        archived(first.query, 'a2', inner('2')) +
        end(first.request, false),
    )
    const second = await question(peer)
    expect(second.page).toEqual({ max: '3', after: 'a1', before: undefined })
    peer.say(
      archived(second.query, 'a2', inner('2')) +
        archived(second.query, 'a3', inner('3')) +
        archived(second.query, 'a4', inner('4')) +
        end(second.request, false),
    )
    await searching
    expect(found).toEqual(['a1', 'a2', 'a3'])
  })

  it.each([
    ['oldest', false, ['a1', 'a2', 'a2twin', 'a3'], ['', 'a1', 'a2']],
    ['newest', true, ['a3', 'a2twin', 'a2', 'a1'], ['', 'a3', 'a2']],
  ])(
    'from the %s one finds both where a page ends between two that the archive calls alike',
    async (_, newestFirst, order, cursors) => {
      const { history, peer } = await anchored('a0')
      const found: (string | undefined)[] = []
      const searching = (async () => {
        for await (const { message } of history.query({ newestFirst, pageSize: 2 })) found.push(message.body)
      })()
      const answer = answering(peer)
      const say = async (complete: boolean, ...bodies: readonly string[]) => {
        const page = await answer(complete, ...(newestFirst ? bodies.toReversed() : bodies))
        return [page.max, page.after ?? page.before ?? '']
      }
      const [one = '', two = '', three = '', four = ''] = order
      expect(await say(false, one, two)).toEqual(['2', cursors[0]])
      expect(await say(false, two, three, four)).toEqual(['3', cursors[1]])
      expect(await say(true, four)).toEqual(['3', cursors[2]])
      await searching
      expect(found).toEqual(order)
    },
  )

  it('goes on where all that an archive sends at once is known', async () => {
    const { history, peer } = await anchored('a0')
    const found: (string | undefined)[] = []
    const searching = (async () => {
      for await (const { id } of history.query({ pageSize: 1 })) found.push(id)
    })()
    const say = answering(peer, (query, id) => archived(query, id, inner(id)))
    expect(await say(false, 'a1')).toMatchObject({ max: '1', after: undefined })
    expect(await say(false, 'a1')).toMatchObject({ max: '2', after: undefined })
    expect(await say(true, 'a2')).toMatchObject({ max: '1', after: 'a1' })
    await searching
    expect(found).toEqual(['a1', 'a2'])
  })

  it('goes back from the newest one, or from another', async () => {
    const { history, peer } = await anchored('a0')
    const found: (string | undefined)[] = []
    const searching = (async () => {
      for await (const { id } of history.query({ newestFirst: true, beyond: 'a9', pageSize: 2 }))
        found.push(id)
    })()
    const first = await question(peer)
    expect(first.page.before).toBe('a9')
    peer.say(
      archived(first.query, 'a7', inner('7')) +
        archived(first.query, 'a8', inner('8')) +
        end(first.request, false),
    )
    const second = await question(peer)
    expect(second.page.before).toBe('a8')
    peer.say(
      archived(second.query, 'a6', inner('6')) +
        archived(second.query, 'a7', inner('7')) +
        end(second.request, true),
    )
    await searching
    expect(found).toEqual(['a8', 'a7', 'a6'])
  })

  it('tells what the archive says may change yet', async () => {
    const { history, peer } = await anchored('a0')
    const found: unknown[] = []
    const searching = (async () => {
      for await (const { id, stable } of history.query({ pageSize: 1 })) found.push([id, stable])
    })()
    const first = await question(peer)
    peer.say(
      archived(first.query, 'a1', inner('1')) + end(first.request, false).replace('<fin', "<fin stable='0'"),
    )
    const second = await question(peer)
    peer.say(
      archived(second.query, 'a1', inner('1')) +
        archived(second.query, 'a2', inner('2')) +
        end(second.request, true).replace('<fin', "<fin stable='true'"),
    )
    await searching
    expect(found).toEqual([
      ['a1', false],
      ['a2', true],
    ])
  })

  it.each([
    ['sends more than was asked for', 3, true, 'protocol.policy-violation'],
    ['sends nothing and says that more follows', 0, false, 'protocol.bad-format'],
  ])('fails when the archive %s', async (_, count, complete, code) => {
    const { history, peer } = await anchored('a0')
    const failing = toCode(history.query({ pageSize: 2 }))
    const { query, request } = await question(peer)
    const results = Array.from({ length: count }, (_one, index) => archived(query, `a${index}`, inner('x')))
    peer.say(results.join('') + end(request, complete))
    expect(await failing).toBe(code)
  })

  it('fails when the answer has no end, when it is refused, and when it is given up', async () => {
    const { history, peer } = await anchored('a0')
    const endless = toCode(history.query())
    const first = await question(peer)
    peer.say(`<iq type='result' id='${first.request.attributes['id']}'/>`)
    expect(await endless).toBe('protocol.bad-format')
    const forbidden = toCode(history.query({ archive: 'room@conference.example.test' }))
    const second = await question(peer)
    expect(second.request.attributes['to']).toBe('room@conference.example.test')
    peer.say(
      `<iq type='error' from='room@conference.example.test' id='${second.request.attributes['id']}'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    )
    expect(await forbidden).toBe('stanza.forbidden')
    const giving = new AbortController()
    const given = toCode(history.query({ signal: giving.signal }))
    await question(peer)
    giving.abort()
    expect(await given).toBe('transport.aborted')
  })

  it.each([0, 1.5, 1001, Number.NaN])('refuses pages of %s messages', async (pageSize) => {
    const { history } = await anchored('a0')
    await expect(history.query({ pageSize })[Symbol.asyncIterator]().next()).rejects.toThrow(RangeError)
  })
})
