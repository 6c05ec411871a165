import { TransportError } from '../../src/errors.js'
import { StanzaLedger, type Carrier } from '../../src/router/stanza-ledger.js'
import type { WriteAhead } from '../../src/router/write-ahead.js'
import type { Sender } from '../../src/router/cork.js'
import { StanzaFate } from '../../src/router/kept-stanza.js'
import type { Sendable } from '../../src/router/outbound.js'
import { xml, XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'

export const stanza = (id: string) => xml('message', ns.client, { id })
export const idOf = (sent: Sendable) =>
  sent instanceof XmlElement ? (sent.attribute('id') ?? sent.name) : sent.id

/** A fate that is told as said. */
export function fated(
  told: Partial<Pick<StanzaFate, 'acknowledged' | 'again' | 'counted' | 'left' | 'lost'>>,
) {
  return Object.assign(new Told(), told)
}

class Told extends StanzaFate {
  left(): void {}
}

/** A stream that takes so many stanzas until it is told to write them. */
export function createCarrier(room = Infinity) {
  const sent: string[] = []
  const senders: Sender[] = []
  let left = room
  const carrier: Carrier = {
    send: (element, sender) => {
      if (left === 0) throw new TransportError('overflow', 'too much waits')
      left--
      sent.push(idOf(element))
      if (sender !== undefined) senders.push(sender)
    },
    whenRoom: (tell) =>
      void senders.push({
        written: (error) => {
          if (error === null) tell()
        },
      }),
  }
  const write = (error: TransportError | null = null) => {
    left = room
    for (const sender of senders.splice(0)) sender.written(error)
  }
  return { carrier, sent, write }
}

/** A ledger that tracks, and what its stanzas were told. */
export function tracking(room?: number, limit?: number) {
  const ledger = new StanzaLedger(limit)
  const way = createCarrier(room)
  ledger.begin(way.carrier)
  ledger.track()
  const told: string[] = []
  const send = (id: string) =>
    ledger.send(
      stanza(id),
      fated({
        left: () => told.push(`${id} written`),
        acknowledged: () => told.push(`${id} acknowledged`),
        lost: () => told.push(`${id} lost`),
      }),
    )
  return { ledger, ...way, told, send }
}

/** What is to be stored is so once that is said. */
export function lateStore() {
  let told = () => {}
  const ahead: WriteAhead = {
    isSettled: false,
    whenSettled: (tell) => (told = tell),
    noteHandled: () => {},
  }
  return { ahead, settle: () => told() }
}

/** What stanzas are called that are counted. */
export const names = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `${from + index}`)
