import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findChatState, toChatStateElement, type ChatState } from '../../src/stanza/chat-state.js'
import { findMessageEvent, toMessageEventElement, type MessageEvent } from '../../src/stanza/message-event.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement } from './arbitrary-elements.js'

const states: readonly ChatState[] = ['active', 'composing', 'gone', 'inactive', 'paused']
const event = (...content: Parameters<typeof xml>[3][]) => xml('x', ns.messageEvents, {}, ...content)
const word = (name: string, text = '') => xml(name, ns.messageEvents, {}, text)

describe('a chat state (XEP-0085)', () => {
  it.each(states)('%s is read as it was written', (state) => {
    expect(findChatState([xml('other', 'urn:example'), toChatStateElement(state)])).toBe(state)
  })

  it.each([
    ['nothing', []],
    ['one that nobody knows', [xml('constructor', ns.chatStates)]],
    ['one of another namespace', [xml('active', ns.client)]],
    ['two', [toChatStateElement('active'), toChatStateElement('active')]],
  ])('is not %s', (_, payloads) => {
    expect(findChatState(payloads)).toBeUndefined()
  })
})

describe('a message event (XEP-0022)', () => {
  it('is read as it was written', () => {
    const id = fc.string({ minLength: 1 })
    const arbitraryEvent: fc.Arbitrary<MessageEvent> = fc.oneof(
      fc.constant({ kind: 'request' } as const),
      fc.record({ kind: fc.constantFrom('cancelled' as const, 'composing' as const), id }),
    )
    fc.assert(
      fc.property(arbitraryEvent, (each) => {
        expect(findMessageEvent([toMessageEventElement(each)], each.kind === 'request')).toEqual(each)
      }),
    )
  })

  it.each([
    ['a delivery', [event(word('delivered'), word('id', 'm1'))], false],
    ['of nothing', [event(word('composing'))], false],
    ['of an empty id', [event(word('composing'), word('id'))], false],
    ['a raised one with a text', [event(word('composing'), word('id', 'm1'))], true],
    ['a request for others', [event(word('offline'), word('displayed'))], true],
    ['two', [event(word('composing')), event(word('composing'))], true],
  ])('is not %s', (_, payloads, hasContent) => {
    expect(findMessageEvent(payloads, hasContent)).toBeUndefined()
  })
})

it('whatever comes is read without a fault', () => {
  fc.assert(
    fc.property(fc.array(arbitraryElement), fc.boolean(), (payloads, hasContent) => {
      expect([undefined, ...states]).toContain(findChatState(payloads))
      expect(() => findMessageEvent(payloads, hasContent)).not.toThrow()
    }),
  )
})
