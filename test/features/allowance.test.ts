import { expect, it } from 'vitest'
import { Allowance } from '../../src/features/allowance.js'

it('an allowance has room for so much, names included, and again for what is given back', () => {
  const room = new Allowance(10)
  expect([room.take('a', '1234'), room.take('b', '1234'), room.take('c', '')]).toEqual([true, true, false])
  expect([room.take('a', '123'), room.take('c', '')]).toEqual([true, true])
  // What is there no longer has gone, though the new text finds no room.
  expect([room.take('a', '12345'), room.take('d', '123')]).toEqual([false, true])
  room.give('nobody')
  room.giveAll()
  expect([room.take('a', '123456789'), room.take('b', '')]).toEqual([true, false])
})
