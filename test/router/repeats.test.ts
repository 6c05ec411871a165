import { describe, expect, it } from 'vitest'
import { recalledMessageLimit, Repeats } from '../../src/router/repeats.js'
import { toDelayElement } from '../../src/stanza/delay.js'
import { parseJid } from '../../src/stanza/jid.js'
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

/** With an id alone. */
const plain = (id: string, body: string): Message => ({ ...message(id, body), payloads: [] })

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

  it('knows what a room tells again by the name that the room gave it, where its sender gave none', () => {
    const repeats = new Repeats()
    const tea = 'tea@conference.example.test'
    const said = (id: string, by: string): Message => ({
      ...plain('none', 'Hello'),
      from: parseJid(`${tea}/Bob`),
      id: undefined,
      type: 'groupchat',
      payloads: [toStanzaIdElement({ id, by })],
    })
    expect(repeats.has(said('r-1', tea), { bare })).toBe(false)
    expect(repeats.has(said('r-2', tea), { bare })).toBe(false)
    expect(repeats.has(said('r-1', tea), { bare })).toBe(true)
    // Nobody but the room names what is said in it.
    expect(repeats.has(said('r-3', bare), { bare })).toBe(false)
    expect(repeats.has(said('r-3', bare), { bare })).toBe(false)
  })

  it('tells senders apart who give the same ids', () => {
    const repeats = new Repeats()
    const from = (sender: string): Message => ({ ...plain('1', 'x'), from: parseJid(sender) })
    const senders = Array.from({ length: 50 }, (_, index) => `u${index}@example.test`)
    const late = (sender: string): Message => ({
      ...from(sender),
      payloads: [toDelayElement({ moment: 0 })],
    })
    expect(senders.filter((sender) => repeats.has(from(sender), { bare }))).toEqual([])
    expect(senders.filter((sender) => repeats.has(late(sender), { bare }))).toEqual(senders)
  })

  it('does not take two messages for one that the server calls alike, and knows each of them again', () => {
    const noted: [string, number][] = []
    const repeats = new Repeats((key, print) => noted.push([key, print]))
    const archived = (sender: string, body: string): Message => ({
      ...message('1', body),
      from: parseJid(sender),
      id: undefined,
      payloads: [toStanzaIdElement({ id: 's', by: bare })],
    })
    const twins = [archived('bob@example.test/x', 'x'), archived('carol@example.test/x', 'x')]
    const later = new Repeats()
    expect(twins.map((twin) => repeats.has(twin, { bare }))).toEqual([false, false])
    later.restore(noted)
    expect(repeats.has(archived('bob@example.test/x', 'y'), { bare })).toBe(false)
    for (const known of [later, repeats]) {
      expect(known.has(archived('carol@example.test/x', 'x'), { bare })).toBe(true)
    }
    expect(later.has(archived('bob@example.test/y', 'x'), { bare })).toBe(true)
  })

  it('knows names of which it has heard half before and half after it forgot the oldest', () => {
    const repeats = new Repeats(undefined, 2)
    repeats.has(plain('a', 'x'), { bare })
    repeats.has({ ...plain('b', 'x'), payloads: [toOriginIdElement('a')] }, { bare })
    expect(repeats.has(plain('a', 'x'), { bare })).toBe(true)
  })

  it('reads noted ids that have line breaks', () => {
    const noted: [string, number][] = []
    const odd = { ...plain('a\no\nb', 'x'), payloads: [toOriginIdElement('c\nd')] }
    new Repeats((key, print) => noted.push([key, print])).has(odd, { bare })
    const repeats = new Repeats()
    repeats.restore(noted)
    expect(repeats.has({ ...plain('e', 'y'), payloads: odd.payloads }, { bare })).toBe(true)
    const late = { ...plain('a\no\nb', 'x'), payloads: [toDelayElement({ moment: 0 })] }
    expect(repeats.has(late, { bare })).toBe(true)
  })
})
