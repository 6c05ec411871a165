import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stanzaErrorConditions } from '../../src/errors.js'
import {
  parseStreamManagement,
  toHandledCountTooHigh,
  toStreamManagementElement,
  type StreamManagementElement,
} from '../../src/stanza/stream-management.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { serialize } from '../../src/xml/serializer.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

const sm = (name: string, attributes: Record<string, string> = {}) =>
  xml(name, ns.streamManagement, attributes)
const count = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const id = fc.string({ minLength: 1 })
const max = fc.option(fc.integer({ min: 1, max: 2 ** 32 - 1 }), { nil: undefined })
const command: fc.Arbitrary<StreamManagementElement> = fc.oneof(
  fc.constant({ kind: 'r' } as const),
  fc.record({ kind: fc.constant('a' as const), h: count }),
  fc.record({ kind: fc.constant('enable' as const), resume: fc.boolean(), max }),
  fc.record({
    kind: fc.constant('enabled' as const),
    id: fc.option(id, { nil: undefined }),
    resume: fc.boolean(),
    max,
    location: fc.option(id, { nil: undefined }),
  }),
  fc.record({ kind: fc.constantFrom('resume' as const, 'resumed' as const), previd: id, h: count }),
  fc.record({
    kind: fc.constant('failed' as const),
    condition: fc.constantFrom(...stanzaErrorConditions),
    h: fc.option(count, { nil: undefined }),
  }),
)

describe('the words of stream management (XEP-0198)', () => {
  test('are read as they were written', () => {
    fc.assert(
      fc.property(command, (said) => {
        expect(parseStreamManagement(toStreamManagementElement(said))).toEqual(said)
      }),
    )
  })

  test('are those of the examples', () => {
    const text = (said: StreamManagementElement) => serialize(toStreamManagementElement(said))
    expect(text({ kind: 'enable', resume: true, max: undefined })).toBe(
      "<enable xmlns='urn:xmpp:sm:3' resume='true'/>",
    )
    expect(text({ kind: 'enable', resume: false, max: undefined })).toBe("<enable xmlns='urn:xmpp:sm:3'/>")
    expect(text({ kind: 'a', h: 1 })).toBe("<a xmlns='urn:xmpp:sm:3' h='1'/>")
    expect(text({ kind: 'r' })).toBe("<r xmlns='urn:xmpp:sm:3'/>")
    expect(serialize(toHandledCountTooHigh(10, 8))).toBe(
      "<handled-count-too-high xmlns='urn:xmpp:sm:3' h='10' send-count='8'/>",
    )
  })

  test.each([
    ['the largest count', sm('a', { h: '4294967295' }), { kind: 'a', h: 2 ** 32 - 1 }],
    ['a count with zeros before it', sm('a', { h: '0007' }), { kind: 'a', h: 7 }],
    ['a boolean that is a number', sm('enable', { resume: '1' }), { kind: 'enable', resume: true }],
    ['no time to resume', sm('enable', { max: '0' }), { kind: 'enable', resume: false, max: undefined }],
    ['an empty id', sm('enabled', { id: '' }), { kind: 'enabled', id: undefined }],
    ['no condition', sm('failed'), { kind: 'failed', condition: 'undefined-condition', h: undefined }],
  ])('take %s', (_, element, expected) => {
    expect(parseStreamManagement(element)).toMatchObject(expected)
  })

  test.each([
    ['a count that is missing', sm('a')],
    ['a count too large for 32 bits', sm('a', { h: '4294967296' })],
    ['a negative count', sm('a', { h: '-1' })],
    ['a count in words', sm('resumed', { h: 'ten', previd: 'x' })],
    ['a count with a fraction', sm('a', { h: '1.5' })],
    ['a resumption of nothing', sm('resumed', { h: '1' })],
    ['an unknown word', sm('t')],
    ['another namespace', xml('a', ns.client, { h: '1' })],
  ])('are none with %s', (_, element) => {
    expect(parseStreamManagement(element)).toBeUndefined()
  })

  test('never throw, whatever the element', () => {
    const names = fc.constantFrom('a', 'r', 'enable', 'enabled', 'resume', 'resumed', 'failed')
    fc.assert(
      fc.property(arbitraryElement, names, (element, name) => {
        const renamed = rename(element, name, ns.streamManagement)
        expect(() => parseStreamManagement(renamed)).not.toThrow()
      }),
    )
  })
})
