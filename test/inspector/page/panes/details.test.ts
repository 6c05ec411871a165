import { describe, expect, it } from 'vitest'
import { connectionMachine, sessionMachine } from 'xmpp-machines/machines'
import { toGraph } from 'xmpp-machines/inspector'
import { failureSentences, failureTable } from '../../../../src/inspector/page/panes/details/failure-table.js'
import { toFailureWords } from '../../../../src/inspector/page/panes/details/failure-words.js'
import { failures } from '../../../../src/inspector/page/panes/details/known-failures.js'
import { toSpecPieces } from '../../../../src/inspector/page/panes/details/spec-links.js'
import {
  nameWords,
  toStateWays,
  toWhyNot,
} from '../../../../src/inspector/page/panes/details/what-can-happen.js'
import { factWords, findError, toFactLines } from '../../../../src/inspector/page/panes/facts.js'

const session = toGraph(sessionMachine)
failures.part.value = { sentences: failureSentences, table: failureTable }

describe('toStateWays()', () => {
  it('asks the innermost states first', () => {
    const active = new Set(['session', 'session.backingOff', 'session.backingOff.suspended'])
    const ways = toStateWays(session, active)
    expect(ways.map(({ state }) => state.id)).toEqual([
      'session.backingOff.suspended',
      'session.backingOff',
      'session',
    ])
    expect(
      ways[1]?.ways.map(({ trigger, target, isTimed }) => ({ trigger, target, isTimed })),
    ).toContainEqual({
      trigger: 'after backoff',
      target: 'active',
      isTimed: true,
    })
  })

  it('says conditions and deeds in words', () => {
    const [choosing] = toStateWays(toGraph(connectionMachine), new Set(['connection.opening']))
    expect(choosing?.ways.length).toBeGreaterThan(0)
    expect(nameWords('mayTryNext')).toBe('may try next')
    expect(nameWords('hasSASL')).toBe('has SASL')
    expect(nameWords('a and not b')).toBe('a and not b')
  })
})

it('toWhyNot() gives what the chart says, else that the guard said no', () => {
  const [first, second] = session.transitions.filter(({ source }) => source === 'session.judging')
  expect(
    toWhyNot(session, [
      { edge: first?.id ?? '', guard: 'mayGoElsewhere' },
      { edge: second?.id ?? '', guard: 'needsCredentials', reason: 'they were good' },
      { edge: 'unheard of', guard: 'x' },
    ]).map(({ reason, way }) => [reason, way?.target]),
  ).toEqual([
    ['may go elsewhere: no', 'active'],
    ['they were good', 'halted.needsCredentials'],
    ['x: no', undefined],
  ])
})

describe('toFailureWords()', () => {
  it.each([
    ['transport.reset', 'the connection was cut', 'comes back by itself'],
    ['stream.conflict', 'another client has taken this resource', 'Another client took this resource'],
    ['authentication.not-authorized', 'the server does not accept these credentials', 'Check user name'],
    ['authentication.no-mechanism', 'no mechanism is both offered and allowed', 'share no allowed mechanism'],
    ['timeout.dial', 'the server did not answer in time', 'slow or silent'],
    ['timeout.bind', 'the server did not bind in time', 'slow or silent'],
    ['protocol.invalid-xml', 'the server broke the protocol', 'does not speak correct XMPP'],
    ['stanza.item-not-found', 'the server refused the session', 'Do not send it again'],
  ])('%s', (code, because, advice) => {
    const words = toFailureWords({ code, name: 'Error', timeoutMs: 1 })
    expect(words.because).toContain(because)
    expect(words.advice).toContain(advice)
  })

  it('has no advice for what it does not know', () => {
    expect(toFailureWords({ code: 'stream.constructor', name: 'x' }).advice).toBeUndefined()
    expect(toFailureWords({ code: '__proto__', name: 'x' }).advice).toBeUndefined()
  })
})

it('findError() finds what an output or an event tells of', () => {
  const error = { name: 'TransportError', code: 'transport.reset' }
  expect(findError({ output: { outcome: 'failed', error } })).toEqual(error)
  expect(findError({ output: { outcome: 'ready' } })).toBeUndefined()
})

it('toSpecPieces() gives each section its address', () => {
  expect(toSpecPieces('RFC 6120 §6.4, §7, XEP-0198 §5; RFC 6121 §A.1')).toEqual([
    { text: 'RFC 6120 §6.4', href: 'https://www.rfc-editor.org/rfc/rfc6120#section-6.4' },
    { text: ', ', href: undefined },
    { text: '§7', href: 'https://www.rfc-editor.org/rfc/rfc6120#section-7' },
    { text: ', ', href: undefined },
    { text: 'XEP-0198 §5', href: 'https://xmpp.org/extensions/xep-0198.html' },
    { text: '; ', href: undefined },
    { text: 'RFC 6121 §A.1', href: 'https://www.rfc-editor.org/rfc/rfc6121#appendix-A.1' },
  ])
  expect(toSpecPieces('javascript:alert(1)')).toEqual([{ text: 'javascript:alert(1)', href: undefined }])
})

describe('toFactLines()', () => {
  it('tells what has changed, come and gone', () => {
    expect(
      toFactLines({ a: 1, b: { c: [true, null] }, d: 'new' }, { a: 2, b: { c: [true, null] }, e: 'old' }),
    ).toEqual([
      { path: 'a', value: '1', before: '2' },
      { path: 'b.c', value: 'yes, none', before: undefined },
      { path: 'd', value: 'new', before: '—' },
      { path: 'e', value: '—', before: 'old' },
    ])
  })

  it('bounds what it shows of a stranger', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, each) => [`n${each}`, each]))
    expect(toFactLines(many).length).toBeLessThan(1_000)
    expect(factWords('x'.repeat(100_000)).length).toBeLessThan(400)
  })
})
