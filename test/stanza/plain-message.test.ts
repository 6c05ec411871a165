import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJid } from '../../src/stanza/jid.js'
import { toMessageElement, type MessageInput } from '../../src/stanza/message.js'
import { MessageForms } from '../../src/stanza/plain-message.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { serialize, type Spell } from '../../src/xml/serializer.js'

const inStream: Spell = (element) => serialize(element, { namespace: ns.client })
const inFrame: Spell = (element) => serialize(element)
const spells = [inStream, inFrame, (element: XmlElement) => `${inFrame(element)}\n`] as const

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[&<>'"\r\n\t\x7fé]*$/))
const address = fc.constantFrom(
  'bob@example.test',
  'Bob@Example.test',
  'bob@example.test/it\'s < & > "here"',
  'bob@example.test/Zürich',
  'example.test',
)
const type = fc.constantFrom('chat', 'normal', 'groupchat', 'headline', undefined)

const attempt = (write: () => string): string => {
  try {
    return write()
  } catch (error) {
    return String(error)
  }
}

/** Whatever else a message can say; complete, so that a new field cannot be lost on the way. */
const beyondPlain: Required<Omit<MessageInput, 'kind' | 'to' | 'type' | 'id' | 'body'>> = {
  lang: 'en',
  bodies: [],
  subject: 'Greeting',
  subjects: [],
  thread: 't1',
  payloads: [],
  from: 'alice@example.test',
  error: { condition: 'gone' },
  errorElement: xml('error', ns.client),
}

describe('MessageForms', () => {
  test('writes byte for byte what the serialiser makes of the tree, and refuses the same', () => {
    const forms = new MessageForms()
    const write = fc.record({ to: address, type, body: text, id: text, spell: fc.constantFrom(...spells) })
    fc.assert(
      fc.property(write, ({ id, spell, ...message }) => {
        const plain = forms.toPlain(message, id)
        const written = attempt(() => plain?.toText(spell) ?? 'not plain')
        expect(written).toBe(attempt(() => spell(toMessageElement({ ...message, id }))))
        expect(plain?.toElement()).toEqual(toMessageElement({ ...message, id }))
      }),
      { numRuns: 2000 },
    )
  })

  test('takes a prepared address as it is, and tells the bare one', () => {
    const to = parseJid('Bob@example.test/desk')
    const plain = new MessageForms().toPlain({ to, body: 'Hello' }, 'm1')
    expect(plain?.toBare).toBe('bob@example.test')
    expect(plain?.toText(inStream)).toBe(
      "<message to='bob@example.test/desk' id='m1'><body>Hello</body></message>",
    )
  })

  test('refuses an address that cannot be prepared', () => {
    expect(() => new MessageForms().toPlain({ to: '@example.test', body: 'Hello' }, 'm1')).toThrow(RangeError)
  })

  test.each<MessageInput>([
    { to: 'bob@example.test' },
    { body: 'Hello' },
    { to: { domain: 'example.test' }, body: 'Hello' },
    { to: 'bob@example.test', body: { en: 'Hello' } },
    ...Object.entries(beyondPlain).map(([name, value]) => ({
      to: 'bob@example.test',
      body: 'Hello',
      [name]: value,
    })),
  ])('leaves to the serialiser what says more: %j', (message) => {
    expect(new MessageForms().toPlain(message, 'm1')).toBeUndefined()
  })

  test('stays right for more addresses than it remembers', () => {
    const forms = new MessageForms()
    for (let index = 0; index < 3000; index++) {
      const message = { to: `friend${index % 1500}@example.test`, body: 'Hello' }
      expect(forms.toPlain(message, 'm1')?.toText(inStream)).toBe(
        inStream(toMessageElement({ ...message, id: 'm1' })),
      )
    }
  })
})
