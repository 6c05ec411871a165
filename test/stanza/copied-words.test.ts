import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  findArchiveResult,
  parseArchiveEnd,
  parseArchiveQuery,
  toArchiveEnd,
  toArchiveForm,
  toArchiveQuery,
  toArchiveResult,
} from '../../src/stanza/archive.js'
import {
  findCarbon,
  isPrivate,
  parseCarbonsElement,
  toCarbonElement,
  toCarbonsElement,
} from '../../src/stanza/carbons.js'
import { parseClientState, toClientStateElement } from '../../src/stanza/client-state.js'
import { findForwarded, toForwardedElement } from '../../src/stanza/forwarded.js'
import { parseJid } from '../../src/stanza/jid.js'
import { findReceipt, toReceiptElement } from '../../src/stanza/receipts.js'
import { findPage, findPageRequest, toPage, toPageRequest } from '../../src/stanza/result-set.js'
import { findStanzaId, parseStanzaId, toStanzaIdElement } from '../../src/stanza/stanza-id.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

const text = fc.string({ minLength: 1 })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const moment = fc.integer({ min: 0, max: 4_000_000_000_000 })
const message = text.map((body) => xml('message', ns.client, {}, xml('body', ns.client, {}, body)))
const hello = xml('message', ns.client, {}, xml('body', ns.client, {}, 'Hello'))
const holding = (element: XmlElement) => xml('x', 'urn:example', {}, element)

describe('a forwarded message (XEP-0297)', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(message, maybe(moment), (one, when) => {
        const forwarded = { message: one, moment: when }
        expect(findForwarded(holding(toForwardedElement(forwarded)))).toEqual(forwarded)
      }),
    )
  })

  test.each([
    ['nothing', xml('forwarded', ns.forward)],
    ['two', xml('forwarded', ns.forward, {}, hello, hello)],
    ['a presence', xml('forwarded', ns.forward, {}, xml('presence', ns.client))],
    ['a message of another namespace', xml('forwarded', ns.forward, {}, xml('message', 'urn:x'))],
    ['one that is buried', xml('forwarded', ns.forward, {}, holding(hello))],
  ])('is none that holds %s', (_, forwarded) => {
    expect(findForwarded(holding(forwarded))).toBeUndefined()
  })

  test('is none beside another', () => {
    const forwarded = toForwardedElement({ message: hello, moment: undefined })
    expect(findForwarded(xml('x', 'urn:example', {}, forwarded, forwarded))).toBeUndefined()
  })
})

describe('a carbon (XEP-0280)', () => {
  const sent = toCarbonElement({ direction: 'sent', message: hello })

  test.each(['received', 'sent'] as const)('is read as it was written: %s', (direction) => {
    const carbon = { direction, message: hello }
    expect(findCarbon([xml('x', 'urn:x'), toCarbonElement(carbon)])).toEqual(carbon)
  })

  test.each([
    ['beside another', [sent, sent]],
    ['inside of something else', [holding(sent)]],
    ['that holds nothing', [xml('sent', ns.carbons)]],
    ['of another namespace', [xml('sent', 'urn:xmpp:carbons:1', {}, ...sent.children)]],
    ['of another name', [xml('seen', ns.carbons, {}, ...sent.children)]],
  ])('is none %s', (_, payloads) => {
    expect(findCarbon(payloads)).toBeUndefined()
  })

  test('is wished for, or not, or ruled out', () => {
    for (const wish of ['enable', 'disable'] as const) {
      expect(parseCarbonsElement(toCarbonsElement(wish))).toBe(wish)
    }
    expect(parseCarbonsElement(sent)).toBeUndefined()
    expect(isPrivate([xml('private', ns.carbons)])).toBe(true)
    expect(isPrivate([xml('private', 'urn:x')])).toBe(false)
  })
})

test('client state is one of two words (XEP-0352)', () => {
  for (const activity of ['active', 'inactive'] as const) {
    expect(parseClientState(toClientStateElement(activity))).toBe(activity)
    expect(parseClientState(xml(activity, ns.chatStates))).toBeUndefined()
  }
  expect(parseClientState(xml('csi', ns.clientState))).toBeUndefined()
})

test('a receipt is asked for or given, and never asked for by one (XEP-0184)', () => {
  const request = toReceiptElement({ kind: 'request' })
  const received = toReceiptElement({ kind: 'received', id: 'm1' })
  expect(findReceipt([request])).toEqual({ kind: 'request' })
  expect(findReceipt([received])).toEqual({ kind: 'received', id: 'm1' })
  expect(findReceipt([request, received])).toEqual({ kind: 'received', id: 'm1' })
  expect(findReceipt([request, xml('received', ns.receipts)])).toBeUndefined()
  expect(findReceipt([holding(request), xml('request', 'urn:x')])).toBeUndefined()
})

describe('a stanza id (XEP-0359)', () => {
  const by = 'alice@example.test'

  test('is read as it was written', () => {
    fc.assert(
      fc.property(text, (id) => {
        expect(parseStanzaId(toStanzaIdElement({ id, by }))).toEqual({ id, by: parseJid(by) })
        expect(findStanzaId([toStanzaIdElement({ id, by })], by)).toBe(id)
      }),
    )
  })

  test('is that of whom is asked for, in any spelling, once', () => {
    const own = toStanzaIdElement({ id: 'own', by: 'ALICE@example.test' })
    const other = toStanzaIdElement({ id: 'other', by: 'room@example.test' })
    expect(findStanzaId([other, own], by)).toBe('own')
    expect(findStanzaId([other], by)).toBeUndefined()
    expect(findStanzaId([own, toStanzaIdElement({ id: 'forged', by })], by)).toBeUndefined()
    expect(findStanzaId([xml('stanza-id', ns.stanzaIds, { by })], by)).toBeUndefined()
  })
})

describe('a page of a result (XEP-0059)', () => {
  test('is asked for and told as it was written', () => {
    const request = fc.record({ max: maybe(fc.nat()), after: maybe(text), before: maybe(fc.string()) })
    const page = fc.record({ first: text, index: maybe(fc.nat()), last: maybe(text), count: maybe(fc.nat()) })
    fc.assert(
      fc.property(request, page, (asked, told) => {
        expect(findPageRequest(query(toPageRequest(asked)))).toEqual(asked)
        expect(findPage(query(toPage(told)))).toEqual(told)
      }),
    )
  })

  const query = (set: XmlElement) => xml('query', ns.archive, {}, set)

  test.each(['', 'x', '-1', '1.5', '9'.repeat(16)])('has no count where it says %j', (count) => {
    const set = xml('set', ns.resultSet, {}, xml('count', ns.resultSet, {}, count))
    expect(findPage(query(set)).count).toBeUndefined()
  })
})

describe('an archive (XEP-0313)', () => {
  test('reads a query as it was written', () => {
    const filter = fc.record({
      with: maybe(fc.constantFrom('bob@example.test', 'bob@example.test/x').map((jid) => parseJid(jid))),
      start: maybe(moment),
      end: maybe(moment),
    })
    fc.assert(
      fc.property(text, filter, maybe(text), (queryId, wanted, after) => {
        const page = { max: 10, after, before: undefined }
        expect(parseArchiveQuery(toArchiveQuery(queryId, wanted, page))).toEqual({
          queryId,
          filter: wanted,
          page,
        })
      }),
    )
  })

  const asked = (name: string, value: string) =>
    xml(
      'query',
      ns.archive,
      {},
      xml(
        'x',
        ns.dataForm,
        { type: 'submit' },
        xml('field', ns.dataForm, { var: name }, xml('value', ns.dataForm, {}, value)),
      ),
    )

  test.each([
    ['a field that nobody knows', asked('words', 'x'), 'feature-not-implemented'],
    ['an address that is none', asked('with', '@'), 'bad-request'],
    ['a moment that is none', asked('start', 'yesterday'), 'bad-request'],
    ['another query', xml('query', ns.discoInfo), undefined],
  ])('says what is wrong with %s', (_, element, problem) => {
    expect(parseArchiveQuery(element)).toBe(problem)
  })

  test('says what may be asked for', () => {
    const fields = toArchiveForm().child('x', ns.dataForm)?.elements('field') ?? []
    expect(fields.map((field) => field.attribute('var'))).toEqual(['FORM_TYPE', 'with', 'start', 'end'])
  })

  test('gives results and an end as they were written', () => {
    fc.assert(
      fc.property(
        maybe(text),
        text,
        message,
        maybe(moment),
        fc.boolean(),
        fc.boolean(),
        (queryId, id, one, when, complete, stable) => {
          const result = { queryId, id, message: one, moment: when }
          expect(findArchiveResult([toArchiveResult(result)])).toEqual(result)
          const end = { complete, stable, page: { first: id, index: 3, last: id, count: 7 } }
          expect(parseArchiveEnd(toArchiveEnd(end))).toEqual(end)
        },
      ),
    )
  })

  test('gives no result that is buried, twice there or without a name, and none of its message where there is none', () => {
    const result = toArchiveResult({ queryId: 'q', id: 'a', message: hello, moment: undefined })
    expect(findArchiveResult([holding(result)])).toBeUndefined()
    expect(findArchiveResult([result, result])).toBeUndefined()
    expect(findArchiveResult([xml('result', ns.archive, {}, ...result.children)])).toBeUndefined()
    const emptied = { queryId: undefined, id: 'a', message: undefined, moment: undefined }
    expect(findArchiveResult([xml('result', ns.archive, { id: 'a' })])).toEqual(emptied)
    expect(parseArchiveEnd(result)).toBeUndefined()
  })
})

test('none of them ever throws', () => {
  const spaces = [ns.carbons, ns.forward, ns.receipts, ns.stanzaIds, ns.archive, ns.resultSet]
  const names = ['received', 'sent', 'forwarded', 'message', 'request', 'stanza-id', 'result', 'query', 'set']
  const element = fc
    .tuple(arbitraryElement, fc.constantFrom(...names), fc.constantFrom(...spaces))
    .map(([one, name, namespace]) => rename(one, name, namespace))
  fc.assert(
    fc.property(fc.array(element, { maxLength: 3 }), (payloads) => {
      const read = [
        findCarbon(payloads),
        findReceipt(payloads),
        findStanzaId(payloads, 'a@b'),
        findArchiveResult(payloads),
        ...payloads.flatMap((one) => [
          parseArchiveQuery(one),
          parseArchiveEnd(one),
          findForwarded(one),
          findPage(one),
        ]),
      ]
      expect(read.length).toBeGreaterThan(3)
    }),
  )
})
