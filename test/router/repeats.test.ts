import { describe, expect, it } from 'vitest'
import { recalledMessageLimit, Repeats } from '../../src/router/repeats.js'
import { parseMessage, type Message } from '../../src/stanza/message.js'
import { toOriginIdElement, toStanzaIdElement } from '../../src/stanza/stanza-id.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'

const bare = 'alice@example.test'

/** With all the names that a message can have. */
function message(id: string, body: string): Message {
  const names = [toOriginIdElement(`o-${id}`), toStanzaIdElement({ id: `s-${id}`, by: bare })]
  const attributes = { from: 'bob@example.test/x', id, type: 'chat' }
  const parsed = parseMessage(
    xml('message', ns.client, attributes, xml('body', ns.client, {}, body), ...names),
  )
  if (parsed.kind === 'problem') throw new Error(parsed.text)
  return parsed
}

describe('Repeats', () => {
  it.each(Array.from({ length: 11 }, (_, before) => before))(
    'remembers the last half of its limit at least, behind %i others, though each has three names',
    (before) => {
      const repeats = new Repeats(undefined, 10)
      for (let count = 0; count < before; count++) repeats.has(message(`before ${count}`, 'x'), { bare })
      for (let count = 0; count < 5; count++) repeats.has(message(`${count}`, 'x'), { bare })
      expect(repeats.has(message('0', 'x'), { bare })).toBe(true)
    },
  )

  it('remembers half of a limit of its own, unless it is given one', () => {
    const repeats = new Repeats()
    for (let count = 0; count < recalledMessageLimit / 2; count++)
      repeats.has(message(`${count}`, 'x'), { bare })
    expect(repeats.has(message('0', 'x'), { bare })).toBe(true)
  })

  it('forgets what is older than its limit', () => {
    const repeats = new Repeats(undefined, 10)
    for (let count = 0; count < 20; count++) repeats.has(message(String(count), 'x'), { bare })
    expect(repeats.has(message('0', 'x'), { bare })).toBe(false)
  })

  it('remembers no message by a name that is longer than names are', () => {
    const noted: string[] = []
    const repeats = new Repeats((key) => noted.push(key))
    const long = message('x'.repeat(100_000), 'x')
    expect([repeats.has(long, { bare }), repeats.has(long, { bare })]).toEqual([false, false])
    expect(noted).toEqual([])
  })

  it('knows what an earlier process has noted', () => {
    const noted: [string, number][] = []
    new Repeats((key, print) => noted.push([key, print])).has(message('a', 'x'), { bare })
    const repeats = new Repeats()
    repeats.restore(noted)
    expect(repeats.has(message('a', 'x'), { bare })).toBe(true)
  })
})
