import { describe, expect, it } from 'vitest'
import type { StanzaCrossed } from '../../../../src/inspector/recording/record.js'
import { RosterBoard } from '../../../../src/inspector/page/panes/roster/roster-board.js'
import { isHappening, tellSession } from './told-session.js'

const to = 'alice@example.test/desk'
const stanzas = (...told: readonly (readonly ['in' | 'out', string])[]): readonly StanzaCrossed[] =>
  told.map(([direction, xml], seq) => {
    const name = /^<([^\s/>]+)/.exec(xml)?.[1] ?? ''
    return { kind: 'wire', source: 'a', seq, t: seq, direction, what: 'element', name, xml }
  })
const rosterOf = (items: string, from = '') =>
  `<iq type='result' to='${to}' ${from}><query xmlns='jabber:iq:roster'>${items}</query></iq>`
const pushOf = (item: string, from = '') =>
  `<iq type='set' to='${to}' ${from}><query xmlns='jabber:iq:roster'>${item}</query></iq>`
const boundAs = (jid: string, more = '') =>
  `<iq type='result' ${more}><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${jid}</jid></bind></iq>`

function positions(
  records: readonly StanzaCrossed[],
  index = records.length - 1,
): Readonly<Record<string, string>> {
  const board = new RosterBoard('a')
  board.scan(records)
  return Object.fromEntries(board.at(index).map(({ jid, position }) => [jid, position]))
}

describe('RosterBoard', () => {
  it('follows a handshake through the nine states', () => {
    const records = stanzas(
      ['in', rosterOf('')],
      ['out', `<presence type='subscribe' to='bob@x'/>`],
      ['in', pushOf(`<item jid='bob@x' subscription='none' ask='subscribe'/>`)],
      ['in', `<presence type='subscribe' from='bob@x' to='${to}'/>`],
      ['out', `<presence type='subscribed' to='bob@x'/>`],
      ['in', pushOf(`<item jid='bob@x' subscription='from' ask='subscribe'/>`)],
      ['in', `<presence type='subscribed' from='bob@x'/>`],
      ['in', pushOf(`<item jid='bob@x' subscription='both'/>`)],
    )
    expect(records.map((_, index) => positions(records, index)['bob@x'])).toEqual([
      undefined,
      'None + Pending Out',
      'None + Pending Out',
      'None + Pending Out+In',
      'From + Pending Out',
      'From + Pending Out',
      'Both',
      'Both',
    ])
  })

  it('goes back in time, and forth', () => {
    const records = stanzas(
      ['in', rosterOf(`<item jid='bob@x' subscription='both'/>`)],
      ['in', pushOf(`<item jid='bob@x' subscription='remove'/>`)],
    )
    const board = new RosterBoard('a')
    board.scan(records)
    const at = (index: number) => board.at(index).map(({ position, isListed }) => ({ position, isListed }))
    expect([1, 0, -1, 1].map(at)).toEqual([
      [{ position: 'None', isListed: false }],
      [{ position: 'Both', isListed: true }],
      [],
      [{ position: 'None', isListed: false }],
    ])
  })

  it('tells of pre-approval, and of what a roster cannot say', () => {
    const records = stanzas([
      'in',
      rosterOf(`<item jid='bob@x' subscription='to' approved='true'/><item jid='eve@x' subscription='to'/>`),
    ])
    const board = new RosterBoard('a')
    board.scan(records)
    expect(board.at(0)).toMatchObject([
      { jid: 'bob@x', position: 'To', pendingIn: 'no', state: { to: 'subscribed', from: 'approved' } },
      { jid: 'eve@x', position: 'To', pendingIn: 'unknown' },
    ])
  })

  it('believes no stranger about the roster', () => {
    const known = rosterOf(`<item jid='bob@x' subscription='both'/>`, `from='alice@example.test'`)
    const forged = pushOf(`<item jid='bob@x' subscription='remove'/>`, `from='eve@evil.test'`)
    expect(positions(stanzas(['in', known], ['in', forged]))).toEqual({ 'bob@x': 'Both' })
    const bound = boundAs(to)
    expect(positions(stanzas(['in', bound], ['in', known], ['in', forged]))).toEqual({ 'bob@x': 'Both' })
  })

  it('takes nobody for the account who only says so', () => {
    const known = rosterOf(`<item jid='bob@x' subscription='both'/>`)
    const request = `<presence type='subscribe' from='dan@x' to='${to}'/>`
    const forged = boundAs('eve@evil.test/x', `from='eve@evil.test/x' to='${to}'`)
    const elsewhere = boundAs('eve@evil.test/x').replace('xmpp-bind', 'of-evil')
    const after = [
      ['in', pushOf(`<item jid='bob@x' subscription='remove'/>`, `from='eve@evil.test/x'`)],
      ['in', pushOf(`<item jid='cat@x' subscription='to'/>`, `from='alice@example.test'`)],
    ] as const
    const truth = { 'bob@x': 'Both', 'cat@x': 'To', 'dan@x': 'None + Pending In' }
    for (const bind of [forged, elsewhere]) {
      const told = [['in', known], ['in', request], ['in', bind], ...after] as const
      expect(positions(stanzas(...told))).toEqual(truth)
      expect(positions(stanzas(['in', boundAs(to)], ...told))).toEqual(truth)
    }
  })

  it.each([
    '',
    `from='example.test'`,
    `from='alice@example.test'`,
    `from='${to}'`,
    `from='example.test' to='${to}'`,
  ])('learns from the server whose session it is, with %s', (more) => {
    const push = pushOf(`<item jid='bob@x' subscription='to'/>`, `from='alice@example.test'`)
    const request = `<presence type='subscribe' from='dan@x' to='${to}'/>`
    const records = stanzas(
      ['in', boundAs(to, more)],
      ['in', push],
      ['in', request],
      ['in', boundAs(to, more)],
    )
    expect(positions(records, 2)).toEqual({ 'bob@x': 'To', 'dan@x': 'None + Pending In' })
    expect(positions(records)).toEqual({ 'bob@x': 'To', 'dan@x': 'None' })
  })

  it('forgets whoever a new roster does not have, and what may have been missed', () => {
    const bound = boundAs(to)
    const records = stanzas(
      ['in', rosterOf(`<item jid='bob@x' subscription='both'/>`)],
      ['in', `<presence type='subscribe' from='eve@x'/>`],
      ['in', bound],
      ['in', rosterOf('')],
    )
    expect(positions(records, 1)).toEqual({ 'bob@x': 'Both', 'eve@x': 'None + Pending In' })
    expect(positions(records)).toEqual({ 'bob@x': 'None', 'eve@x': 'None' })
  })

  it('takes names like __proto__ for names', () => {
    const records = stanzas(['in', rosterOf(`<item jid='__proto__' name='constructor' subscription='to'/>`)])
    const board = new RosterBoard('a')
    board.scan(records)
    expect(board.at(0)).toMatchObject([{ jid: '__proto__', name: 'constructor', position: 'To' }])
  })

  it('reads a whole session', () => {
    const board = new RosterBoard('alice')
    const records = tellSession().filter(isHappening)
    board.scan(records)
    expect(board.at(records.length).map(({ jid, position }) => `${jid} ${position}`)).toEqual([
      'bob@example.test Both',
      'carol@example.test To',
      'dave@example.test None + Pending Out',
      'erin@example.test None + Pending In',
      'frank@example.test None + Pending Out',
    ])
  })
})
