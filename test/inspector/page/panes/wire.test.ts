import { describe, expect, it } from 'vitest'
import type { InspectorRecord, StanzaCrossed } from '../../../../src/inspector/recording/record.js'
import { summaryOf } from '../../../../src/inspector/page/panes/wire/summary.js'
import { everything, lastAtMost, WireIndex } from '../../../../src/inspector/page/panes/wire/wire-index.js'
import { isHappening, tellSession } from './told-session.js'

const records: readonly InspectorRecord[] = tellSession().filter(isHappening)
const stanza = (xml: string, direction: 'in' | 'out' = 'in', seq = 0): StanzaCrossed => {
  const name = /^<\/?([^\s/>]+)/.exec(xml)?.[1] ?? ''
  return { kind: 'wire', source: 's', seq, t: seq, direction, what: 'element', name, xml }
}

describe('WireIndex', () => {
  const index = new WireIndex()
  index.scan(records)
  const namesOf = (rows: readonly number[]) =>
    rows.map((row) => {
      const record = records[row]
      return record?.kind === 'wire' ? `${record.direction} ${record.name}` : 'no stanza'
    })

  it('filters by kind, direction and text, whatever the case', () => {
    expect(namesOf(index.rows({ ...everything, kinds: new Set(['presence']) }))).toEqual([
      'out presence',
      'in presence',
      'in presence',
      'out presence',
    ])
    expect(namesOf(index.rows({ ...everything, direction: 'out', kinds: new Set(['iq']) }))).toEqual([
      'out iq',
      'out iq',
      'out iq',
    ])
    expect(namesOf(index.rows({ ...everything, text: 'FRANK@' }))).toEqual(['out presence', 'in iq'])
  })

  it('finds the same letter by letter, and needs not search for everything again', () => {
    const typing = new WireIndex()
    typing.scan(records)
    const all = typing.rows(everything)
    for (const text of ['f', 'fr', 'fra', 'frank']) typing.rows({ ...everything, text })
    const found = typing.rows({ ...everything, text: 'frank@' })
    expect(found).toEqual(index.rows({ ...everything, text: 'FRANK@' }))
    expect(typing.rows({ ...everything, text: 'nobody' })).toEqual([])
    expect(typing.rows(everything)).toBe(all)
  })

  it('takes what is searched for literally', () => {
    expect(index.rows({ ...everything, text: '.*(' })).toEqual([])
    expect(namesOf(index.rows({ ...everything, text: `ver='v1'` }))).toEqual(['in iq'])
  })

  it('ties a stanza to the events that follow from it, and back', () => {
    const place = index.rows({ ...everything, text: 'SCRAM-SHA-256-PLUS</mechanism>' })[0] ?? -1
    const features = records[place]
    if (features?.kind !== 'wire') throw new Error('there are no stream features')
    expect(index.effectsOf(features).map((each) => records[each])).toMatchObject([
      { kind: 'event', actorPath: 'session', type: 'xstate.done.actor.connection' },
    ])
    expect(index.placeOf('alice', features.seq)).toBe(place)
    expect(index.placeOf('alice', 1_000_000)).toBeUndefined()
  })

  it('ties a question to its answer, and back', () => {
    const list = [
      stanza("<iq id='a' type='get'><ping/></iq>", 'out', 1),
      stanza("<iq id='a' type='get'><ping/></iq>", 'in', 2),
      stanza("<iq id='b' type='result'/>", 'in', 3),
      stanza('<iq type="error" id="a"/>', 'in', 4),
    ]
    const asked = new WireIndex()
    asked.scan(list)
    expect(list.map((each) => asked.counterpartOf(each))).toEqual([3, undefined, undefined, 0])
  })

  it('reads a few at a time, and says when it has read all', () => {
    const slow = new WireIndex()
    let slices = 1
    while (!slow.scan(records, 7)) slices += 1
    expect(slices).toBe(Math.ceil(records.length / 7))
    expect(slow.rows(everything)).toEqual(index.rows(everything))
  })

  it('knows whether several sources share it', () => {
    expect(index.isShared).toBe(false)
    const shared = new WireIndex()
    shared.scan([stanza('<a/>'), { ...stanza('<b/>'), source: 'another' }])
    expect(shared.isShared).toBe(true)
  })

  it('grows, and begins anew where the past has changed', () => {
    const list = [stanza('<a/>', 'in', 1), stanza('<b/>', 'in', 2)]
    const growing = new WireIndex()
    growing.scan(list)
    expect(growing.rows(everything)).toEqual([0, 1])
    list.push(stanza('<c/>', 'in', 3))
    growing.scan(list)
    expect(growing.rows(everything)).toEqual([0, 1, 2])
    list.splice(0, 2)
    growing.scan(list)
    expect(growing.rows(everything)).toEqual([0])
    expect(growing.placeOf('s', 1)).toBeUndefined()
    expect(growing.placeOf('s', 3)).toBe(0)
  })
})

it('lastAtMost() finds the last that is not above', () => {
  expect([-1, 0, 1, 2, 5, 9].map((limit) => lastAtMost([0, 2, 5], limit))).toEqual([-1, 0, 0, 1, 2, 2])
})

describe('summaryOf()', () => {
  it.each([
    [
      '<message type="chat" from="b@x/p"><body>Hello &amp; bye</body></message>',
      'message chat',
      'b@x/p',
      'Hello & bye',
    ],
    [
      '<iq type="result"><query xmlns="jabber:iq:roster"><item/><item/></query></iq>',
      'iq result',
      '',
      'iq:roster (2)',
    ],
    [
      '<iq type="error" from="x"><error type="cancel"><gone xmlns="urn:x"/></error></iq>',
      'iq error',
      'x',
      'gone',
    ],
    ['<r xmlns="urn:xmpp:sm:3"/>', 'r', '', 'how much has arrived?'],
    ['<auth mechanism="SCRAM-SHA-1">…(68 characters)</auth>', 'auth', '', 'SCRAM-SHA-1'],
    ['<a xmlns="urn:xmpp:sm:3" h="8"/>', 'a', '', '8 arrived'],
    ['not xml at all', '', '', 'not xml at all'],
  ])('of %s', (xml, title, peer, content) => {
    expect(summaryOf(stanza(xml))).toMatchObject({ title, peer, content })
  })

  it('names the peer that it is for, where it was sent', () => {
    expect(summaryOf(stanza('<presence to="b@x" from="a@x"/>', 'out')).peer).toBe('b@x')
  })

  it('stays short, and shows nothing that turns the reading direction', () => {
    const { content, peer } = summaryOf(
      stanza(`<message from="\u202Eevil"><body>${'x'.repeat(1_000_000)}</body></message>`),
    )
    expect(content.length).toBeLessThan(300)
    expect(peer).toBe('⟨202E⟩evil')
  })
})
