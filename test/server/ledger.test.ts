import { expect, it } from 'vitest'
import { Ledger } from '../../src/server/ledger.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'

const owed = (id: string) => ({
  element: xml('message', ns.client, { id }),
  sentAt: new Date(0),
  others: [],
  isOfBurst: false,
})

it('Ledger counts from 2³² − 1 back to zero', () => {
  const ledger = new Ledger()
  // Nobody can be sent so many in a test: what it is told, it believes.
  for (const h of [2 ** 31, 2 ** 32 - 1]) ledger.acknowledge(h)
  expect(ledger.sent).toBe(2 ** 32 - 1)
  for (const id of ['zero', 'one', 'two']) ledger.send(owed(id))
  expect(ledger.sent).toBe(2)
  expect(ledger.mayHave(2)).toBe(true)
  expect(ledger.mayHave(3)).toBe(false)
  expect(ledger.mayHave(2 ** 32 - 2)).toBe(false)
  ledger.acknowledge(0)
  expect(ledger.owed.map(({ element }) => element.attribute('id'))).toEqual(['one', 'two'])
})
