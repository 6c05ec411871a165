import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { toExpandedName } from '../../src/xml/expanded-name.js'

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')

function heapBytes(): number {
  if (typeof collectGarbage === 'function') collectGarbage()
  return process.memoryUsage().heapUsed
}

it('toExpandedName() gives a name with its namespace in braces', () => {
  expect(toExpandedName({ name: 'query', namespace: 'jabber:iq:roster' })).toBe('{jabber:iq:roster}query')
})

it('toExpandedName() keeps nothing of the long names that strangers send', () => {
  const long = 'x'.repeat(60_000)
  const before = heapBytes()
  for (let each = 0; each < 500; each += 1) {
    const namespace = `urn:${each}:${long}`
    expect(toExpandedName({ name: 'q', namespace })).toBe(`{${namespace}}q`)
  }
  expect(heapBytes() - before).toBeLessThan(5_000_000)
})
