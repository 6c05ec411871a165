import { beforeEach, describe, expect, it } from 'vitest'
import type { EmbeddedServer } from '../../src/server/index.js'
import { findArchiveResult, parseArchiveEnd, toArchiveQuery } from '../../src/stanza/archive.js'
import type { PageRequest } from '../../src/stanza/result-set.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { gather, hear, hearAll, say, serverWithRooms, setSubject, tea } from './in-rooms.js'
import { logIn, type Wire } from './wire.js'

let server: EmbeddedServer
let alice: Wire
let bob: Wire
beforeEach(async () => {
  server = await serverWithRooms({ limits: { archivedPage: 3 } })
  ;[alice, bob] = await gather(server, 'alice', 'bob')
  return () => server.close()
})

/** What the archive answers: the messages as `nickname: text`, and the end or the condition. */
async function asks(wire: Wire, page: PageRequest = {}, jid?: string) {
  const query = toArchiveQuery('q1', { with: jid }, page)
  wire.send(xml('iq', ns.client, { type: 'set', id: 'ask', to: tea }, query))
  const heard = await hearAll(wire)
  const results = heard.flatMap((element) => {
    const result = findArchiveResult(element.elements())
    return result?.message === undefined ? [] : [{ element, ...result, message: result.message }]
  })
  const answer = heard.find((element) => element.attribute('id') === 'ask')
  const fin = answer?.child('fin', ns.archive)
  return {
    results,
    said: results.map(({ message }) => toLine(message)),
    end: fin && parseArchiveEnd(fin),
    condition: answer?.child('error')?.elements()[0]?.name,
    isLast: heard.at(-1) === answer,
  }
}

const toLine = (message: XmlElement) =>
  `${message.attribute('from')?.replace(`${tea}/`, '')}: ${(message.child('body') ?? message.child('subject'))?.text()}`

/** What everybody was told, in order. */
async function speak(...words: readonly string[]): Promise<readonly XmlElement[]> {
  for (const word of words) say(bob, word)
  const [, heard] = [await hearAll(bob), await hearAll(alice)]
  return heard
}

describe('the archive of a room (XEP-0313 §3.3.2, §6.1.2)', () => {
  it('has each message once, from the occupant, to nobody, by the name that it was given', async () => {
    const [said] = await speak('Hello')
    const { end, isLast, results } = await asks(alice)
    expect(results).toHaveLength(1)
    const [result] = results
    expect(result?.element.attribute('from')).toBe(tea)
    expect(result?.queryId).toBe('q1')
    expect(result?.message.attribute('from')).toBe(`${tea}/bob`)
    expect(result?.message.attribute('to')).toBeUndefined()
    expect(result?.message.child('stanza-id')).toBeUndefined()
    expect(said?.child('stanza-id', ns.stanzaIds)?.attribute('id')).toBe(result?.id)
    expect(end).toMatchObject({ complete: true, page: { count: 1 } })
    expect(isLast).toBe(true)
  })

  it('has the subjects, and nothing that was private or refused', async () => {
    setSubject(alice, 'Tea')
    bob.send(
      xml('message', ns.client, { to: `${tea}/alice`, type: 'chat' }, xml('body', ns.client, {}, 'psst')),
    )
    setSubject(bob, 'Coffee')
    await speak('Hello')
    expect((await asks(alice)).said).toEqual(['alice: Tea', 'bob: Hello'])
  })

  it('is read page by page, forwards and backwards', async () => {
    const ids = (await speak('1', '2', '3', '4', '5')).map((each) =>
      each.child('stanza-id', ns.stanzaIds)?.attribute('id'),
    )
    const first = await asks(bob)
    expect([first.said, first.end?.complete]).toEqual([['bob: 1', 'bob: 2', 'bob: 3'], false])
    const next = await asks(bob, { after: ids[2] })
    expect([next.said, next.end?.complete]).toEqual([['bob: 4', 'bob: 5'], true])
    expect((await asks(bob, { before: '', max: 1 })).said).toEqual(['bob: 5'])
    expect(await asks(bob, { after: 'unknown' })).toMatchObject({ condition: 'item-not-found', said: [] })
  })

  it('is read by who is in it alone', async () => {
    await speak('Hello')
    const carol = await logIn(server.connect(), 'carol', 'desk')
    expect(await asks(carol)).toMatchObject({ condition: 'forbidden', said: [] })
  })

  it('says who was behind a nickname to those who may know', async () => {
    await speak('Hello')
    const behind = async (wire: Wire) => {
      const { results } = await asks(wire)
      return results.map(({ message }) => message.child('x', ns.roomUser)?.child('item')?.attribute('jid'))
    }
    expect(await behind(alice)).toEqual(['bob@localhost/desk'])
    const carol = await logIn(server.connect(), 'carol', 'desk')
    carol.send(
      xml(
        'presence',
        ns.client,
        { to: `${tea}/carol` },
        xml('x', ns.room, {}, xml('history', ns.room, { maxstanzas: '0' })),
      ),
    )
    await hear(carol)
    expect(await behind(carol)).toEqual([undefined])
  })

  it('finds what one occupant has said', async () => {
    await speak('Hello')
    say(alice, 'Hi')
    expect((await asks(alice, {}, `${tea}/bob`)).said).toEqual(['bob: Hello'])
  })
})
