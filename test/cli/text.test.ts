import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conceal } from '../../src/cli/conceal.js'
import { findNearest } from '../../src/nearest.js'
import { Screen } from '../../src/cli/screen.js'
import { render, styled, toDuration, toGist, wrap } from '../../src/cli/text.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { fakeHost, type FakeHostOptions } from './fake-host.js'

describe('render()', () => {
  it('lets no text move the cursor, start a line or change direction, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(render([text, styled('red', text)], false)).not.toMatch(
          /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u,
        )
      }),
    )
  })

  it('ends every style that it begins', () => {
    expect(render([styled('red', 'a\u001B[1m'), 'b'], true)).toBe('\u001B[31ma\uFFFD[1m\u001B[39mb')
  })
})

describe('toGist()', () => {
  it.each([
    [
      'The TLS handshake: the certificate must name it.',
      60,
      'The TLS handshake: the certificate must name it',
    ],
    ['The TLS handshake: the certificate must name it.', 30, 'The TLS handshake'],
    ['After authentication a new stream begins.', 25, 'After authentication a…'],
  ])('says of "%s" in %i characters what fits', (sentence, width, gist) => {
    expect(toGist(sentence, width)).toBe(gist)
  })

  it('never says more than fits', () => {
    fc.assert(
      fc.property(
        fc.lorem({ mode: 'sentences', maxCount: 3 }),
        fc.integer({ min: 1, max: 80 }),
        (text, width) => {
          expect(toGist(text, width).length).toBeLessThanOrEqual(width)
        },
      ),
    )
  })
})

describe('wrap()', () => {
  it('loses no word and passes no margin that a word allows', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 40 }), fc.integer({ min: 20, max: 80 }), (text, width) => {
        const lines = wrap(text, width)
        expect(lines.join(' ')).toBe(text)
        expect(lines.every((line) => line.length <= width)).toBe(true)
      }),
    )
  })
})

it('toDuration() changes its unit at a second', () => {
  expect([0.4, 12, 999.4, 999.6, 12_345].map(toDuration)).toEqual([
    '0 ms',
    '12 ms',
    '999 ms',
    '1.0 s',
    '12.3 s',
  ])
})

it('findNearest() finds what was meant, and nothing where nothing is near', () => {
  const words = ['connect', 'demo', 'serve']
  expect(['conect', 'connetc', 'conn', 'dem', 'xyz', ''].map((word) => findNearest(word, words))).toEqual([
    'connect',
    'connect',
    'connect',
    'demo',
    undefined,
    undefined,
  ])
})

describe('conceal()', () => {
  it('masks what may be a credential, and nothing else', () => {
    const query = xml(
      'query',
      ns.register,
      {},
      xml('username', ns.register, {}, 'alice'),
      xml('password', ns.register, {}, 'canary'),
      xml('x', 'urn:example:other', { token: 'canary', node: 'kept' }),
    )
    const field = (name: string, type?: string) =>
      xml('field', ns.dataForm, { var: name, type }, xml('value', ns.dataForm, {}, 'canary'))
    const form = xml('x', ns.dataForm, {}, field('password'), field('pin', 'text-private'))
    expect(JSON.stringify(conceal(form))).not.toContain('canary')
    expect(conceal(field('nick', 'text-single')).child('value', ns.dataForm)?.text()).toBe('canary')
    const shown = conceal(xml('iq', ns.client, { type: 'set' }, query))
    const inner = shown.child('query', ns.register)
    expect(inner?.child('username')?.text()).toBe('alice')
    expect(inner?.child('x', 'urn:example:other')?.attribute('node')).toBe('kept')
    expect(JSON.stringify(shown)).not.toContain('canary')
    expect(JSON.stringify(conceal(xml('auth', ns.sasl, { mechanism: 'PLAIN' }, 'Y2FuYXJ5')))).not.toContain(
      'Y2Fu',
    )
  })
})

describe('a screen', () => {
  const print = (options: FakeHostOptions, mayColour = true) => {
    const host = fakeHost(options)
    new Screen(host, mayColour).print(styled('green', 'text'))
    return host.shown()
  }
  const coloured = '\u001B[32mtext\u001B[39m\n'

  it.each<[string, FakeHostOptions, boolean, string]>([
    ['has colours on a terminal', { columns: 80 }, true, coloured],
    ['has none in a pipe', {}, true, 'text\n'],
    ['has none on a dumb terminal', { columns: 80, environment: { TERM: 'dumb' } }, true, 'text\n'],
    ['obeys NO_COLOR', { columns: 80, environment: { NO_COLOR: '1' } }, true, 'text\n'],
    ['obeys FORCE_COLOR', { environment: { FORCE_COLOR: '1' } }, true, coloured],
    ['obeys FORCE_COLOR=0', { columns: 80, environment: { FORCE_COLOR: '0' } }, true, 'text\n'],
    ['obeys --no-color', { columns: 80, environment: { FORCE_COLOR: '1' } }, false, 'text\n'],
  ])('%s', (_name, options, mayColour, expected) => {
    expect(print(options, mayColour)).toBe(expected)
  })

  it('replaces a line that was only shown, and shows none in a pipe', () => {
    const host = fakeHost({ columns: 80 })
    const screen = new Screen(host, false)
    screen.show('wait')
    screen.print('done')
    expect(host.shown()).toBe('wait\r\u001B[2Kdone\n')
    const pipe = fakeHost()
    new Screen(pipe, false).show('wait')
    expect(pipe.shown()).toBe('')
  })
})
