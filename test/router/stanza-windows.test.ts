import { describe, expect, it } from 'vitest'
import { StanzaLedger } from '../../src/router/stanza-ledger.js'
import { createCarrier, lateStore, names, stanza, tracking } from './ledgers.js'

describe('a ledger in which more waits than a server is given at a time', () => {
  it('gives a stream fifty at first, more as it keeps up, fewer where it does not, and all once nothing waits', () => {
    const { ledger, send } = tracking()
    ledger.detach()
    for (const id of names(0, 700)) send(id)
    const next = createCarrier()
    ledger.resume(next.carrier, 0)
    const given = (h: number, isPrompt: boolean) => {
      expect(ledger.acknowledge(h, isPrompt)).toBe(true)
      return next.sent.length
    }
    send('700')
    expect(next.sent.length).toBe(50)
    expect(given(50, true)).toBe(150)
    expect(given(80, true)).toBe(210)
    expect(given(210, false)).toBe(275)
    expect(given(275, true)).toBe(405)
    expect(given(405, true)).toBe(665)
    expect(given(665, true)).toBe(701)
    expect(given(701, true)).toBe(701)
    for (const id of names(701, 1_500)) send(id)
    expect(next.sent).toEqual(names(0, 1_500))
  })

  it('gives each stream fewer than the last one, where that has ended with something on its way', () => {
    const { ledger, send } = tracking()
    for (const id of names(0, 700)) send(id)
    const resume = (h: number) => {
      const next = createCarrier()
      ledger.detach()
      ledger.resume(next.carrier, h)
      return next.sent.length
    }
    expect([50, 75, 87, 97].map(resume)).toEqual([25, 12, 10, 10])
    ledger.acknowledge(107)
    expect(resume(117)).toBe(10)
    ledger.acknowledge(127, true)
    expect(resume(127)).toBe(25)
  })

  it('refuses an acknowledgement of what waits, and does not lose it', () => {
    const { ledger, send, sent } = tracking()
    for (const id of names(0, 150)) send(id)
    expect([ledger.acknowledge(51), ledger.sent, ledger.unacknowledged]).toEqual([false, 50, 150])
    expect(ledger.acknowledge(50, true)).toBe(true)
    expect(sent).toEqual(names(0, 150))
  })

  it.each([
    ['it is to be acknowledged no more', (ledger: StanzaLedger) => ledger.stopTracking()],
    ['the stream is about to end', (ledger: StanzaLedger) => ledger.sendRest()],
  ])('sends what waits where %s', (_why, deed) => {
    const { ledger, send, sent } = tracking()
    for (const id of names(0, 350)) send(id)
    expect(sent).toEqual(names(0, 50))
    deed(ledger)
    for (const id of names(350, 600)) send(id)
    expect(sent).toEqual(names(0, 600))
  })

  it('gives no more than that of what is stored', () => {
    const { ahead, settle } = lateStore()
    const ledger = new StanzaLedger(Infinity, ahead)
    const { carrier, sent } = createCarrier()
    ledger.begin(carrier)
    ledger.track()
    for (const id of names(0, 125)) ledger.send(stanza(id))
    expect(sent).toEqual([])
    settle()
    expect(sent).toEqual(names(0, 50))
    ledger.acknowledge(50, true)
    expect(sent).toEqual(names(0, 125))
  })

  it('tells of a window that is full whoever watches for more', async () => {
    const { ledger, send } = tracking()
    let told = 0
    ledger.watch(2_000, () => (told += 1))
    for (const id of names(0, 49)) send(id)
    await Promise.resolve()
    expect(told).toBe(0)
    send('49')
    await Promise.resolve()
    expect(told).toBe(1)
  })
})
