import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TransportError } from '../../src/errors.js'
import { StanzaLedger } from '../../src/router/stanza-ledger.js'
import type { Sendable } from '../../src/router/outbound.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { createCarrier, fated, idOf, lateStore, names, stanza, tracking } from './ledgers.js'

const modulus = 2 ** 32

describe('StanzaLedger', () => {
  it('acknowledges in order, and what was written only once', () => {
    const { ledger, send, told, write } = tracking()
    send('a')
    send('b')
    send('c')
    write()
    expect(ledger.acknowledge(2)).toBe(true)
    expect(ledger.acknowledge(2)).toBe(true)
    expect(told).toEqual(['a written', 'b written', 'c written', 'a acknowledged', 'b acknowledged'])
    expect([ledger.sent, ledger.unacknowledged]).toEqual([3, 1])
  })

  it('counts nothing but stanzas', () => {
    const { ledger, sent } = tracking()
    ledger.send(xml('active', ns.clientState))
    ledger.send(xml('other', ns.client))
    expect([ledger.sent, sent]).toEqual([0, ['active', 'other']])
    ledger.count(xml('a', ns.streamManagement))
    ledger.count(xml('other', ns.client))
    expect(ledger.handled).toBe(0)
    ledger.count(xml('iq', ns.client))
    expect(ledger.handled).toBe(1)
  })

  it.each([
    ['one too many', 3],
    ['one less than before', 0],
    ['the largest number', modulus - 1],
  ])('refuses %s, and loses nothing', (_what, h) => {
    const { ledger, send } = tracking()
    send('a')
    send('b')
    ledger.acknowledge(1)
    expect(ledger.acknowledge(h)).toBe(false)
    expect([ledger.sent, ledger.unacknowledged]).toEqual([2, 1])
  })

  it('counts from 2³² − 1 to zero, both ways', () => {
    const { ledger, send, told } = tracking()
    ledger.track(modulus - 2)
    ledger.startHandling(modulus - 1)
    for (const id of ['a', 'b', 'c', 'd']) send(id)
    expect(ledger.sent).toBe(2)
    expect(ledger.acknowledge(0)).toBe(true)
    expect(told).toEqual(['a acknowledged', 'b acknowledged'])
    expect(ledger.acknowledge(modulus - 1)).toBe(false)
    expect(ledger.acknowledge(2)).toBe(true)
    expect(ledger.handled).toBe(modulus - 1)
    ledger.count(stanza('x'))
    expect(ledger.handled).toBe(0)
  })

  it('sends again over the next stream what the server does not have, then what was sent meanwhile', () => {
    const { ledger, send, told } = tracking()
    send('a')
    send('b')
    ledger.detach()
    send('c')
    const next = createCarrier()
    expect(ledger.resume(next.carrier, 1)).toBe(1)
    send('d')
    next.write()
    expect(next.sent).toEqual(['b', 'c', 'd'])
    expect(told).toEqual(['a acknowledged', 'b written', 'c written', 'd written'])
  })

  it('lets a stanza say that it goes again, and that one alone', () => {
    const { ledger } = tracking()
    const again = (sent: Sendable) => stanza(`${idOf(sent)}!`)
    for (const id of ['a', 'b', 'c']) ledger.send(stanza(id), fated({ again }))
    ledger.detach()
    ledger.send(stanza('d'), fated({ again }))
    const next = createCarrier()
    ledger.resume(next.carrier, 1)
    expect(next.sent).toEqual(['b!', 'c!', 'd'])
  })

  it('lets what an earlier process has sent say that it goes again, and not what it has not', () => {
    const { ledger } = tracking()
    const again = (sent: Sendable) => stanza(`${idOf(sent)}!`)
    const left = [1, 2, undefined].map((seq, index) => {
      return { stanza: stanza(`${index}`), fate: fated({ again }), seq }
    })
    ledger.restore(0, left)
    const next = createCarrier()
    ledger.resume(next.carrier, 1)
    expect(next.sent).toEqual(['1!', '2'])
  })

  it('sends again as there is room, and lets nothing overtake', () => {
    const { ledger, send } = tracking()
    for (const id of ['a', 'b', 'c', 'd', 'e']) send(id)
    ledger.detach()
    const next = createCarrier(2)
    ledger.resume(next.carrier, 0)
    send('f')
    expect(next.sent).toEqual(['a', 'b'])
    for (let turn = 0; turn < 3; turn++) next.write()
    expect(next.sent).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  it('does not resume with a count that cannot be', () => {
    const { ledger, send } = tracking()
    send('a')
    ledger.detach()
    const next = createCarrier()
    expect(ledger.resume(next.carrier, 2)).toBeUndefined()
    expect([next.sent, ledger.unacknowledged]).toEqual([[], 1])
  })

  it('keeps what could not be written', () => {
    const { ledger, send, told, write } = tracking()
    send('a')
    write(new TransportError('reset', 'gone'))
    ledger.detach()
    expect(told).toEqual([])
    ledger.end()
    expect(told).toEqual(['a lost'])
  })

  it('hands back what is unacknowledged, once and in order', () => {
    const { ledger, send, told } = tracking()
    for (const id of ['a', 'b', 'c']) send(id)
    ledger.acknowledge(1)
    ledger.end()
    ledger.end()
    expect(told).toEqual(['a acknowledged', 'b lost', 'c lost'])
    expect(() => send('d')).toThrow('not online')
  })

  it('says what becomes of the writing where nothing is tracked', () => {
    const ledger = new StanzaLedger()
    const { carrier, write } = createCarrier()
    const told: (TransportError | null)[] = []
    ledger.begin(carrier)
    ledger.send(stanza('a'), fated({ left: (error) => told.push(error) }))
    const gone = new TransportError('reset', 'gone')
    write(gone)
    expect([told, ledger.unacknowledged]).toEqual([[gone], 0])
  })

  it('numbers rightly what is sent while several are acknowledged', () => {
    const { ledger, send } = tracking()
    const numbers: (number | undefined)[] = []
    const follow = () => ledger.send(stanza('c'), fated({ counted: (seq) => numbers.push(seq) }))
    ledger.send(stanza('a'), fated({ acknowledged: follow }))
    send('b')
    ledger.acknowledge(2)
    expect([numbers, ledger.sent]).toEqual([[3], 3])
  })

  it('says that the writing failed where tracking was refused meanwhile', () => {
    const { ledger, carrier: _, ...way } = tracking()
    const told: (TransportError | null)[] = []
    ledger.send(stanza('a'), fated({ left: (error) => told.push(error) }))
    ledger.stopTracking()
    const gone = new TransportError('reset', 'gone')
    way.write(gone)
    expect(told).toEqual([gone])
  })

  it('says that the writing failed of what was counted before and is not any more', () => {
    const { ledger, carrier: _, ...way } = tracking()
    const told: (TransportError | null)[] = []
    const fate = fated({ left: (error) => told.push(error) })
    ledger.send(stanza('a'), fate)
    const gone = new TransportError('reset', 'gone')
    way.write(gone)
    ledger.end()
    expect(told).toEqual([])
    const next = createCarrier()
    ledger.begin(next.carrier)
    ledger.send(stanza('a'), fate)
    next.write(gone)
    expect(told).toEqual([gone])
  })

  it('hands back in order what is stored and has not left, where nothing is tracked', () => {
    const { ahead, settle } = lateStore()
    const ledger = new StanzaLedger(Infinity, ahead)
    const { carrier, sent, write } = createCarrier(2)
    ledger.begin(carrier)
    const told: string[] = []
    const send = (id: string) => {
      const tell = (what: string) => () => void told.push(`${id} ${what}`)
      ledger.send(stanza(id), fated({ left: tell('written'), lost: tell('lost') }))
    }
    for (const id of ['a', 'b', 'c', 'd']) send(id)
    settle()
    write()
    expect(sent).toEqual(['a', 'b', 'c', 'd'])
    send('e')
    write(new TransportError('reset', 'gone'))
    expect([told, ledger.unacknowledged]).toEqual([['a written', 'b written'], 3])
    ledger.end()
    expect(told).toEqual(['a written', 'b written', 'c lost', 'd lost', 'e lost'])
  })

  it('says of nothing that was handed back that it has left', () => {
    const { ahead, settle } = lateStore()
    const ledger = new StanzaLedger(Infinity, ahead)
    const ways = [createCarrier(), createCarrier(), createCarrier()] as const
    const told: string[] = []
    const fate = fated({ left: () => told.push('written'), lost: () => told.push('lost') })
    for (const [index, way] of ways.entries()) {
      ledger.begin(way.carrier)
      ledger.send(stanza('a'), fate)
      settle()
      if (index < 2) ledger.end()
    }
    ways[0].write()
    expect([told, ledger.unacknowledged]).toEqual([['lost', 'lost'], 1])
    ledger.track()
    ways[1].write()
    expect(told).toEqual(['lost', 'lost'])
    ledger.detach()
    ways[2].write()
    expect(told).toEqual(['lost', 'lost', 'written'])
  })

  it('hands back all that waited for the store and finds the stream closed', () => {
    const { ahead, settle } = lateStore()
    const ledger = new StanzaLedger(Infinity, ahead)
    const gone = new TransportError('not-connected', 'closed')
    ledger.begin({ send: (_stanza, sender) => sender?.written(gone) })
    const told: string[] = []
    for (const id of ['a', 'b', 'c']) {
      ledger.send(stanza(id), fated({ left: () => told.push('failed'), lost: () => told.push(id) }))
    }
    settle()
    expect(told).toEqual([])
    ledger.end()
    expect(told).toEqual(['a', 'b', 'c'])
  })

  it('refuses one more than its limit, and what the stream refuses', () => {
    const full = tracking(Infinity, 1)
    full.send('a')
    expect(() => full.send('b')).toThrow('more than 1 stanzas are not acknowledged')
    const narrow = tracking(1)
    narrow.send('a')
    expect(() => narrow.send('b')).toThrow('too much waits')
    expect([narrow.ledger.sent, narrow.sent]).toEqual([1, ['a']])
  })

  it('tells whoever it refused when one more may wait', () => {
    const { ledger, send } = tracking(Infinity, 1)
    send('a')
    let told = 0
    ledger.whenRoom(() => (told += 1))
    expect(told).toBe(0)
    ledger.acknowledge(1)
    ledger.acknowledge(1)
    expect(told).toBe(1)
  })

  it('refuses what XML cannot carry before it waits', () => {
    const { ledger } = tracking()
    ledger.detach()
    expect(() => ledger.send(stanza('\u0000'))).toThrow(RangeError)
    expect(ledger.unacknowledged).toBe(0)
  })

  it('tells once that enough waits, however much more that is', async () => {
    const { ledger, send } = tracking()
    let told = 0
    ledger.watch(2, () => (told += 1))
    send('a')
    await Promise.resolve()
    expect(told).toBe(0)
    send('b')
    send('c')
    await Promise.resolve()
    expect(told).toBe(1)
    ledger.watch(1, () => (told += 1))
    await Promise.resolve()
    expect(told).toBe(2)
  })

  it('loses and repeats nothing, whatever happens between', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 200 }), fc.integer({ min: 1, max: 5 }), (deeds, room) => {
        const { told, sentAgain, count } = live(deeds, room)
        for (const { again, from, to } of sentAgain) {
          expect(again).toEqual(names(from, from + again.length))
          expect(again.length).toBeGreaterThanOrEqual(Math.min(to - from, 10))
        }
        const acknowledged = told.filter((word) => word.endsWith('acknowledged'))
        expect(acknowledged).toEqual(names(0, count).map((name) => `${name} acknowledged`))
      }),
    )
  })
})

const share = fc.double({ min: 0, max: 1, noNaN: true })
const deed = fc.oneof(
  fc.constant({ deed: 'send', share: 0 } as const),
  fc.record({ deed: fc.constant('flood' as const), share }),
  fc.record({ deed: fc.constantFrom('ack' as const, 'break' as const), share }),
)
type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never

/** A session that sends, is acknowledged and moves from stream to stream, until everything is acknowledged. */
function live(deeds: readonly Deed[], room: number) {
  const { ledger, told, send } = tracking()
  const sentAgain: { readonly again: readonly string[]; readonly from: number; readonly to: number }[] = []
  let way: Pick<ReturnType<typeof createCarrier>, 'write'> = { write: () => undefined }
  let count = 0
  let last = 0
  for (const { deed: kind, share: part } of deeds) {
    const end = kind === 'send' ? count + 1 : kind === 'flood' ? count + Math.floor(150 * part) : count
    for (; count < end; way.write()) send(`${count++}`)
    if (kind === 'ack' || kind === 'break') last += Math.floor((ledger.sent - last) * part)
    if (kind === 'ack') ledger.acknowledge(last, part > 0.5)
    if (kind === 'break') {
      const next = createCarrier(room)
      ledger.detach()
      ledger.resume(next.carrier, last)
      for (let turn = 0; turn <= count; turn++) next.write()
      sentAgain.push({ again: [...next.sent], from: last, to: count })
      way = next
    }
    way.write()
  }
  for (; ledger.unacknowledged > 0; way.write()) ledger.acknowledge(ledger.sent, true)
  return { told, sentAgain, count }
}
